#include "daemon/api/strategic_merge.hpp"

#include <algorithm>
#include <utility>

#include "daemon/api/go_value.hpp"
#include "engine/cluster/go_text.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kDeleteValues = "$deleteFromPrimitiveList";
constexpr std::string_view kOrder = "$setElementOrder";
constexpr const char* kDirective = "$patch";
constexpr const char* kRetainKeys = "$retainKeys";

// What is wrong with a patch ends the merge, wherever it stands.
struct Fault {
  Status status;
};

Fault fault(const std::string& what) {
  return {generic(500, "", what)};
}
Fault bad_format(const char* of) {
  return {bad_request(std::string("invalid patch format of ") + of)};
}
Fault bad_type(const char* wanted, const Json& value) {
  return fault(std::string("expected a ") + wanted + ", but received a " + std::string(go_type(value)));
}
Fault no_key(const Json& item, const std::string& key) {
  return fault("map: " + go_plain(item) + " does not contain declared merge key: " + key);
}
// The verb %s of what need be no text.
std::string as_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "%!s(<nil>)";
  return "%!s(" + std::string(go_type(value)) + "=" + go_plain(value) + ")";
}
Fault unknown_directive(const Json& directive, const Json& patch) {
  return fault("unknown patch type: " + as_text(directive) + " in map: " + go_plain(patch));
}

const Json& list_of(const Json& value) {
  if (!value.is_array()) throw bad_type("[]interface {}", value);
  return value;
}

const Json& item_of(const Json& value) {
  if (!value.is_object()) throw bad_type("map[string]interface {}", value);
  return value;
}

const Json& key_of(const Json& item, const std::string& key) {
  const Json& map = item_of(item);
  const auto found = map.find(key);
  if (found == map.end()) throw no_key(map, key);
  return *found;
}

bool contains(const Json& list, const Json& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// Whether two items of a list are the same one: by the key that they are merged by, or by their value where
// there is none.
bool is_same(const Json& a, const Json& b, const std::string& key) {
  if (key.empty()) return a == b;
  return a.is_object() && b.is_object() && a.contains(key) && b.contains(key) && a.at(key) == b.at(key);
}

std::size_t place_in(const Json& list, const Json& item, const std::string& key) {
  return static_cast<std::size_t>(
      std::find_if(list.begin(), list.end(), [&](const Json& other) { return is_same(other, item, key); }) -
      list.begin());
}

bool is_deletion(const Json& item) {
  const auto found = item_of(item).find(kDirective);
  return found != item.end() && *found == "delete";
}

void discard_nulls(Json& value) {
  if (value.is_array()) {
    for (Json& item : value) discard_nulls(item);
  } else if (value.is_object()) {
    for (auto at = value.begin(); at != value.end();) {
      if (at->is_null()) {
        at = value.erase(at);
      } else {
        discard_nulls(*at++);
      }
    }
  }
}

// Whether anything is left of a value without the maps that hold a directive.
bool remove_directives(Json& value) {
  if (value.is_object()) {
    if (value.contains(kDirective)) return false;
    for (auto at = value.begin(); at != value.end();)
      at = remove_directives(*at) ? std::next(at) : value.erase(at);
  } else if (value.is_array()) {
    Json left = Json::array();
    for (Json& item : value) {
      if (remove_directives(item)) left.push_back(std::move(item));
    }
    value = std::move(left);
  }
  return true;
}

// What a patch means where there is nothing of its kind yet.
void settle(Json& object, const std::string& name, Json patch) {
  discard_nulls(patch);
  if (remove_directives(patch)) {
    object[name] = std::move(patch);
  } else {
    object.erase(name);
  }
}

// How a list is merged.
struct ListRule {
  bool merges = false;
  std::string key;  // empty: of values
  const ObjectSchema* items = nullptr;
};

const FieldSchema& field_of(const ObjectSchema* schema, const std::string& name) {
  if (schema == nullptr)
    throw fault("merging an object in json but data type is not struct, instead is: map");
  const FieldSchema* field = schema->find(name);
  if (field != nullptr) return *field;
  const std::string_view type = schema->definition.substr(schema->definition.rfind('.') + 1);
  throw fault("unable to find api field in struct " + std::string(type) + " for the json field " +
              cluster::go_quote(name));
}

ListRule rule_of(const ObjectSchema* schema, const std::string& name) {
  const FieldSchema& field = field_of(schema, name);
  if (field.list == ListType::kNone) throw fault("expected slice or array type, but got: struct");
  return {!field.merge_key.empty(), field.merge_key == "*" ? "" : std::string(field.merge_key), field.object};
}

// The name of the field behind a directive, as in "$setElementOrder/ports".
std::string field_behind(const std::string& directive, std::string_view prefix) {
  if (directive.substr(0, directive.find('/')) != prefix || directive.size() == prefix.size()) {
    throw bad_format(prefix == kOrder ? "setElementOrder list" : "primitive list");
  }
  return directive.substr(prefix.size() + 1);
}

// All items are of one type, and no lists. Whether they are maps.
bool holds_maps(const Json& before, const Json& patch) {
  const Json* first = nullptr;
  for (const Json* list : {&before, &patch}) {
    for (const Json& item : *list) {
      if (first == nullptr) first = &item;
      if (first->is_array()) throw Fault{rejected()};
      if (go_type(*first) != go_type(item)) {
        throw fault("list element types are not identical: " + go_plain(Json::array({before, patch})));
      }
    }
  }
  if (first == nullptr) throw fault("no elements in any of the given slices");
  return first->is_object();
}

// Those of `list` that `named` has, and the others.
std::pair<Json, Json> parted(const Json& list, const Json& named, const std::string& key) {
  std::pair<Json, Json> parts{Json::array(), Json::array()};
  for (const Json& item : list) {
    if (!key.empty()) (void)key_of(item, key);
    const bool is_named = place_in(named, item, key) < named.size();
    (is_named ? parts.first : parts.second).push_back(item);
  }
  return parts;
}

Json in_order_of(Json list, const Json& order, const std::string& key, bool maps) {
  Json deletions = Json::array();
  if (maps) {
    for (const Json& item : order) (void)key_of(item, key);
    Json others = Json::array();
    for (Json& item : list) {
      (void)key_of(item, key);
      (is_deletion(item) ? deletions : others).push_back(std::move(item));
    }
    list = std::move(others);
  }
  std::stable_sort(list.begin(), list.end(), [&](const Json& a, const Json& b) {
    return place_in(order, a, key) < place_in(order, b, key);
  });
  for (Json& item : deletions) list.push_back(std::move(item));
  return list;
}

// The order of a merged list: what the patch names keeps the order of the patch, the rest the order that it
// had; between the two the old order decides, and what is new comes first.
Json interleaved(const Json& merged, const Json& order, const Json& before, const std::string& key,
                 bool maps) {
  auto [named, rest] = parted(merged, order, key);
  named = in_order_of(std::move(named), order, key, maps);
  rest = in_order_of(std::move(rest), before, key, maps);
  Json all = Json::array();
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < rest.size() && j < named.size()) {
    const std::size_t old = place_in(before, rest[i], key);
    const std::size_t fresh = place_in(before, named[j], key);
    const bool first = fresh < before.size() && old < fresh;
    all.push_back(first ? rest[i++] : named[j++]);
  }
  while (i < rest.size()) all.push_back(rest[i++]);
  while (j < named.size()) all.push_back(named[j++]);
  return all;
}

Json merged_map(Json object, Json patch, const ObjectSchema* schema);

// Carries out the deletions and replacements among the items of a patch, and leaves those to be merged.
void take_special_items(Json& list, Json& patch, const std::string& key) {
  Json ordinary = Json::array();
  bool replaces = false;
  for (Json& item : patch) {
    const auto directive = item.find(kDirective);
    if (directive == item.end()) {
      ordinary.push_back(std::move(item));
    } else if (*directive == "delete") {
      const Json& gone = key_of(item, key);
      Json left = Json::array();
      for (Json& standing : list) {
        if (!standing.contains(key) || standing.at(key) != gone) left.push_back(std::move(standing));
      }
      list = std::move(left);
    } else if (*directive == "replace") {
      replaces = true;
    } else if (*directive == "merge") {
      throw fault("merging lists cannot yet be specified in the patch");
    } else {
      throw unknown_directive(*directive, item);
    }
  }
  if (replaces) list = std::exchange(ordinary, Json::array());
  patch = std::move(ordinary);
}

Json merged_items(Json list, const Json& patch, const ListRule& rule) {
  for (const Json& item : patch) {
    (void)key_of(item, rule.key);
    const std::size_t at = place_in(list, item, rule.key);
    if (at < list.size()) {
      list[at] = merged_map(std::move(list[at]), item, rule.items);
    } else {
      list.push_back(item);
    }
  }
  return list;
}

// `deletes`: the patch names the values that go.
Json merged_list(Json list, Json patch, const ListRule& rule, bool deletes) {
  if (!rule.merges && !deletes) return patch;
  if (list.empty() && patch.empty()) return list;
  const bool maps = holds_maps(list, patch);
  Json merged = Json::array();
  if (maps) {
    if (rule.key.empty()) throw fault("cannot merge lists without merge key for struct");
    take_special_items(list, patch, rule.key);
    merged = merged_items(list, patch, rule);
  } else {
    for (const Json* from : {&list, &patch}) {
      for (const Json& value : *from) {
        if (deletes ? !contains(patch, value) : !contains(merged, value)) merged.push_back(value);
      }
    }
  }
  return interleaved(merged, patch, list, rule.key, maps);
}

// What is changed of a list is among what its order names, in the same order.
void check_order(const Json& patch, const Json& order, const std::string& key) {
  if (order.empty()) return;
  std::size_t at = 0;
  for (const Json& item : patch) {
    if (!key.empty()) (void)item_of(item);
    if (item.is_object() && item.contains(kDirective)) continue;
    const auto is_item = [&](const Json& named) {
      return key.empty() ? named == item : key_of(item, key) == key_of(named, key);
    };
    while (at < order.size() && !is_item(order[at])) ++at;
    if (at == order.size()) {
      throw fault("The order in patch list:\n" + go_plain(patch) + "\n doesn't match " + std::string(kOrder) +
                  " list:\n" + go_plain(order) + "\n");
    }
    ++at;
  }
}

// Merges the lists whose order the patch names, and takes them from the patch.
void merge_ordered_lists(Json& object, Json& patch, const ObjectSchema* schema) {
  std::vector<std::string> directives;
  for (const auto& [name, value] : patch.items()) {
    if (name.starts_with(kOrder)) directives.push_back(name);
  }
  for (const std::string& directive : directives) {
    const Json order = list_of(patch.at(directive));
    patch.erase(directive);
    const std::string name = field_behind(directive, kOrder);
    const Json before = object.contains(name) ? list_of(object.at(name)) : Json::array();
    Json changes = patch.contains(name) ? list_of(patch.at(name)) : Json::array();
    const ListRule rule = rule_of(schema, name);
    check_order(changes, order, rule.key);
    if (!object.contains(name) && !patch.contains(name)) continue;
    Json merged = before;
    if (!object.contains(name)) {
      merged = changes;
      (void)remove_directives(merged);
    } else if (patch.contains(name)) {
      merged = merged_list(before, changes, rule, false);
    }
    object[name] = interleaved(merged, order, before, rule.key, holds_maps(before, changes));
    patch.erase(name);
  }
}

void retain_keys(Json& object, Json& patch) {
  const auto found = patch.find(kRetainKeys);
  if (found == patch.end()) return;
  const Json keys = *found;
  patch.erase(found);
  if (!keys.is_array()) throw bad_format("retainKeys");
  for (const auto& [name, value] : patch.items()) {
    if (value.is_null() || name.starts_with(kDeleteValues) || name.starts_with(kOrder)) continue;
    if (!contains(keys, name)) throw bad_format("retainKeys");
  }
  for (auto at = object.begin(); at != object.end();)
    at = contains(keys, at.key()) ? std::next(at) : object.erase(at);
}

void merge_member(Json& object, const std::string& name, const Json& patch, const ObjectSchema* schema,
                  bool deletes) {
  if (patch.is_null()) {
    object.erase(name);
    return;
  }
  const bool alike = object.contains(name) && object.at(name).type() == patch.type();
  if (alike && patch.is_array()) {
    object[name] = merged_list(object.at(name), patch, rule_of(schema, name), deletes);
  } else if (deletes) {
    return;
  } else if (alike && patch.is_object()) {
    object[name] = merged_map(object.at(name), patch, field_of(schema, name).object);
  } else {
    settle(object, name, patch);
  }
}

Json merged_map(Json object, Json patch, const ObjectSchema* schema) {
  if (const auto directive = patch.find(kDirective); directive != patch.end()) {
    if (*directive == "delete") return Json::object();
    if (*directive != "replace") throw unknown_directive(*directive, patch);
    patch.erase(directive);
    return patch;
  }
  retain_keys(object, patch);
  merge_ordered_lists(object, patch, schema);
  for (const auto& [name, value] : patch.items()) {
    const bool deletes = name.starts_with(kDeleteValues);
    merge_member(object, deletes ? field_behind(name, kDeleteValues) : name, value, schema, deletes);
  }
  return object;
}

}  // namespace

Result<Json> merge_strategically(const Json& object, const Json& patch, const ObjectSchema& schema) {
  try {
    return merged_map(object, patch, &schema);
  } catch (Fault& found) {
    return std::move(found.status);
  }
}

}  // namespace clusterip::api
