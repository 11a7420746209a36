// Walks over objects by their schema: which fields they have, how an applied configuration merges into an
// object, and how fields are taken out again.
// (sigs.k8s.io/structured-merge-diff typed)
#pragma once

#include <nlohmann/json.hpp>

#include "daemon/api/field_set.hpp"
#include "daemon/api/schema.hpp"

namespace clusterip::api {

// Whether objects, maps and lists are members beside what they hold: so when two states are compared, and not
// when a configuration is read.
enum class Containers : std::uint8_t { kOnlyEmpty, kAll };

// The set points into `object`.
FieldSet fields_of(const nlohmann::json& object, const ObjectSchema& schema, Containers containers);

// How an item of a keyed list or a set reads in a path: "[port=80,protocol=\"TCP\"]", "[=\"a\"]".
std::string list_step_text(const nlohmann::json& item, const FieldSchema& field);

// `object` with everything that `configuration` has.
nlohmann::json merge_applied(const nlohmann::json& object, const nlohmann::json& configuration,
                             const ObjectSchema& schema);

// Takes the fields of `gone` out of the object, but nothing that has fields of `kept` below it.
void remove_fields(nlohmann::json& object, const ObjectSchema& schema, const FieldSet& gone,
                   const FieldSet& kept);

}  // namespace clusterip::api
