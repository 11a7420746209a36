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

api::Refusal read_revision(const HttpRequest& request, ListOptions& options) {
  const std::string_view text = request.parameter("resourceVersion");
  options.revision_given = !text.empty();
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

FieldErrors check_list_match(const ListOptions& options, bool streaming, bool continued) {
  FieldErrors errors;
  if (!options.match.empty()) {
    if (!options.revision_given) {
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
    if (options.match == "Exact" && options.any_revision && options.revision_given) {
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
  const bool streaming = request.has_parameter("sendInitialEvents");
  const bool continued = !request.parameter("continue").empty();
  const FieldErrors errors = options.watch ? check_watch_match(options, streaming, continued)
                                           : check_list_match(options, streaming, continued);
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
  options.send_initial_events = truth(request, "sendInitialEvents");
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
  if (auto refusal = read_revision(request, options)) return std::move(*refusal);
  if (auto refusal = check_match(request, options)) return std::move(*refusal);
  if (!options.watch && !request.parameter("continue").empty()) {
    if (options.revision_given && !options.any_revision) {
      return api::bad_request("specifying resource version is not allowed when using continue");
    }
    auto from = api::read_continue_token(request.parameter("continue"));
    if (!from) return from.status();
    options.from = std::move(*from);
  }
  return options;
}

}  // namespace clusterip::daemon
