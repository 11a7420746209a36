// Where a request goes: health, version, metrics, discovery, or a resource. Checks the token first.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/http/exchange.hpp"
#include "daemon/http/request_audit.hpp"
#include "daemon/http/resource_handler.hpp"
#include "daemon/http/token_file.hpp"

namespace clusterip::daemon {

// One line of /readyz?verbose: a name, and what is wrong ("" for nothing).
struct HealthCheck {
  std::string name;
  std::function<std::string()> fault;
};

struct RouterParts {
  const ResourceHandler* resources = nullptr;  // null: no resources are served
  // Asked before everything but health; absent: not its request.
  std::function<std::optional<HttpResponse>(const HttpRequest&)> extra;
  TokenFile* tokens = nullptr;  // null: everybody may come in (loopback)
  std::vector<HealthCheck> live;
  std::vector<HealthCheck> ready;
  std::function<std::string()> metrics;
  AuditLog* audit = nullptr;  // null: no log
  std::string program_version;
};

class Router {
 public:
  explicit Router(RouterParts parts) : parts_(std::move(parts)) {}
  HttpResponse handle(const HttpRequest& request) const;

 private:
  // Whoever may come in is answered.
  HttpResponse admit(const HttpRequest& request, RequestAudit& audit) const;
  HttpResponse route(const HttpRequest& request, const std::string& user) const;
  // Version, metrics, discovery; absent for any other path.
  std::optional<HttpResponse> answer_page(const HttpRequest& request) const;

  RouterParts parts_;
};

}  // namespace clusterip::daemon
