// What a path of the Kubernetes API asks for.
//
//   /api/v1/namespaces/NS/services/NAME/status      /apis/networking.k8s.io/v1/servicecidrs/NAME
//
// Mirrors apiserver pkg/endpoints/request/requestinfo.go. Whether the resource exists is not asked here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace clusterip::api {

struct RequestPath {
  std::string group;
  std::string version;
  std::string name_space;  // empty: all namespaces, or a cluster-scoped resource
  std::string resource;
  std::string name;         // empty: the collection
  std::string subresource;  // "status"
  bool watch = false;       // /api/v1/watch/services
};

// Absent for paths that are not about a resource (/api, /healthz, …) or have a segment too many.
std::optional<RequestPath> read_request_path(std::string_view path);

}  // namespace clusterip::api
