// Requests for resources: from path, method, parameters and body to one of the verbs, and back to an answer.
//
// Mirrors apiserver pkg/endpoints/handlers.
#pragma once

#include "daemon/api/request_path.hpp"
#include "daemon/control/verbs.hpp"
#include "daemon/http/exchange.hpp"

namespace clusterip::daemon {

struct ApiLimits {
  std::size_t json_depth = 100;
};

class ResourceHandler {
 public:
  using Now = std::function<cluster::Instant()>;

  ResourceHandler(const Verbs& verbs, Now now, const ApiLimits& limits)
      : verbs_(verbs), now_(std::move(now)), limits_(limits) {}

  // `user` has been authenticated.
  HttpResponse handle(const HttpRequest& request, const api::RequestPath& path,
                      const std::string& user) const;

 private:
  struct Call;

  HttpResponse dispatch(const Call& call) const;
  HttpResponse get(const Call& call) const;
  HttpResponse list(const Call& call) const;
  HttpResponse create(const Call& call) const;
  HttpResponse update(const Call& call) const;
  HttpResponse erase(const Call& call) const;

  const Verbs& verbs_;
  Now now_;
  ApiLimits limits_;
};

}  // namespace clusterip::daemon
