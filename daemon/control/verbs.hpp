// The one path from a request to its commit, for every kind: create, get, list, update, delete.
//
//   decoded body -> metadata -> strategy (defaults, validation, addresses) -> commit -> answer
//
// Mirrors apiserver pkg/registry/generic/registry/store.go and pkg/registry/rest. Clients and our own
// controllers come the same way. All functions may be called from any thread.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/control/strategy.hpp"
#include "daemon/store/store.hpp"

namespace clusterip::daemon {

// What stands after a request. A dry run has a record too, which nobody stored.
struct Written {
  RecordPtr record;
  bool created = false;
};

struct DeleteOptions {
  // Preconditions.
  std::optional<std::string> uid;
  std::optional<std::string> resource_version;
};
struct Deleted {
  RecordPtr record;  // the object as it was last, or as it waits for its finalizers
  bool gone = true;
};

// What is written has no name of its own, whatever its path says.
api::Status undetermined_name(std::string_view name);
// The object has a deletionTimestamp.
bool is_asked_to_go(const Record& record);

class Verbs {
 public:
  // One strategy for each resource, in the order of the registry.
  Verbs(Store& store, std::vector<std::unique_ptr<Strategy>> strategies);

  const Strategy& strategy(const api::Resource& resource) const;
  Store& store() const { return store_; }

  api::Result<RecordPtr> get(const api::Resource& resource, const ObjectKey& key) const;
  // `name_space` is the one of the path.
  api::Result<Written> create(const api::Resource& resource, std::string_view name_space, const Json& sent,
                              const RequestContext& context) const;

  // Makes the new object of the standing one; called again when another request was faster.
  using Change = std::function<api::Result<Json>(const Json& standing)>;
  // `put` is the body to create where nothing stands and the kind allows it.
  api::Result<Written> update(const api::Resource& resource, const ObjectKey& key, bool status,
                              const Change& change, const Json* put, const RequestContext& context) const;
  // Server-side apply of a configuration; creates what does not exist.
  api::Result<Written> apply(const api::Resource& resource, const ObjectKey& key, bool status,
                             const Json& configuration, bool force, const RequestContext& context) const;
  api::Result<Deleted> erase(const api::Resource& resource, const ObjectKey& key,
                             const DeleteOptions& options, const RequestContext& context) const;

 private:
  // `by_update`: by a PUT or an apply of what does not stand.
  api::Result<Written> insert(const api::Resource& resource, std::string_view name_space, const Json& sent,
                              bool by_update, const RequestContext& context) const;
  api::Result<Written> create_named(const Strategy& strategy, Draft& draft,
                                    const RequestContext& context) const;
  api::Result<Written> commit_create(const api::Resource& resource, const ObjectKey& key, Plan plan,
                                     const RequestContext& context) const;
  // Once the transaction is stored, the plan is settled and what went beside is told.
  CommitOutcome commit(Transaction transaction, Plan& plan, const RequestContext& context) const;

  Store& store_;
  std::vector<std::unique_ptr<Strategy>> strategies_;
};

}  // namespace clusterip::daemon
