// A request for a resource while it is being worked on: what path, parameters and headers say together.
#pragma once

#include "daemon/api/request_path.hpp"
#include "daemon/api/resources.hpp"
#include "daemon/control/strategy.hpp"
#include "daemon/http/exchange.hpp"
#include "daemon/http/presentation.hpp"
#include "daemon/http/write_options.hpp"

namespace clusterip::daemon {

struct ResourceCall {
  const HttpRequest& request;
  const api::RequestPath& path;
  const api::Resource& resource;
  RequestContext context;
  Presentation presentation;
  AuditedBodies* audited = nullptr;  // null: nobody listens
  // What the parameters of a write say.
  FieldValidation field_validation = FieldValidation::kWarn;
  bool force = false;

  ObjectKey key() const { return {path.name_space, path.name}; }
  ResourceId id() const { return static_cast<ResourceId>(resource.storage()); }
  bool status() const { return path.subresource == "status"; }
};

}  // namespace clusterip::daemon
