// The OpenAPI v2 document: what older clients, and kubectl where the v3 documents know no answer, ask for.
//
// It says what the v3 documents of all group versions say, in the words of v2. As kube-apiserver has it, it
// is without defaults and without the words that a text may be. (kube-openapi pkg/builder, pkg/handler)
#pragma once

#include <nlohmann/json.hpp>

namespace clusterip::api {

nlohmann::json openapi_v2_document();

}  // namespace clusterip::api
