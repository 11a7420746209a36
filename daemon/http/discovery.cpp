#include "daemon/http/discovery.hpp"

#include "daemon/api/discovery_json.hpp"
#include "daemon/api/document.hpp"
#include "daemon/api/openapi_json.hpp"
#include "daemon/api/openapi_v2_json.hpp"
#include "daemon/api/openapi_v2_protobuf.hpp"
#include "daemon/http/answers.hpp"

namespace clusterip::daemon {
namespace {

constexpr std::string_view kAggregated = "g=apidiscovery.k8s.io";
constexpr std::string_view kOpenApiProtobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
constexpr std::string_view kOpenApiProtobufOld = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

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

// The first form that the Accept header names. The document never changes, so it is made once.
HttpResponse answer_openapi_v2(std::string_view accept) {
  static const nlohmann::json kDocument = api::openapi_v2_document();
  static const std::string kProtobuf = api::openapi_v2_protobuf(kDocument);
  HttpResponse response;
  response.headers.emplace_back("Vary", "Accept");
  if (accept.empty()) accept = "*/*";
  while (!accept.empty()) {
    const std::size_t comma = std::min(accept.find(','), accept.size());
    std::string_view type = accept.substr(0, comma);
    accept.remove_prefix(std::min(comma + 1, accept.size()));
    type = type.substr(0, std::min(type.find(';'), type.size()));
    while (type.starts_with(' ')) type.remove_prefix(1);
    while (type.ends_with(' ')) type.remove_suffix(1);
    if (type == "application/json" || type == "application/*" || type == "*/*") {
      response.body = api::dump(kDocument) + "\n";
      return response;
    }
    if (type == kOpenApiProtobuf || type == kOpenApiProtobufOld) {
      response.content_type = kOpenApiProtobuf;
      response.body = kProtobuf;
      return response;
    }
  }
  response.status = 406;
  return response;
}

// Upstream says no more.
HttpResponse no_such_document() {
  HttpResponse response;
  response.status = 404;
  response.content_type.clear();
  return response;
}

}  // namespace

std::optional<HttpResponse> answer_custom_resources(const HttpRequest& request) {
  const bool asked = request.path == "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  if (!asked || request.method != "GET") return std::nullopt;
  return answer_json(200, api::no_custom_resources());
}

std::optional<HttpResponse> answer_discovery(const HttpRequest& request) {
  std::string path = request.path;
  if (path.size() > 1 && path.back() == '/') path.pop_back();
  constexpr std::string_view kOpenApi = "/openapi/v3";
  if (path == "/openapi/v2") return answer_openapi_v2(request.header("Accept"));
  if (path == kOpenApi) return answer_json(200, api::openapi_index());
  if (path.rfind(std::string(kOpenApi) + "/", 0) == 0) {
    const auto document = api::openapi_document(std::string_view(path).substr(kOpenApi.size() + 1));
    if (document.is_null()) return no_such_document();
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
