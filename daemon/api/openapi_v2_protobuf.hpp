// The OpenAPI v2 document in protobuf, as kubectl asks for it: gnostic's openapi.v2.Document.
//
// Fields go in the order of their numbers and empty ones are left out, as Go writes them. Vendor extensions
// are YAML texts there; JSON is YAML. Linear in the document. (gnostic-models openapiv2/OpenAPIv2.proto)
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace clusterip::api {

// Of what openapi_v2_document makes: fields that it never has are not looked for.
std::string openapi_v2_protobuf(const nlohmann::json& document);

}  // namespace clusterip::api
