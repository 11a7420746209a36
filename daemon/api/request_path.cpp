#include "daemon/api/request_path.hpp"

#include <vector>

namespace clusterip::api {
namespace {

std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    if (path.front() == '/') path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end == 0 && path.empty()) break;
    parts.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

}  // namespace

std::optional<RequestPath> read_request_path(std::string_view path) {
  const std::vector<std::string> parts = segments(path);
  RequestPath found;
  std::size_t at = 0;
  if (parts.size() >= 3 && parts[0] == "api") {
    found.version = parts[1];
    at = 2;
  } else if (parts.size() >= 4 && parts[0] == "apis") {
    found.group = parts[1];
    found.version = parts[2];
    at = 3;
  } else {
    return std::nullopt;
  }
  // An old way to ask for a watch.
  if (parts[at] == "watch" && parts.size() > at + 1) {
    found.watch = true;
    ++at;
  }
  // /namespaces/NS/services is in a namespace; /namespaces/NS and /namespaces/NS/status are about it.
  const bool about_namespace =
      parts.size() == at + 3 && (parts[at + 2] == "status" || parts[at + 2] == "finalize");
  if (parts[at] == "namespaces" && parts.size() > at + 2 && !about_namespace) {
    found.name_space = parts[at + 1];
    at += 2;
  }
  const std::size_t left = parts.size() - at;
  if (left > 3 || parts[at].empty()) return std::nullopt;
  found.resource = parts[at];
  if (left > 1) found.name = parts[at + 1];
  if (left > 2) found.subresource = parts[at + 2];
  if ((left > 1 && found.name.empty()) || (left > 2 && found.subresource.empty())) return std::nullopt;
  return found;
}

}  // namespace clusterip::api
