// The OpenAPI v3 documents, made from the registry of kinds and their schemas: what kubectl needs to check,
// apply and explain.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace clusterip::api {

// The index of /openapi/v3: one document for each group version.
nlohmann::json openapi_index();
// The document of "api/v1" or "apis/networking.k8s.io/v1"; null where there is none.
nlohmann::json openapi_document(std::string_view group_version);

}  // namespace clusterip::api
