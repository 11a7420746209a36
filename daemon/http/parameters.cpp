#include "daemon/http/parameters.hpp"

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

bool asks_to_watch(const HttpRequest& request, const api::RequestPath& path) {
  const std::string_view watch = request.parameter("watch");
  return path.watch || watch == "true" || watch == "1";
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
