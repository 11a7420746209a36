// The fields of the kinds that are served: names, types, how lists merge, and their numbers in protobuf.
//
// One table for all that has to know fields by name: unknown fields (fieldValidation), strategic merge and
// server-side apply, field ownership, protobuf, and the OpenAPI document. Facts of Kubernetes 1.36
// (api/openapi-spec/v3 and generated.proto of k8s.io/api).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "daemon/api/resources.hpp"

namespace clusterip::api {

enum class FieldType : std::uint8_t {
  kText,
  kInt32,
  kInt64,
  kBoolean,
  kTime,       // RFC 3339, whole seconds
  kMicroTime,  // RFC 3339, microseconds
  kIntOrString,
  kTextMap,  // string -> string
  kTree,     // any JSON: the field sets of managedFields
  kObject,
};

// How a list is owned and merged: not at all, as a whole, as a set of values, or by keys of its items.
enum class ListType : std::uint8_t { kNone, kAtomic, kSet, kMap };

struct ObjectSchema;

struct FieldSchema {
  std::string_view name;
  std::uint32_t number = 0;
  FieldType type = FieldType::kText;
  ListType list = ListType::kNone;
  bool atomic = false;              // a map or an object that has one owner as a whole
  std::string_view keys = {};       // of kMap, with commas
  std::string_view merge_key = {};  // of a strategic merge; "*": values are merged; empty: replaced
  const ObjectSchema* object = nullptr;
};

struct ObjectSchema {
  std::string_view definition;  // its name in the OpenAPI document
  std::span<const FieldSchema> fields;
  bool atomic = false;  // as an item of a list it has one owner as a whole

  const FieldSchema* find(std::string_view name) const;
};

// Takes the first of the keys of a list, which are in the order of their names.
std::string_view next_key(std::string_view& keys);
// What an item without that key has, as JSON: the defaults that the API gives.
std::string_view default_of_key(std::string_view key);

// Without apiVersion and kind, which every object has.
const ObjectSchema& schema_of(const Resource& resource);
const ObjectSchema& delete_options_schema();
// Of what every answer may be: the metadata of a list, an object's metadata alone, a Status.
const ObjectSchema& list_meta_schema();
const ObjectSchema& partial_metadata_schema();
const ObjectSchema& status_schema();

// Go holds the field by pointer: it knows an empty one from none.
bool is_pointer(const FieldSchema& field);

}  // namespace clusterip::api
