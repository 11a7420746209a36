#include "daemon/api/field_set.hpp"

#include <utility>

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

const FieldSet& child_of(const FieldSet& set, const std::string& name) {
  static const FieldSet kEmpty;
  const auto found = set.children.find(name);
  return found == set.children.end() ? kEmpty : found->second;
}

void keep(FieldSet& to, const std::string& name, FieldSet child) {
  if (!child.empty()) to.children.emplace(name, std::move(child));
}

void visit_below(const FieldSet& set, const std::string& path,
                 const std::function<void(const std::string&)>& visit) {
  if (set.member) visit(path);
  for (const auto& [name, child] : set.children) visit_below(child, path + step_text(name), visit);
}

}  // namespace

FieldSet read_field_set(const Json& tree) {
  FieldSet set;
  if (!tree.is_object()) return set;
  for (const auto& [name, below] : tree.items()) {
    if (name == ".") {
      set.member = true;
      continue;
    }
    const bool known =
        name.size() > 1 && name[1] == ':' && std::string_view("fkv").find(name[0]) != std::string_view::npos;
    if (!known) continue;
    FieldSet child = read_field_set(below);
    if (child.empty()) child.member = true;
    set.children.emplace(name, std::move(child));
  }
  return set;
}

Json encode(const FieldSet& set) {
  Json tree = Json::object();
  if (set.member && !set.children.empty()) tree["."] = Json::object();
  for (const auto& [name, child] : set.children) tree[name] = encode(child);
  return tree;
}

std::string step_text(const std::string& name) {
  const std::string rest = name.substr(2);
  if (name[0] == 'f') return "." + rest;
  if (name[0] == 'v') return "[=" + rest + "]";
  const Json keys = Json::parse(rest, nullptr, false);
  std::string text;
  if (keys.is_object()) {
    for (const auto& [key, value] : keys.items())
      text += (text.empty() ? "" : ",") + key + "=" + value.dump();
  }
  return "[" + text + "]";
}

FieldSet united(FieldSet a, const FieldSet& b) {
  a.member = a.member || b.member;
  for (const auto& [name, child] : b.children) {
    FieldSet& place = a.children[name];
    place = united(std::move(place), child);
  }
  return a;
}

FieldSet without(FieldSet a, const FieldSet& b) {
  a.member = a.member && !b.member;
  for (const auto& [name, child] : b.children) {
    const auto found = a.children.find(name);
    if (found == a.children.end()) continue;
    found->second = without(std::move(found->second), child);
    if (found->second.empty()) a.children.erase(found);
  }
  return a;
}

FieldSet common(const FieldSet& a, const FieldSet& b) {
  FieldSet result;
  result.member = a.member && b.member;
  result.value = a.value;
  for (const auto& [name, child] : a.children) keep(result, name, common(child, child_of(b, name)));
  return result;
}

FieldSet differing(const FieldSet& a, const FieldSet& b) {
  FieldSet result;
  result.member = a.member && b.member && a.value != nullptr && b.value != nullptr && *a.value != *b.value;
  result.value = a.value;
  for (const auto& [name, child] : a.children) keep(result, name, differing(child, child_of(b, name)));
  return result;
}

void visit_paths(const FieldSet& set, const std::function<void(const std::string& path)>& visit) {
  visit_below(set, "", visit);
}

}  // namespace clusterip::api
