#include "daemon/http/router.hpp"

#include <algorithm>

#include "daemon/audit/random_names.hpp"
#include "daemon/http/answers.hpp"
#include "daemon/http/discovery.hpp"
#include "daemon/http/parameters.hpp"
#include "daemon/http/reviews.hpp"
#include "engine/cluster/go_time.hpp"

namespace clusterip::daemon {
namespace {

constexpr std::string_view kModelled = "v1.36.3";
constexpr std::size_t kLongestAuditId = 64;

bool is_below(std::string_view path, std::string_view root) {
  return path == root || (path.substr(0, root.size()) == root && path.substr(root.size(), 1) == "/");
}

// /readyz, /readyz?verbose, /readyz?exclude=NAME, /readyz/NAME
HttpResponse answer_health(const HttpRequest& request, std::string_view root,
                           const std::vector<HealthCheck>& checks) {
  const std::string_view wanted = request.path.size() > root.size() + 1
                                      ? std::string_view(request.path).substr(root.size() + 1)
                                      : std::string_view();
  std::string report;
  bool failed = false;
  bool found = wanted.empty();
  for (const HealthCheck& check : checks) {
    if (!wanted.empty() && check.name != wanted) continue;
    const bool excluded = std::any_of(request.query.begin(), request.query.end(), [&](const auto& entry) {
      return entry.first == "exclude" && entry.second == check.name;
    });
    found = true;
    const std::string fault = excluded ? "" : check.fault();
    failed = failed || !fault.empty();
    report += fault.empty() ? "[+]" + check.name + (excluded ? " excluded: ok\n" : " ok\n")
                            : "[-]" + check.name + " failed: " + fault + "\n";
  }
  if (!found) return answer_text(404, "404 page not found\n");
  const std::string name(root.substr(1));
  if (failed) return answer_text(500, report + name + " check failed\n");
  return answer_text(200, request.has_parameter("verbose") ? report + name + " check passed\n" : "ok");
}

// Pages that upstream serves without looking at the method; all others are for GET alone.
bool answers_any_method(std::string_view path) {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const bool of_group = path.starts_with("/apis/") && path.find('/', 6) == std::string_view::npos;
  return path == "/" || path == "/apis" || path == "/metrics" || of_group || is_below(path, "/openapi");
}

// What limits a request's time is read and checked; no request here takes long enough for it.
api::Refusal check_timeout(const HttpRequest& request) {
  const std::string_view timeout = request.parameter("timeout");
  if (timeout.empty() || truth(request, "watch")) return std::nullopt;
  const std::string fault = cluster::duration_fault(timeout);
  if (fault.empty()) return std::nullopt;
  return api::bad_request("invalid timeout specified in the request URL - " + fault);
}

HttpResponse answer_version(const std::string& program_version) {
  return answer_json(200, {{"major", "1"},
                           {"minor", "36"},
                           {"gitVersion", std::string(kModelled) + "+clusterip." + program_version},
                           {"gitCommit", ""},
                           {"gitTreeState", "clean"},
                           {"buildDate", "1970-01-01T00:00:00Z"},
                           {"goVersion", "none"},
                           {"compiler", __VERSION__},
                           {"platform", "linux/amd64"}});
}

// A path in which a percent sign begins nothing is refused as Go's server refuses it.
bool has_broken_escape(std::string_view target) {
  target = target.substr(0, target.find('?'));
  constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
  for (std::size_t at = target.find('%'); at != std::string_view::npos; at = target.find('%', at + 1)) {
    const bool sound = at + 2 < target.size() && kDigits.find(target[at + 1]) != std::string_view::npos &&
                       kDigits.find(target[at + 2]) != std::string_view::npos;
    if (!sound) return true;
  }
  return false;
}

}  // namespace

HttpResponse Router::handle(const HttpRequest& request) const {
  if (has_broken_escape(request.target)) return answer_text(400, "400 Bad Request");
  // A client may bring an id of its own, to find its request in the log.
  std::string id(request.header("Audit-ID").substr(0, kLongestAuditId));
  if (id.empty()) id = random_uid();
  HttpResponse response = [&] {
    if (is_below(request.path, "/livez") || is_below(request.path, "/healthz")) {
      return answer_health(request, request.path.substr(0, request.path.find('/', 1)), parts_.live);
    }
    if (is_below(request.path, "/readyz")) return answer_health(request, "/readyz", parts_.ready);
    RequestAudit audit(parts_.audit, request, id);
    HttpResponse answer = admit(request, audit);
    audit.finish(answer);
    return answer;
  }();
  response.headers.emplace_back("Audit-Id", std::move(id));
  response.headers.emplace_back("Cache-Control", "no-cache, private");
  return response;
}

HttpResponse Router::admit(const HttpRequest& request, RequestAudit& audit) const {
  std::string user = "system:admin";
  if (parts_.tokens != nullptr) {
    const auto known = parts_.tokens->user_of(request.header("Authorization"));
    if (!known) return answer_status(api::generic(401, "Unauthorized", "Unauthorized"));
    user = *known;
  }
  audit.user(user);
  return route(request, user);
}

HttpResponse Router::route(const HttpRequest& request, const std::string& user) const {
  if (parts_.extra) {
    if (auto answer = parts_.extra(request)) return std::move(*answer);
  }
  if (auto refusal = check_timeout(request)) return answer_status(*refusal);
  if (parts_.resources != nullptr) {
    if (auto answer = answer_review(request, user)) return std::move(*answer);
    if (auto answer = answer_custom_resources(request)) return std::move(*answer);
    if (const auto path = api::read_request_path(request.path)) {
      return parts_.resources->handle(request, *path, user);
    }
  }
  auto page = answer_page(request);
  if (!page) return answer_missing_page(request.path);
  if (request.method == "GET" || answers_any_method(request.path)) return std::move(*page);
  return answer_status(api::method_not_allowed());
}

std::optional<HttpResponse> Router::answer_page(const HttpRequest& request) const {
  if (request.path == "/version" || request.path == "/version/")
    return answer_version(parts_.program_version);
  if (request.path == "/metrics") {
    HttpResponse response = answer_text(200, parts_.metrics());
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return response;
  }
  if (parts_.resources == nullptr) return std::nullopt;
  return answer_discovery(request);
}

}  // namespace clusterip::daemon
