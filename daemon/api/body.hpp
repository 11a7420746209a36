// From the bytes of a request's body to a JSON object of the kind that the path is about.
//
// Mirrors the apiserver's decoder: the media types, the order of its checks, and its words when it refuses.
#pragma once

#include <string_view>

#include "daemon/api/document.hpp"
#include "daemon/api/resources.hpp"
#include "daemon/api/status.hpp"

namespace clusterip::api {

inline constexpr std::string_view kProtobufType = "application/vnd.kubernetes.protobuf";

struct BodyLimits {
  std::size_t depth = 100;
};

// "application/json; charset=utf-8" -> "application/json", in lower case.
std::string media_type(std::string_view content_type);

// JSON text as a value. The message is what Go's decoder says, as far as it can be told.
Result<nlohmann::json> read_json(std::string_view text, const BodyLimits& limits = {});

// YAML, of which JSON is a part. One document.
Result<nlohmann::json> read_yaml_body(std::string_view text, const BodyLimits& limits = {});

// A body that is to be an object of `resource`, sent to `version`.
Result<nlohmann::json> read_object(std::string_view content_type, std::string_view body,
                                   const Resource& resource, std::string_view version,
                                   const BodyLimits& limits = {});

// Refuses an object that says it is something else. Missing words are taken from the path.
Refusal check_type(const nlohmann::json& object, const Resource& resource, std::string_view version);

}  // namespace clusterip::api
