// A set of fields of an object: what a manager owns.
//
// A tree as in managedFields (FieldsV1): "f:NAME" for a field, "k:{…}" for the item of a list with those
// keys, "v:VALUE" for a value of a set. A node is a member of the set, has members below it, or both.
// (sigs.k8s.io/structured-merge-diff fieldpath)
#pragma once

#include <functional>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

namespace clusterip::api {

struct FieldSet {
  bool member = false;
  std::map<std::string, FieldSet, std::less<>> children;
  // The value that the node was read from, where it has no nodes below it. Not part of the set.
  const nlohmann::json* value = nullptr;

  bool empty() const { return !member && children.empty(); }
};

// What is no field set is the empty one.
FieldSet read_field_set(const nlohmann::json& tree);
nlohmann::json encode(const FieldSet& set);

FieldSet united(FieldSet a, const FieldSet& b);
FieldSet without(FieldSet a, const FieldSet& b);
FieldSet common(const FieldSet& a, const FieldSet& b);
// The members of both whose values differ.
FieldSet differing(const FieldSet& a, const FieldSet& b);

// How a node's name reads in a path: ".spec", "[port=80,protocol=\"TCP\"]".
std::string step_text(const std::string& name);
// ".spec.ports[port=80,protocol=\"TCP\"].name" for each member.
void visit_paths(const FieldSet& set, const std::function<void(const std::string& path)>& visit);

}  // namespace clusterip::api
