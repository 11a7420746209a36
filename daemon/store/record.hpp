// What is stored: one object as its JSON document, with what finds and orders it.
//
// The document is the object without apiVersion, kind and metadata.resourceVersion: the same for all served
// versions, and known before the store has given it a revision. It always begins with {"metadata":{" so that
// rendering is splicing (daemon/api/render).
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace clusterip::daemon {

// Which of the registry's resources; the order of the registry.
using ResourceId = std::uint8_t;

// The place of an object within its resource, in the order in which etcd keeps its path: the namespace "a-b"
// comes before "a", for "a-b/" comes before "a/".
struct ObjectKey {
  std::string name_space;  // empty for cluster-scoped resources
  std::string name;

  // "NAMESPACE/NAME", or "NAME" of what has no namespace.
  std::string path() const { return name_space.empty() ? name : name_space + '/' + name; }

  friend bool operator==(const ObjectKey&, const ObjectKey&) = default;
  friend std::strong_ordering operator<=>(const ObjectKey& a, const ObjectKey& b) {
    if (a.name_space == b.name_space) return a.name <=> b.name;
    const auto [in_a, in_b] =
        std::mismatch(a.name_space.begin(), a.name_space.end(), b.name_space.begin(), b.name_space.end());
    // Where neither has ended there is no path to be built.
    if (in_a != a.name_space.end() && in_b != b.name_space.end()) {
      return static_cast<unsigned char>(*in_a) <=> static_cast<unsigned char>(*in_b);
    }
    return a.path() <=> b.path();
  }
};

// The order of keys, and of paths among them.
struct KeyOrder {
  using is_transparent = void;
  bool operator()(const ObjectKey& a, const ObjectKey& b) const { return a < b; }
  bool operator()(const ObjectKey& key, std::string_view path) const { return key.path() < path; }
};

struct Record {
  ResourceId resource = 0;
  ObjectKey key;
  std::uint64_t revision = 0;
  std::uint64_t row = 0;  // on disk: the revision of the object's creation
  std::string document;
};
using RecordPtr = std::shared_ptr<const Record>;

// One change of one object, with what must hold for it.
struct Write {
  enum class Kind : std::uint8_t { kCreate, kUpdate, kErase };
  Kind kind = Kind::kCreate;
  ResourceId resource = 0;
  ObjectKey key;
  std::uint64_t expected_revision = 0;  // of kUpdate and kErase
  std::string document;                 // for kErase the last state, which watches are sent
  // The object that this one goes with is written by the same transaction: there is nothing to repair.
  bool paired = false;
};
// All of it or nothing of it.
using Transaction = std::vector<Write>;

struct Event {
  enum class Kind : std::uint8_t { kAdded, kModified, kDeleted };
  Kind kind = Kind::kAdded;
  RecordPtr object;    // a deleted object has the revision of its deletion
  RecordPtr previous;  // absent for kAdded
  bool paired = false;
};

}  // namespace clusterip::daemon
