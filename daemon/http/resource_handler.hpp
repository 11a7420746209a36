// Requests for resources: from path, method, parameters and body to one of the verbs, and back to an answer.
//
// Mirrors apiserver pkg/endpoints/handlers.
#pragma once

#include <functional>

#include "daemon/control/verbs.hpp"
#include "daemon/http/request_call.hpp"
#include "daemon/http/request_metrics.hpp"

namespace clusterip::daemon {

struct ApiLimits {
  std::size_t json_depth = 100;
};

class ResourceHandler {
 public:
  using Now = std::function<cluster::Instant()>;

  // `audit` may be null.
  ResourceHandler(const Verbs& verbs, Now now, const ApiLimits& limits, RequestMetrics& requests,
                  AuditLog* audit)
      : verbs_(verbs), now_(std::move(now)), limits_(limits), requests_(requests), audit_(audit) {}

  // `user` has been authenticated.
  HttpResponse handle(const HttpRequest& request, const api::RequestPath& path,
                      const std::string& user) const;

 private:
  using Act = HttpResponse (ResourceHandler::*)(ResourceCall&) const;

  HttpResponse answer(const HttpRequest& request, const api::RequestPath& path, const api::Resource& resource,
                      const std::string& user) const;
  // Null: the method is not allowed there.
  static Act act_for(const HttpRequest& request, const api::RequestPath& path, const api::Resource& resource);
  static api::Refusal take_options(ResourceCall& call, WriteStyle style);
  // Objects to unknown and repeated fields, or warns of them, as fieldValidation says.
  // Looks for faults only where somebody wants to know.
  using FindFaults = std::function<std::vector<std::string>()>;
  api::Refusal check_fields(const ResourceCall& call, const FindFaults& find) const;
  // What an applied configuration says twice.
  api::Refusal check_keys(const ResourceCall& call) const;
  HttpResponse collection(ResourceCall& call) const;
  HttpResponse get(ResourceCall& call) const;
  HttpResponse create(ResourceCall& call) const;
  HttpResponse update(ResourceCall& call) const;
  HttpResponse patch(ResourceCall& call) const;
  HttpResponse apply(ResourceCall& call) const;
  HttpResponse erase(ResourceCall& call) const;

  const Verbs& verbs_;
  Now now_;
  ApiLimits limits_;
  RequestMetrics& requests_;
  AuditLog* audit_;
};

}  // namespace clusterip::daemon
