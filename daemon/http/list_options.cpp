#include "daemon/http/list_options.hpp"

#include <charconv>

namespace clusterip::daemon {
namespace {

using api::Result;
using cluster::FieldErrors;
using cluster::FieldErrorType;

constexpr std::chrono::seconds kLongestTimeout{24 * 3600};

bool truth(std::string_view value) {
  return value == "true" || value == "1" || value == "t" || value == "True";
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t read = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return read;
}

api::Status invalid(FieldErrorType type, const char* field, std::string value_json, std::string detail) {
  const FieldErrors errors{{type, field, std::move(value_json), std::move(detail)}};
  return api::invalid({"meta.k8s.io", "", "ListOptions"}, "", errors);
}

api::Refusal read_revision(const HttpRequest& request, ListOptions& options) {
  const std::string_view text = request.parameter("resourceVersion");
  options.revision_given = !text.empty();
  if (text.empty()) return std::nullopt;
  const auto revision = number(text);
  if (!revision) {
    return invalid(FieldErrorType::kInvalid, "resourceVersion", cluster::json_quote(text),
                   "strconv.ParseUint: parsing " + cluster::json_quote(text) + ": invalid syntax");
  }
  options.revision = *revision;
  options.any_revision = *revision == 0;
  return std::nullopt;
}

api::Refusal check_match(const HttpRequest& request, const ListOptions& options) {
  const std::string& match = options.match;
  const bool streaming = options.watch && request.has_parameter("sendInitialEvents");
  if (streaming && match != "NotOlderThan") {
    return invalid(FieldErrorType::kForbidden, "resourceVersionMatch", "",
                   "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  }
  if (!options.watch && request.has_parameter("sendInitialEvents")) {
    return invalid(FieldErrorType::kForbidden, "sendInitialEvents", "",
                   "sendInitialEvents is forbidden for list");
  }
  if (match.empty() || streaming) return std::nullopt;
  if (options.watch) {
    return invalid(FieldErrorType::kForbidden, "resourceVersionMatch", "",
                   "resourceVersionMatch is forbidden for watch");
  }
  if (!options.revision_given) {
    return invalid(FieldErrorType::kForbidden, "resourceVersionMatch", "",
                   "resourceVersionMatch is forbidden unless resourceVersion is provided");
  }
  if (options.from) {
    return invalid(FieldErrorType::kForbidden, "resourceVersionMatch", "",
                   "resourceVersionMatch is forbidden when continue is provided");
  }
  if (match != "Exact" && match != "NotOlderThan") {
    return invalid(FieldErrorType::kNotSupported, "resourceVersionMatch", cluster::json_quote(match),
                   R"(supported values: "Exact", "NotOlderThan", "")");
  }
  if (match == "Exact" && options.any_revision) {
    return invalid(FieldErrorType::kForbidden, "resourceVersionMatch", "",
                   "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
  }
  return std::nullopt;
}

}  // namespace

Result<ListOptions> read_list_options(const HttpRequest& request, const api::Resource& resource,
                                      std::string_view name) {
  ListOptions options;
  std::string fields(request.parameter("fieldSelector"));
  if (!name.empty()) fields += (fields.empty() ? "" : ",") + ("metadata.name=" + std::string(name));
  auto selector = api::Selector::read(resource, request.parameter("labelSelector"), fields);
  if (!selector) return selector.status();
  options.selector = std::move(*selector);
  options.watch = truth(request.parameter("watch"));
  options.bookmarks = truth(request.parameter("allowWatchBookmarks"));
  options.send_initial_events = truth(request.parameter("sendInitialEvents"));
  options.match = request.parameter("resourceVersionMatch");
  if (request.has_parameter("limit")) {
    const auto limit = number(request.parameter("limit"));
    if (!limit)
      return api::bad_request("limit: " + cluster::json_quote(request.parameter("limit")) +
                              " is not a number");
    options.limit = *limit;
  }
  if (request.has_parameter("timeoutSeconds")) {
    const auto seconds = number(request.parameter("timeoutSeconds"));
    if (!seconds)
      return api::bad_request("timeoutSeconds: " + cluster::json_quote(request.parameter("timeoutSeconds")) +
                              " is not a number");
    const std::uint64_t most = static_cast<std::uint64_t>(kLongestTimeout.count());
    options.timeout = std::chrono::seconds(std::min(*seconds, most));
  }
  if (auto refusal = read_revision(request, options)) return std::move(*refusal);
  if (!request.parameter("continue").empty()) {
    if (options.revision_given && !options.any_revision) {
      return api::bad_request("specifying resource version is not allowed when using continue");
    }
    options.from = api::read_continue_token(request.parameter("continue"));
    if (!options.from)
      return api::bad_request("continue key is not valid: " + std::string(request.parameter("continue")));
  }
  if (auto refusal = check_match(request, options)) return std::move(*refusal);
  return options;
}

}  // namespace clusterip::daemon
