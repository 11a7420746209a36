// The rules for metadata, which every kind of object shares: what is put right before a write, and what is
// refused.
//
// Upstream checks metadata in two layers (apimachinery pkg/api/validation/objectmeta.go, and around it
// pkg/apis/core/validation, which adds a rule for finalizers) and, on an update, up to four times for one
// object. The callers repeat the calls as upstream does, so that the errors repeat as upstream's do.
// Conflicts of uid and resourceVersion are not validation: whoever holds the stored object decides them.
// Labels and annotations are checked in the order of their keys (upstream: in any).
#pragma once

#include "engine/cluster/field_error.hpp"
#include "engine/cluster/name_rules.hpp"
#include "engine/cluster/objects.hpp"

namespace clusterip::cluster {

enum class Scope { kCluster, kNamespace };

// "base" and a random end; a long base is cut so that the name stays within 63 characters.
std::string generated_name(std::string_view base, std::string_view random_end);

// What upstream wipes of a client's metadata before a create.
void prepare_create(ObjectMeta& meta, Scope scope);
// What upstream takes from the stored object, whatever the client sent.
void prepare_update(ObjectMeta& meta, const ObjectMeta& old, Scope scope);
// What a write through the status subresource leaves as it was (managedFields follow the write).
void reset_for_status(ObjectMeta& meta, const ObjectMeta& old);

// The apimachinery layer.
FieldErrors validate_object_meta(const ObjectMeta& meta, NameRule rule, Scope scope);
FieldErrors validate_object_meta_update(const ObjectMeta& meta, const ObjectMeta& old);

// The core layer around it: finalizers without a domain must be known ones.
FieldErrors validate_core_meta(const ObjectMeta& meta, NameRule rule, Scope scope);
FieldErrors validate_core_meta_update(const ObjectMeta& meta, const ObjectMeta& old);

// What every update of every kind is checked for before the kind's own rules.
FieldErrors validate_common_update(const ObjectMeta& meta, const ObjectMeta& old, Scope scope);

// Labels and annotations by themselves; `field` is their path. Selectors are checked as labels.
FieldErrors validate_labels(const Labels& labels, const std::string& field);
FieldErrors validate_annotations(const Labels& annotations);

}  // namespace clusterip::cluster
