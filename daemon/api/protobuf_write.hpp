// Objects in protobuf, as kube-apiserver writes them: the same tables of fields as for reading, the other
// way round.
//
// "k8s\0", then runtime.Unknown around the object. As Go's generated code does, fields go in the order of
// their numbers; what Go holds by value is written even when it is empty, what it holds by pointer only when
// it is there. A watch is a sequence of frames: four bytes of length, then a WatchEvent whose object is such
// an envelope. Linear in the object. (apimachinery pkg/runtime/serializer/protobuf, pkg/util/framer)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "daemon/api/schema.hpp"

namespace clusterip::api {

// The object as a message, without envelope; what the schema does not know is left out.
std::string protobuf_message(const nlohmann::json& object, const ObjectSchema& schema);
// Appends a field that holds bytes: a text or a message.
void append_protobuf_field(std::string& out, std::uint32_t number, std::string_view bytes);
// Appends a field that holds a number or, as 0 and 1, a boolean.
void append_protobuf_number(std::string& out, std::uint32_t number, std::int64_t value);
void append_protobuf_envelope(std::string& out, std::string_view api_version, std::string_view kind,
                              std::string_view message);
// `object` is an envelope.
void append_protobuf_event(std::string& out, std::string_view type, std::string_view object);

}  // namespace clusterip::api
