// What is particular about a kind, between the decoded request and the commit.
//
// verbs.cpp carries every request of every kind from the body to the commit in one way; where kinds differ it
// asks the strategy. A strategy decides and reserves, it never writes: what it wants written comes back as a
// plan, which is committed as a whole or dropped as a whole.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "daemon/api/document.hpp"
#include "daemon/api/managed_fields.hpp"
#include "daemon/api/resources.hpp"
#include "daemon/api/status.hpp"
#include "daemon/store/record.hpp"
#include "engine/cluster/instant.hpp"
#include "engine/cluster/objects.hpp"

namespace clusterip::daemon {

class AuditLog;

using Json = nlohmann::json;

// Who asks, how, and when.
struct RequestContext {
  std::string user = "system:admin";
  std::string manager;         // of the fields that the request sets
  std::string version = "v1";  // of the API, as the path names it
  bool owned = false;          // who owns which fields has been settled already
  bool dry_run = false;
  bool finalize = false;  // through the finalize subresource of Namespaces
  cluster::Instant now;
  std::vector<std::string>* warnings = nullptr;  // for the answer's Warning headers
  AuditLog* audit = nullptr;                     // is told what the server does beside the request

  // A request that is tried again warns once.
  void warn(std::string text) const {
    if (warnings == nullptr) return;
    if (std::find(warnings->begin(), warnings->end(), text) == warnings->end()) {
      warnings->push_back(std::move(text));
    }
  }
};

// What a plan holds on to until it is stored. Dropped unsettled, it gives everything back.
class Pledge {
 public:
  virtual ~Pledge() = default;
  // The plan is stored.
  virtual void settle() = 0;
};

// What a request comes to.
struct Plan {
  std::string document;  // the object as it is to be stored
  bool goes = false;     // it was asked to go, and waits for nobody
  Transaction beside;    // changes of other objects that belong to it
  std::unique_ptr<Pledge> pledge;
  // Before the pledge was made; where there is an audit log, which tells it.
  cluster::Instant begun;

  void settle() {
    if (pledge) pledge->settle();
  }
};

// The object was asked to go.
bool is_deleting(const Json& object);

// An object that is being created, in the type of its kind: only its strategy knows more of it than the
// metadata.
class Draft {
 public:
  virtual ~Draft() = default;
  virtual cluster::ObjectMeta& meta() = 0;
};
using DraftPtr = std::unique_ptr<Draft>;

// (typed_strategy.hpp has what all kinds have in common.)
class Strategy {
 public:
  virtual ~Strategy() = default;
  virtual const api::Resource& resource() const = 0;

  // The object as the typed decoder reads it: unknown fields gone, wrong types refused, defaults set.
  virtual api::Result<DraftPtr> draft(const Json& sent) const = 0;
  virtual Json tree_of(const Draft& draft) const = 0;
  // The same as JSON again.
  api::Result<Json> decode(const Json& sent) const;
  // The object that has nothing: what a create is compared with to see which fields it sets.
  virtual const Json& blank() const;
  // Settles who owns which fields of an object that this owner creates.
  virtual void record_creator(Draft& draft, const api::FieldOwner& owner) const;
  // The object has a name (if it was given one), a uid and a creation time.
  virtual api::Result<Plan> plan_create(const Draft& draft, const RequestContext& context) const = 0;
  // Through the status subresource when `status`.
  virtual api::Result<Plan> plan_update(Json object, const Json& old, bool status,
                                        const RequestContext& context) const = 0;
  // Whether an object that was asked to go still has to stay.
  virtual bool waits(const Json& object) const;
  // Says in the object that it was asked to go, where more than its metadata does.
  virtual void mark_deleting(Json& /*object*/) const {}
  virtual api::Refusal refuse_erase(const Json& /*standing*/) const { return std::nullopt; }
  // What goes with an object that is being erased.
  virtual Plan plan_erase(const Json& /*old*/) const { return {}; }

  // The name that generateName becomes.
  virtual std::string generate_name(std::string_view base, std::string_view random_end) const;
  virtual bool generates_names() const { return true; }
  // PUT to a missing name creates.
  virtual bool creates_on_update() const { return false; }
  // DELETE answers with the object, not with a Status.
  virtual bool returns_deleted() const { return false; }

 protected:
  // The plan that stores the object and nothing else.
  Plan plan_of(const Json& object) const;
};

}  // namespace clusterip::daemon
