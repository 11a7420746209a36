#include "daemon/http/discovery.hpp"

#include "daemon/api/discovery_json.hpp"
#include "daemon/api/openapi_json.hpp"
#include "daemon/http/answers.hpp"

namespace clusterip::daemon {
namespace {

constexpr std::string_view kAggregated = "g=apidiscovery.k8s.io";

// Which aggregated form the client prefers, if any: the first that its Accept header names.
std::string_view aggregated_version(std::string_view accept) {
  while (!accept.empty()) {
    const std::size_t comma = std::min(accept.find(','), accept.size());
    const std::string_view offer = accept.substr(0, comma);
    accept.remove_prefix(std::min(comma + 1, accept.size()));
    if (offer.find(kAggregated) == std::string_view::npos) {
      if (offer.find("application/json") != std::string_view::npos) return "";
      continue;
    }
    if (offer.find("v=v2beta1") != std::string_view::npos) return "v2beta1";
    if (offer.find("v=v2") != std::string_view::npos) return "v2";
  }
  return "";
}

}  // namespace

std::optional<HttpResponse> answer_discovery(const HttpRequest& request) {
  std::string path = request.path;
  if (path.size() > 1 && path.back() == '/') path.pop_back();
  constexpr std::string_view kOpenApi = "/openapi/v3";
  if (path == kOpenApi) return answer_json(200, api::openapi_index());
  if (path.rfind(std::string(kOpenApi) + "/", 0) == 0) {
    const auto document = api::openapi_document(std::string_view(path).substr(kOpenApi.size() + 1));
    if (document.is_null()) return std::nullopt;
    return answer_json(200, document);
  }
  if (path == "/api" || path == "/apis") {
    const std::string_view version = aggregated_version(request.header("Accept"));
    if (!version.empty()) {
      HttpResponse response = answer_json(200, api::aggregated_discovery(path == "/api", version));
      response.content_type =
          "application/json;g=apidiscovery.k8s.io;v=" + std::string(version) + ";as=APIGroupDiscoveryList";
      response.headers.emplace_back("Vary", "Accept");
      return response;
    }
    return answer_json(200, path == "/api" ? api::core_versions() : api::group_list());
  }
  if (path == "/api/v1") return answer_json(200, api::resource_list("", "v1"));
  constexpr std::string_view kApis = "/apis/";
  if (path.rfind(kApis, 0) != 0) {
    if (path == "/") return answer_json(200, api::root_paths());
    return std::nullopt;
  }
  const std::string_view rest = std::string_view(path).substr(kApis.size());
  const std::size_t slash = rest.find('/');
  const auto found = slash == std::string_view::npos
                         ? api::group(rest)
                         : api::resource_list(rest.substr(0, slash), rest.substr(slash + 1));
  if (found.is_null()) return std::nullopt;
  return answer_json(200, found);
}

}  // namespace clusterip::daemon
