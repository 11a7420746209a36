// From the bytes of a request's body to a JSON object of the kind that the path is about.
//
// Mirrors the apiserver's decoder: the media types, the order of its checks, and its words when it refuses.
#pragma once

#include <string_view>
#include <vector>

#include "daemon/api/document.hpp"
#include "daemon/api/resources.hpp"
#include "daemon/api/schema.hpp"
#include "daemon/api/status.hpp"

namespace clusterip::api {

inline constexpr std::string_view kProtobufType = "application/vnd.kubernetes.protobuf";
inline constexpr std::string_view kYamlType = "application/yaml";

struct BodyLimits {
  std::size_t depth = 100;
};

// "application/json; charset=utf-8" -> "application/json", in lower case; empty for what is no media type.
std::string media_type(std::string_view content_type);

// JSON text as a value. The message is what Go's decoder says, as far as it can be told.
Result<nlohmann::json> read_json(std::string_view text, const BodyLimits& limits = {});

// YAML, of which JSON is a part. One document.
Result<nlohmann::json> read_yaml_body(std::string_view text, const BodyLimits& limits = {});
// The keys that stand twice in maps of a YAML text that can be read: one fault of several lines.
std::optional<std::string> repeated_yaml_keys(std::string_view text, const BodyLimits& limits = {});
// A fault as warnings tell it: of several lines, each by itself.
std::vector<std::string> told_apart(std::string_view fault);

// A patch of any kind but an apply. That it is no JSON is told behind `head`.
Result<nlohmann::json> read_patch(std::string_view text, std::string_view head,
                                  const BodyLimits& limits = {});
// Refuses a configuration to apply that does not say that it is of this kind in this version.
Refusal check_applied_type(const nlohmann::json& object, const Resource& resource, std::string_view version);

// 415 for a type that is none of those above, nor JSON.
Refusal check_media_type(std::string_view content_type);
// A body in any of the three forms.
Result<nlohmann::json> read_any(std::string_view content_type, std::string_view body,
                                const ObjectSchema& schema, const BodyLimits& limits = {});
// What Go says of a value that is to be an object with a version and a kind; absent for one.
std::optional<std::string> untold_type(const nlohmann::json& object);

// A body that is to be an object of `resource`, sent to `version`.
Result<nlohmann::json> read_object(std::string_view content_type, std::string_view body,
                                   const Resource& resource, std::string_view version,
                                   const BodyLimits& limits = {});

// Refuses an object that says it is something else. Missing words are taken from the path.
Refusal check_type(const nlohmann::json& object, const Resource& resource, std::string_view version);
// Lets any version of the kind pass: what a patch leaves is read in the version that it names.
Refusal check_kind(const nlohmann::json& object, const Resource& resource, std::string_view version);

}  // namespace clusterip::api
