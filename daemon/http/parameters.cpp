#include "daemon/http/parameters.hpp"

#include <charconv>

#include "engine/cluster/go_text.hpp"

namespace clusterip::daemon {
namespace {

bool is_all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool truth(const HttpRequest& request, std::string_view name) {
  const std::string_view value = request.parameter(name);
  return request.has_parameter(name) && value != "0" && !equal_ignoring_case(value, "false");
}

std::optional<std::int64_t> read_number(std::string_view text) {
  if (text.substr(0, 1) == "+" && text.substr(1, 1) != "-") text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

api::Status no_number(std::string_view text) {
  const bool sign = text.substr(0, 1) == "+" || text.substr(0, 1) == "-";
  const bool too_large = is_all_digits(text.substr(sign ? 1 : 0));
  return api::bad_request("strconv.ParseInt: parsing " + cluster::go_quote(text) + ": " +
                          (too_large ? "value out of range" : "invalid syntax"));
}

std::vector<std::string> values_of(const HttpRequest& request, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [known, value] : request.query) {
    if (known == name) values.push_back(value);
  }
  return values;
}

}  // namespace clusterip::daemon
