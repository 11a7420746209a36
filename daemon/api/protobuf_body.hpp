// Bodies in protobuf, as kubectl and typed Go clients write them: turned into the JSON value that they stand
// for.
//
// "k8s\0", then runtime.Unknown around the object. Fields go by the numbers of the schema; unknown ones are
// skipped, as protobuf has it. protobuf_write.hpp is the way back. Any bytes may come
// in; linear in their number. (apimachinery pkg/runtime/serializer/protobuf)
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include "daemon/api/schema.hpp"
#include "daemon/api/status.hpp"

namespace clusterip::api {

// The object with its apiVersion and kind.
Result<nlohmann::json> read_protobuf(std::string_view body, const ObjectSchema& schema);

}  // namespace clusterip::api
