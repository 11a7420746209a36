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
  HttpResponse answer(const HttpRequest& request, const api::RequestPath& path, const api::Resource& resource,
                      const std::string& user) const;
  HttpResponse dispatch(const ResourceCall& call) const;
  HttpResponse collection(const ResourceCall& call) const;
  // Objects to unknown fields as fieldValidation says.
  api::Refusal check_fields(const ResourceCall& call, const Json& object) const;
  HttpResponse get(const ResourceCall& call) const;
  HttpResponse create(const ResourceCall& call) const;
  HttpResponse update(const ResourceCall& call) const;
  HttpResponse patch(const ResourceCall& call) const;
  HttpResponse apply(const ResourceCall& call) const;
  HttpResponse erase(const ResourceCall& call) const;

  const Verbs& verbs_;
  Now now_;
  ApiLimits limits_;
  RequestMetrics& requests_;
  AuditLog* audit_;
};

}  // namespace clusterip::daemon
