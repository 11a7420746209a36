#include "engine/cluster/metadata_rules.hpp"

#include <algorithm>
#include <set>

#include "engine/cluster/owner_rules.hpp"

namespace clusterip::cluster {
namespace {

constexpr std::size_t kGeneratedNameLimit = 63;
constexpr std::size_t kAnnotationsLimit = 256UL * 1024;
constexpr std::string_view kOrphan = "orphan";
constexpr std::string_view kForeground = "foregroundDeletion";
constexpr const char* kImmutable = "field is immutable";

// Lower case as Go has it. Beyond ASCII only the two characters matter whose lower case is an ASCII letter:
// all others are refused in either case.
std::string to_lower(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Rune rune = first_rune(text);
    if (rune.code_point >= 'A' && rune.code_point <= 'Z') {
      out.push_back(static_cast<char>(rune.code_point + ('a' - 'A')));
    } else if (rune.code_point == 0x130) {
      out.push_back('i');
    } else if (rune.code_point == 0x212A) {
      out.push_back('k');
    } else {
      out.append(text.substr(0, rune.size));
    }
    text.remove_prefix(rune.size);
  }
  return out;
}

FieldErrors validate_finalizers(const std::vector<std::string>& finalizers) {
  FieldErrors errors;
  const auto has = [&](std::string_view name) {
    return std::find(finalizers.begin(), finalizers.end(), name) != finalizers.end();
  };
  for (const std::string& finalizer : finalizers) {
    append_invalid(errors, "metadata.finalizers", finalizer, check_label_key(finalizer));
  }
  if (has(kOrphan) && has(kForeground)) {
    errors.push_back(invalid("metadata.finalizers", finalizers,
                             "finalizer orphan and foregroundDeletion cannot be both set"));
  }
  return errors;
}

FieldErrors validate_no_new_finalizers(const ObjectMeta& meta, const ObjectMeta& old) {
  std::set<std::string> added(meta.finalizers.begin(), meta.finalizers.end());
  for (const std::string& finalizer : old.finalizers) added.erase(finalizer);
  if (added.empty()) return {};
  return {forbidden("metadata.finalizers",
                    "no new finalizers can be added if the object is being deleted, found new finalizers " +
                        go_syntax({added.begin(), added.end()}))};
}

FieldErrors validate_known_finalizers(const std::vector<std::string>& finalizers) {
  FieldErrors errors;
  for (std::size_t i = 0; i < finalizers.size(); ++i) {
    const std::string& name = finalizers[i];
    if (name.find('/') != std::string::npos || name == "kubernetes" || name == kOrphan ||
        name == kForeground) {
      continue;
    }
    errors.push_back(invalid("metadata.finalizers[" + std::to_string(i) + "]", name,
                             "name is neither a standard finalizer name nor is it fully qualified"));
  }
  return errors;
}

FieldErrors validate_name(const ObjectMeta& meta, NameRule rule) {
  FieldErrors errors;
  if (!meta.generate_name.empty()) {
    append_invalid(errors, "metadata.generateName", meta.generate_name, rule(meta.generate_name, true));
  }
  if (meta.name.empty()) {
    errors.push_back(required("metadata.name", "name or generateName is required"));
  } else {
    append_invalid(errors, "metadata.name", meta.name, rule(meta.name, false));
  }
  return errors;
}

FieldErrors validate_namespace(const ObjectMeta& meta, Scope scope) {
  FieldErrors errors;
  if (scope == Scope::kNamespace) {
    if (meta.name_space.empty()) return {required("metadata.namespace")};
    append_invalid(errors, "metadata.namespace", meta.name_space, check_dns_label(meta.name_space));
  } else if (!meta.name_space.empty()) {
    errors.push_back(forbidden("metadata.namespace", "not allowed on this type"));
  }
  return errors;
}

// A value as upstream prints a pointer to it.
std::string instant_json(const std::optional<Instant>& instant) {
  return instant && *instant != kGoZeroTime ? json_quote(to_text(*instant)) : "null";
}

}  // namespace

std::string generated_name(std::string_view base, std::string_view random_end) {
  const std::size_t room = kGeneratedNameLimit - std::min(random_end.size(), kGeneratedNameLimit);
  return std::string(base.substr(0, room)).append(random_end);
}

void prepare_create(ObjectMeta& meta, Scope scope) {
  if (scope == Scope::kCluster) meta.name_space.clear();
  meta.deletion.reset();
  meta.deletion_grace_seconds.reset();
}

void prepare_update(ObjectMeta& meta, const ObjectMeta& old, Scope scope) {
  if (scope == Scope::kCluster) meta.name_space.clear();
  meta.generation = old.generation;
  if (meta.uid.empty()) meta.uid = old.uid;
  if (old.creation) meta.creation = old.creation;
  if (old.deletion && *old.deletion != kGoZeroTime) meta.deletion = old.deletion;
  if (!meta.deletion_grace_seconds) meta.deletion_grace_seconds = old.deletion_grace_seconds;
}

void reset_for_status(ObjectMeta& meta, const ObjectMeta& old) {
  meta.deletion = old.deletion;
  meta.generation = old.generation;
  meta.labels = old.labels;
  meta.annotations = old.annotations;
  meta.finalizers = old.finalizers;
  meta.owner_references = old.owner_references;
}

FieldErrors validate_labels(const Labels& labels, const std::string& field) {
  FieldErrors errors;
  for (const auto& [key, value] : labels) {
    append_invalid(errors, field, key, check_label_key(key));
    append_invalid(errors, field, value, check_label_value(value));
  }
  return errors;
}

FieldErrors validate_annotations(const Labels& annotations) {
  FieldErrors errors;
  std::size_t size = 0;
  for (const auto& [key, value] : annotations) {
    append_invalid(errors, "metadata.annotations", key, check_label_key(to_lower(key)));
    size += key.size() + value.size();
  }
  if (size > kAnnotationsLimit) errors.push_back(too_long("metadata.annotations", kAnnotationsLimit));
  return errors;
}

FieldErrors validate_object_meta(const ObjectMeta& meta, NameRule rule, Scope scope) {
  FieldErrors errors = validate_name(meta, rule);
  append(errors, validate_namespace(meta, scope));
  if (meta.generation < 0) {
    errors.push_back(invalid("metadata.generation", meta.generation, "must be greater than or equal to 0"));
  }
  append(errors, validate_labels(meta.labels, "metadata.labels"));
  append(errors, validate_annotations(meta.annotations));
  append(errors, validate_owner_references(meta.owner_references));
  append(errors, validate_finalizers(meta.finalizers));
  append(errors, validate_managed_fields(meta.managed_fields));
  return errors;
}

FieldErrors validate_object_meta_update(const ObjectMeta& meta, const ObjectMeta& old) {
  FieldErrors errors;
  if (old.deletion) errors = validate_no_new_finalizers(meta, old);
  if (meta.generation < old.generation) {
    errors.push_back(invalid("metadata.generation", meta.generation, "must not be decremented"));
  }
  if (meta.name != old.name) errors.push_back(invalid("metadata.name", meta.name, kImmutable));
  if (meta.name_space != old.name_space) {
    errors.push_back(invalid("metadata.namespace", meta.name_space, kImmutable));
  }
  if (meta.deletion != old.deletion) {
    errors.push_back(invalid_json("metadata.deletionTimestamp", instant_json(meta.deletion), kImmutable));
  }
  if (meta.deletion_grace_seconds != old.deletion_grace_seconds) {
    const auto& seconds = meta.deletion_grace_seconds;
    errors.push_back(invalid_json("metadata.deletionGracePeriodSeconds",
                                  seconds ? std::to_string(*seconds) : "null", kImmutable));
  }
  append(errors, validate_labels(meta.labels, "metadata.labels"));
  append(errors, validate_annotations(meta.annotations));
  append(errors, validate_owner_references(meta.owner_references));
  append(errors, validate_managed_fields(meta.managed_fields));
  return errors;
}

FieldErrors validate_core_meta(const ObjectMeta& meta, NameRule rule, Scope scope) {
  FieldErrors errors = validate_object_meta(meta, rule, scope);
  append(errors, validate_known_finalizers(meta.finalizers));
  return errors;
}

FieldErrors validate_core_meta_update(const ObjectMeta& meta, const ObjectMeta& old) {
  FieldErrors errors = validate_object_meta_update(meta, old);
  append(errors, validate_known_finalizers(meta.finalizers));
  return errors;
}

FieldErrors validate_common_update(const ObjectMeta& meta, const ObjectMeta& old, Scope scope) {
  FieldErrors errors = validate_object_meta(meta, name_is_path_segment, scope);
  append(errors, validate_object_meta_update(meta, old));
  return errors;
}

}  // namespace clusterip::cluster
