#include "daemon/http/list_options.hpp"

#include "daemon/http/parameters.hpp"
#include "daemon/http/resource_version.hpp"

namespace clusterip::daemon {
namespace {

using api::Result;
using cluster::FieldErrors;
using cluster::FieldErrorType;

constexpr std::chrono::seconds kLongestTimeout{24 * 3600};

// A number of which those below zero count as zero.
std::optional<std::uint64_t> natural(std::string_view text) {
  const auto read = cluster::read_go_int(text);
  if (!read) return std::nullopt;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(*read, 0));
}

// Where a list goes on: by its token, which is read before what stands beside it.
api::Refusal read_token(const HttpRequest& request, ListOptions& options) {
  auto from = api::read_continue_token(request.parameter("continue"));
  if (!from) return from.status();
  const std::string_view revision = request.parameter("resourceVersion");
  if (!revision.empty() && revision != "0") {
    return api::bad_request("specifying resource version is not allowed when using continue");
  }
  options.from = std::move(*from);
  return std::nullopt;
}

api::Refusal read_revision(const HttpRequest& request, ListOptions& options) {
  const std::string_view text = request.parameter("resourceVersion");
  if (text.empty()) return std::nullopt;
  const auto revision = read_resource_version(text);
  if (!revision) {
    return options.watch ? api::generic(500, "", revision.status().message)
                         : unreadable_revision(revision.status());
  }
  options.revision = *revision;
  options.any_revision = *revision == 0;
  return std::nullopt;
}

constexpr const char* kMatch = "resourceVersionMatch";

// (apimachinery pkg/apis/meta/internalversion/validation)
FieldErrors check_watch_match(const ListOptions& options, bool streaming, bool continued) {
  FieldErrors errors;
  const bool not_older = options.match == "NotOlderThan";
  if (streaming && !not_older) {
    errors.push_back(cluster::forbidden(
        kMatch, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  }
  if (options.match.empty()) return errors;
  if (!streaming) {
    errors.push_back(cluster::forbidden(
        kMatch, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
  }
  if (!not_older) {
    errors.push_back({FieldErrorType::kNotSupported, kMatch, cluster::json_quote(options.match),
                      R"(supported values: "NotOlderThan")"});
  }
  if (continued) {
    errors.push_back(
        cluster::forbidden(kMatch, "resourceVersionMatch is forbidden when continue is provided"));
  }
  return errors;
}

FieldErrors check_list_match(const ListOptions& options, std::string_view revision, bool streaming,
                             bool continued) {
  FieldErrors errors;
  if (!options.match.empty()) {
    if (revision.empty()) {
      errors.push_back(
          cluster::forbidden(kMatch, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
    }
    if (continued) {
      errors.push_back(
          cluster::forbidden(kMatch, "resourceVersionMatch is forbidden when continue is provided"));
    }
    if (options.match != "Exact" && options.match != "NotOlderThan") {
      errors.push_back({FieldErrorType::kNotSupported, kMatch, cluster::json_quote(options.match),
                        R"(supported values: "Exact", "NotOlderThan", "")"});
    }
    if (options.match == "Exact" && revision == "0") {
      errors.push_back(
          cluster::forbidden(kMatch, R"(resourceVersionMatch "exact" is forbidden for resourceVersion "0")"));
    }
  }
  if (streaming) {
    errors.push_back(cluster::forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  }
  return errors;
}

api::Refusal check_match(const HttpRequest& request, const ListOptions& options) {
  const bool streaming = options.send_initial_events.has_value();
  const bool continued = !request.parameter("continue").empty();
  const FieldErrors errors =
      options.watch ? check_watch_match(options, streaming, continued)
                    : check_list_match(options, request.parameter("resourceVersion"), streaming, continued);
  if (errors.empty()) return std::nullopt;
  return api::invalid({"meta.k8s.io", "", "ListOptions"}, "", errors);
}

}  // namespace

Result<ListOptions> read_list_options(const HttpRequest& request, const api::Resource& resource,
                                      std::string_view name, bool watch) {
  ListOptions options;
  std::string fields(request.parameter("fieldSelector"));
  if (!name.empty())
    fields += (fields.empty() ? "" : ",") + ("metadata.name=" + api::Selector::escaped_value(name));
  auto selector = api::Selector::read(resource, request.parameter("labelSelector"), fields);
  if (!selector) return selector.status();
  options.selector = std::move(*selector);
  options.watch = watch || truth(request, "watch");
  options.bookmarks = truth(request, "allowWatchBookmarks");
  if (request.has_parameter("sendInitialEvents")) {
    options.send_initial_events = truth(request, "sendInitialEvents");
  }
  options.match = request.parameter("resourceVersionMatch");
  if (request.has_parameter("limit")) {
    const auto limit = natural(request.parameter("limit"));
    if (!limit) return no_number(request.parameter("limit"));
    options.limit = *limit;
  }
  if (request.has_parameter("timeoutSeconds")) {
    const auto seconds = natural(request.parameter("timeoutSeconds"));
    if (!seconds) return no_number(request.parameter("timeoutSeconds"));
    const std::uint64_t most = static_cast<std::uint64_t>(kLongestTimeout.count());
    // None is asked for by 0; what is less is over before it begins.
    const bool asked = *seconds > 0 || request.parameter("timeoutSeconds").substr(0, 1) == "-";
    if (asked) options.timeout = std::chrono::seconds(std::min(*seconds, most));
  }
  if (auto refusal = check_match(request, options)) return std::move(*refusal);
  const bool goes_on = !options.watch && !request.parameter("continue").empty();
  auto refusal = goes_on ? read_token(request, options) : read_revision(request, options);
  if (refusal) return std::move(*refusal);
  return options;
}

}  // namespace clusterip::daemon
