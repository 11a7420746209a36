#include "daemon/http/exchange.hpp"

#include <algorithm>

namespace clusterip::daemon {
namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view HttpRequest::parameter(std::string_view name) const {
  const auto found =
      std::find_if(query.begin(), query.end(), [&](const auto& entry) { return entry.first == name; });
  return found == query.end() ? std::string_view() : found->second;
}

bool HttpRequest::has_parameter(std::string_view name) const {
  return std::any_of(query.begin(), query.end(), [&](const auto& entry) { return entry.first == name; });
}

std::string_view HttpRequest::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& entry) { return equal_ignoring_case(entry.first, name); });
  return found == headers.end() ? std::string_view() : found->second;
}

}  // namespace clusterip::daemon
