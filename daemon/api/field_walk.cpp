#include "daemon/api/field_walk.hpp"

#include <algorithm>

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

// The keys of a list's item in the order of their names.
Json keys_of(const Json& item, std::string_view names) {
  Json keys = Json::object();
  while (!names.empty()) {
    const std::string name(next_key(names));
    keys[name] = item.contains(name) ? item.at(name) : Json::parse(default_of_key(name));
  }
  return keys;
}

std::string item_step(const Json& item, const FieldSchema& field) {
  if (field.list == ListType::kSet) return "v:" + item.dump();
  return "k:" + keys_of(item, field.keys).dump();
}

bool is_leaf(const FieldSchema& field) {
  if (field.atomic || field.list == ListType::kAtomic) return true;
  if (field.list != ListType::kNone) return false;
  return field.type != FieldType::kObject && field.type != FieldType::kTextMap;
}

class FieldWalk {
 public:
  explicit FieldWalk(Containers containers) : containers_(containers) {}

  void object(const Json& value, const ObjectSchema& schema, FieldSet& node) const {
    for (const auto& [name, member] : value.items()) {
      const FieldSchema* known = schema.find(name);
      // Whoever applies null owns the field that is not there.
      const bool counts = !member.is_null() || containers_ == Containers::kOnlyEmpty;
      if (known == nullptr || !counts) continue;
      const auto below = node.children.try_emplace("f:" + name).first;
      field(member, *known, below->second);
      // Whoever applies a list without items owns nothing by it.
      if (below->second.empty()) node.children.erase(below);
    }
  }

 private:
  void leaf(const Json& value, FieldSet& node) const {
    node.member = true;
    node.value = &value;
  }

  void field(const Json& value, const FieldSchema& schema, FieldSet& node) const {
    if (is_leaf(schema) || !value.is_structured()) return leaf(value, node);
    const bool is_list = schema.list != ListType::kNone;
    node.member = containers_ == Containers::kAll || (value.empty() && !is_list);
    if (is_list) {
      for (const Json& item : value) {
        FieldSet& below = node.children[item_step(item, schema)];
        below.member = true;
        if (schema.list == ListType::kSet || !item.is_object() || schema.object->atomic) {
          below.value = &item;
        } else {
          object(item, *schema.object, below);
        }
      }
    } else if (schema.type == FieldType::kObject) {
      object(value, *schema.object, node);
    } else {
      for (const auto& [name, text] : value.items()) leaf(text, node.children["f:" + name]);
    }
  }

  Containers containers_;
};

Json merged_field(const Json& standing, const Json& applied, const FieldSchema& field) {
  const bool alike = standing.type() == applied.type();
  if (is_leaf(field) || !alike || !applied.is_structured()) return applied;
  if (field.list == ListType::kNone) {
    if (field.type == FieldType::kObject) return merge_applied(standing, applied, *field.object);
    Json map = standing;
    map.update(applied);
    return map;
  }
  Json list = standing;
  for (const Json& item : applied) {
    const std::string step = item_step(item, field);
    const auto same = std::find_if(list.begin(), list.end(),
                                   [&](const Json& other) { return item_step(other, field) == step; });
    if (same == list.end()) {
      list.push_back(item);
    } else if (field.list == ListType::kMap && item.is_object()) {
      *same = field.object->atomic ? item : merge_applied(*same, item, *field.object);
    }
  }
  return list;
}

bool goes(const FieldSet& gone, const FieldSet* kept) {
  return gone.member && (kept == nullptr || kept->empty());
}

const FieldSet* below(const FieldSet* set, const std::string& name) {
  if (set == nullptr) return nullptr;
  const auto found = set->children.find(name);
  return found == set->children.end() ? nullptr : &found->second;
}

void remove_below(Json& value, const FieldSchema& field, const FieldSet& gone, const FieldSet* kept);

void remove_members(Json& object, const ObjectSchema* schema, const FieldSet& gone, const FieldSet* kept) {
  for (const auto& [step, child] : gone.children) {
    const std::string name = step.substr(2);
    if (!object.contains(name)) continue;
    if (goes(child, below(kept, step))) {
      object.erase(name);
    } else if (const FieldSchema* field = schema == nullptr ? nullptr : schema->find(name)) {
      remove_below(object[name], *field, child, below(kept, step));
    }
  }
}

void remove_below(Json& value, const FieldSchema& field, const FieldSet& gone, const FieldSet* kept) {
  if (value.is_object()) return remove_members(value, field.object, gone, kept);
  if (!value.is_array()) return;
  Json left = Json::array();
  for (Json& item : value) {
    const std::string step = item_step(item, field);
    const FieldSet* child = below(&gone, step);
    // An item goes with its owner, though somebody else owns fields of it; it stays with another owner of its
    // own.
    const FieldSet* kept_item = below(kept, step);
    if (child != nullptr && child->member && (kept_item == nullptr || !kept_item->member)) continue;
    if (child != nullptr && item.is_object()) remove_members(item, field.object, *child, below(kept, step));
    left.push_back(std::move(item));
  }
  value = std::move(left);
}

}  // namespace

std::string list_step_text(const Json& item, const FieldSchema& field) {
  return step_text(item_step(item, field));
}

FieldSet fields_of(const Json& object, const ObjectSchema& schema, Containers containers) {
  FieldSet set;
  FieldWalk(containers).object(object, schema, set);
  return set;
}

Json merge_applied(const Json& object, const Json& configuration, const ObjectSchema& schema) {
  Json result = object;
  for (const auto& [name, applied] : configuration.items()) {
    const FieldSchema* field = schema.find(name);
    if (field == nullptr || applied.is_null()) continue;
    result[name] = result.contains(name) ? merged_field(result[name], applied, *field) : applied;
  }
  return result;
}

void remove_fields(Json& object, const ObjectSchema& schema, const FieldSet& gone, const FieldSet& kept) {
  remove_members(object, &schema, gone, &kept);
}

}  // namespace clusterip::api
