#include "daemon/control/verbs.hpp"

#include <cassert>

#include "daemon/api/go_uint.hpp"
#include "daemon/api/json_member.hpp"
#include "daemon/api/managed_fields.hpp"
#include "daemon/api/patch_words.hpp"
#include "daemon/api/served_document.hpp"
#include "daemon/audit/random_names.hpp"
#include "daemon/control/own_audit.hpp"
#include "daemon/control/owner_references.hpp"
#include "engine/cluster/go_text.hpp"
#include "engine/cluster/name_rules.hpp"

namespace clusterip::daemon {
namespace {

using api::Result;
using api::Status;
using api::text_of;

constexpr int kGenerateAttempts = 8;
// How often a request without a resourceVersion of its own is tried again when others are faster.
constexpr int kUpdateAttempts = 100;
constexpr std::string_view kModified =
    "the object has been modified; please apply your changes to the latest version and try again";

ResourceId id_of(const api::Resource& resource) {
  return static_cast<ResourceId>(resource.storage());
}

RecordPtr record_of(const api::Resource& resource, ObjectKey key, std::string document,
                    std::uint64_t revision) {
  auto record = std::make_shared<Record>();
  record->resource = id_of(resource);
  record->key = std::move(key);
  record->revision = revision;
  record->document = std::move(document);
  return record;
}

// (plugin/pkg/admission/namespace/lifecycle)
Status terminating(const api::Resource& resource, const std::string& name, const std::string& name_space) {
  Status status = api::forbidden(
      resource.subject(), name,
      "unable to create new content in namespace " + name_space + " because it is being terminated");
  status.details->causes.push_back(
      {"NamespaceTerminating", "namespace " + name_space + " is being terminated", "metadata.namespace"});
  return status;
}

// No object is stored under a name that is no segment of a path.
api::Refusal check_key(const ObjectKey& key) {
  const auto reasons = cluster::check_path_segment(key.name);
  if (reasons.empty()) return std::nullopt;
  std::string all;
  for (const std::string& reason : reasons) all += (all.empty() ? "" : ";") + reason;
  return api::bad_request("Name parameter invalid: " + cluster::go_quote(key.name) + ": " + all);
}

Status failed(const CommitFailure& failure) {
  if (failure.overloaded) return api::too_many_requests(failure.message);
  return api::generic(503, "ServiceUnavailable", failure.message);
}

Status already_exists(const api::Resource& resource, const std::string& name, const RecordPtr& standing) {
  Status status = api::already_exists(resource.subject(), name);
  if (standing && is_asked_to_go(*standing)) {
    status.message = "object is being deleted: " + status.message;
  }
  return status;
}

api::FieldOwner owner_of(const api::Resource& resource, bool status, const RequestContext& context) {
  return {context.manager, resource.api_version(context.version), status, context.now};
}

// What a client may not choose.
void fill_system_fields(cluster::ObjectMeta& meta, const RequestContext& context) {
  meta.uid = random_uid();
  meta.creation = context.now.whole_second();
  meta.deletion.reset();
  meta.deletion_grace_seconds.reset();
  meta.resource_version.clear();
}

api::Refusal check_preconditions(const api::Resource& resource, const Json& standing,
                                 const DeleteOptions& options) {
  const Json& meta = standing.at("metadata");
  const api::Subject by_kind{resource.group, resource.kind, resource.kind};
  const std::string name = text_of(meta, "name");
  if (options.uid && *options.uid != text_of(meta, "uid")) {
    return api::conflict(by_kind, name,
                         "the UID in the precondition (" + *options.uid +
                             ") does not match the UID in record (" + text_of(meta, "uid") +
                             "). The object might have been deleted and then recreated");
  }
  if (options.resource_version && *options.resource_version != text_of(meta, "resourceVersion")) {
    return api::conflict(by_kind, name,
                         "the ResourceVersion in the precondition (" + *options.resource_version +
                             ") does not match the ResourceVersion in record (" +
                             text_of(meta, "resourceVersion") + "). The object might have been modified");
  }
  return std::nullopt;
}

// The UID that a PUT sends is a condition, which counts before all else.
api::Refusal check_sent_uid(const api::Resource& resource, const std::string& name, const std::string& uid,
                            const std::string& standing_uid) {
  if (uid.empty() || uid == standing_uid) return std::nullopt;
  return api::conflict(
      resource.subject(), name,
      "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + standing_uid);
}

// What does not stand yet has no revision to be asked for.
api::Refusal check_new_revision(const std::string& sent, bool by_update) {
  const auto read = api::read_go_uint(sent.empty() ? "0" : sent);
  const auto* fault = std::get_if<std::string>(&read);
  if (by_update) return fault == nullptr ? std::nullopt : api::Refusal(api::generic(500, "", *fault));
  // Upstream minds a number alone, and not one of nothing.
  if (fault != nullptr || std::get<std::uint64_t>(read) == 0) return std::nullopt;
  return api::generic(500, "", "resourceVersion should not be set on objects to be created");
}

// Takes over the namespace of the path (`name_space`), unless another one was sent.
api::Refusal take_namespace(const api::Resource& resource, std::string_view name_space, std::string& sent) {
  if (!resource.namespaced) return std::nullopt;
  if (sent.empty()) sent = name_space;
  if (sent == name_space) return std::nullopt;
  return api::bad_request(
      "the namespace of the provided object does not match the namespace sent on the request");
}
api::Refusal take_namespace(const api::Resource& resource, std::string_view name_space, Json& object) {
  if (!resource.namespaced) return std::nullopt;
  std::string sent = text_of(object["metadata"], "namespace");
  auto refusal = take_namespace(resource, name_space, sent);
  object["metadata"]["namespace"] = std::move(sent);
  return refusal;
}

// `whole`: all of the object was sent.
api::Refusal check_identity(const api::Resource& resource, const Json& fresh, const Json& standing,
                            bool whole) {
  const std::string name = text_of(standing.at("metadata"), "name");
  const std::string standing_uid = text_of(standing.at("metadata"), "uid");
  if (whole) {
    const std::string uid = text_of(fresh.at("metadata"), "uid");
    if (auto refusal = check_sent_uid(resource, name, uid, standing_uid)) return refusal;
  }
  const std::string sent = text_of(fresh.at("metadata"), "resourceVersion");
  // 0 asks for any version, as a missing one does.
  const auto wanted = api::read_go_uint(sent.empty() ? "0" : sent);
  if (const auto* fault = std::get_if<std::string>(&wanted)) return api::generic(500, "", *fault);
  if (std::get<std::uint64_t>(wanted) != 0 &&
      wanted != api::read_go_uint(text_of(standing.at("metadata"), "resourceVersion"))) {
    return api::conflict(resource.subject(), name, kModified);
  }
  const std::string uid = text_of(fresh.at("metadata"), "uid");
  if (!uid.empty() && uid != standing_uid) {
    // What a patch changes is validated.
    const cluster::FieldError error = cluster::invalid("metadata.uid", uid, "field is immutable");
    cluster::FieldErrors errors{error};
    // Upstream validates the metadata of a Service twice, and says so.
    if (resource.index == api::ResourceIndex::kServices) errors.push_back(error);
    return api::invalid(resource.subject(), name, errors);
  }
  return std::nullopt;
}

}  // namespace

Status undetermined_name(std::string_view name) {
  return api::bad_request("the name of the object (" + std::string(name) +
                          " based on URL) was undeterminable: name must be provided");
}

bool is_asked_to_go(const Record& record) {
  // Most are not, and are not worth parsing.
  return record.document.find("\"deletionTimestamp\"") != std::string::npos &&
         is_deleting(api::read_document(record.document, record.revision));
}

Verbs::Verbs(Store& store, std::vector<std::unique_ptr<Strategy>> strategies)
    : store_(store), strategies_(std::move(strategies)) {
  assert(strategies_.size() == api::kResourceCount);
}

const Strategy& Verbs::strategy(const api::Resource& resource) const {
  return *strategies_[static_cast<std::size_t>(resource.index)];
}

Result<RecordPtr> Verbs::get(const api::Resource& resource, const ObjectKey& key) const {
  if (auto refusal = check_key(key)) return std::move(*refusal);
  RecordPtr record = store_.get(id_of(resource), key);
  if (!record) return api::not_found(resource.subject(), key.name);
  return record;
}

Result<Written> Verbs::create(const api::Resource& resource, std::string_view name_space, const Json& sent,
                              const RequestContext& context) const {
  return insert(resource, name_space, sent, false, context);
}

Result<Written> Verbs::insert(const api::Resource& resource, std::string_view name_space, const Json& sent,
                              bool by_update, const RequestContext& context) const {
  const Strategy& kind = strategy(resource);
  const Result<DraftPtr> decoded = kind.draft(sent);
  if (!decoded) return decoded.status();
  Draft& draft = **decoded;
  cluster::ObjectMeta& meta = draft.meta();
  drop_repeated_owners(meta.owner_references, context.owned, context);
  if (auto refusal = take_namespace(resource, name_space, meta.name_space)) return std::move(*refusal);
  if (by_update) {
    if (auto refusal = check_sent_uid(resource, meta.name, meta.uid, "")) return std::move(*refusal);
  }
  const api::Resource& namespaces = api::resource(api::ResourceIndex::kNamespaces);
  if (resource.namespaced) {
    const RecordPtr home = store_.get(id_of(namespaces), {"", std::string(name_space)});
    if (!home) return api::not_found(namespaces.subject(), name_space);
    if (is_asked_to_go(*home)) return terminating(resource, meta.name, std::string(name_space));
  }
  if (auto refusal = check_new_revision(meta.resource_version, by_update)) return std::move(*refusal);
  if (!context.owned) kind.record_creator(draft, owner_of(resource, false, context));
  if (!meta.name.empty() || meta.generate_name.empty()) return create_named(kind, draft, context);
  const int attempts = kind.generates_names() ? kGenerateAttempts : 1;
  for (int attempt = 1;; ++attempt) {
    meta.name = kind.generate_name(meta.generate_name, random_name_end());
    Result<Written> written = create_named(kind, draft, context);
    if (written || written.status().reason != "AlreadyExists") return written;
    if (attempt < attempts) continue;
    Status status = written.status();
    status.message += ", the server was not able to generate a unique name for the object";
    status.details->retry_after_seconds = 1;
    return status;
  }
}

Result<Written> Verbs::create_named(const Strategy& kind, Draft& draft, const RequestContext& context) const {
  const api::Resource& resource = kind.resource();
  const ObjectKey key{resource.namespaced ? draft.meta().name_space : "", draft.meta().name};
  fill_system_fields(draft.meta(), context);
  for (;;) {
    Result<Plan> plan = kind.plan_create(draft, context);
    if (!plan) return plan.status();
    if (context.dry_run) {
      return Written{record_of(resource, key, std::move(plan->document), 0), true};
    }
    Result<Written> written = commit_create(resource, key, std::move(*plan), context);
    // An IPAddress that came in between: the addresses are chosen anew.
    if (written || !written.status().reason.empty()) return written;
  }
}

CommitOutcome Verbs::commit(Transaction transaction, Plan& plan, const RequestContext& context) const {
  const BesideAudit beside(context.audit, transaction, plan.begun, store_);
  CommitOutcome outcome = store_.commit(std::move(transaction));
  if (const auto* records = std::get_if<std::vector<RecordPtr>>(&outcome)) {
    plan.settle();
    beside.stored(*records);
  } else {
    plan.pledge.reset();
    beside.given_back();
  }
  return outcome;
}

Result<Written> Verbs::commit_create(const api::Resource& resource, const ObjectKey& key, Plan plan,
                                     const RequestContext& context) const {
  Transaction transaction;
  transaction.reserve(1 + plan.beside.size());
  transaction.push_back(
      {Write::Kind::kCreate, id_of(resource), key, 0, std::move(plan.document), !plan.beside.empty()});
  for (Write& write : plan.beside) transaction.push_back(std::move(write));
  CommitOutcome outcome = commit(std::move(transaction), plan, context);
  if (auto* records = std::get_if<std::vector<RecordPtr>>(&outcome)) return Written{records->front(), true};
  if (const auto* failure = std::get_if<CommitFailure>(&outcome)) return failed(*failure);
  const auto& conflict = std::get<CommitConflict>(outcome);
  if (conflict.write == 0) return already_exists(resource, key.name, conflict.current);
  return Status{};
}

Result<Written> Verbs::update(const api::Resource& resource, const ObjectKey& key, bool status,
                              const Change& change, const Json* put, const RequestContext& context) const {
  const Strategy& kind = strategy(resource);
  if (auto refusal = check_key(key)) return std::move(*refusal);
  for (int attempt = 0; attempt < kUpdateAttempts; ++attempt) {
    const RecordPtr standing = store_.get(id_of(resource), key);
    if (!standing) {
      if (put == nullptr || status || !kind.creates_on_update()) {
        return api::not_found(resource.subject(), key.name);
      }
      return insert(resource, key.name_space, *put, true, context);
    }
    const Json old = api::read_served(resource, standing->document, standing->revision);
    Result<Json> fresh = change(old);
    if (!fresh) return fresh.status();
    drop_repeated_owners(*fresh, put == nullptr, context);
    if (auto refusal = take_namespace(resource, key.name_space, *fresh)) return std::move(*refusal);
    if (auto refusal = check_identity(resource, *fresh, old, put != nullptr)) return std::move(*refusal);
    if (!context.owned) api::record_update(*fresh, old, resource, owner_of(resource, status, context));
    Result<Plan> plan = kind.plan_update(std::move(*fresh), old, status, context);
    if (!plan) return plan.status();
    const bool erased = plan->goes;
    if (erased) {
      // Whatever else the request wanted, the object goes as it stood.
      Plan farewell = kind.plan_erase(old);
      plan->beside = std::move(farewell.beside);
      plan->pledge = std::move(farewell.pledge);
    }
    Write write{erased ? Write::Kind::kErase : Write::Kind::kUpdate,
                id_of(resource),
                key,
                standing->revision,
                std::move(plan->document),
                !plan->beside.empty()};
    if (!erased && write.document == standing->document) return Written{standing, false};
    if (context.dry_run) {
      return Written{record_of(resource, key, std::move(write.document), standing->revision), false};
    }
    Transaction transaction;
    transaction.push_back(std::move(write));
    for (Write& beside : plan->beside) transaction.push_back(std::move(beside));
    CommitOutcome outcome = commit(std::move(transaction), *plan, context);
    if (auto* records = std::get_if<std::vector<RecordPtr>>(&outcome)) {
      return Written{records->front(), false};
    }
    if (const auto* failure = std::get_if<CommitFailure>(&outcome)) return failed(*failure);
  }
  return api::conflict(resource.subject(), key.name, kModified);
}

Result<Written> Verbs::apply(const api::Resource& resource, const ObjectKey& key, bool status,
                             const Json& configuration, bool force, const RequestContext& context) const {
  const Strategy& kind = strategy(resource);
  const api::FieldOwner owner = owner_of(resource, status, context);
  RequestContext settled = context;
  settled.owned = true;
  const auto change = [&](const Json& standing) -> Result<Json> {
    auto merged = api::server_side_apply(standing, configuration, resource, owner, force);
    if (!merged) return merged;
    auto decoded = kind.decode(*merged);
    if (!decoded) return api::unfit_apply(decoded.status(), resource, owner.api_version, *merged);
    return decoded;
  };
  if (status || store_.get(id_of(resource), key)) {
    return update(resource, key, status, change, nullptr, settled);
  }
  auto created = change(kind.blank());
  if (!created) return created.status();
  if (!text_of(created->at("metadata"), "uid").empty()) {
    return api::conflict(resource.subject(), key.name,
                         "uid mismatch: the provided object specified uid " +
                             text_of(created->at("metadata"), "uid") + ", and no existing object was found");
  }
  if (text_of(created->at("metadata"), "name").empty()) return undetermined_name(key.name);
  return insert(resource, key.name_space, *created, true, settled);
}

Result<Deleted> Verbs::erase(const api::Resource& resource, const ObjectKey& key,
                             const DeleteOptions& options, const RequestContext& context) const {
  const Strategy& kind = strategy(resource);
  if (auto refusal = check_key(key)) return std::move(*refusal);
  for (int attempt = 0; attempt < kUpdateAttempts; ++attempt) {
    const RecordPtr standing = store_.get(id_of(resource), key);
    if (!standing) return api::not_found(resource.subject(), key.name);
    Json object = api::read_served(resource, standing->document, standing->revision);
    if (auto refusal = check_preconditions(resource, object, options)) return std::move(*refusal);
    if (auto refusal = kind.refuse_erase(object)) return std::move(*refusal);
    const bool waits = kind.waits(object);
    if (waits && is_deleting(object)) return Deleted{standing, false};
    if (waits) {
      object["metadata"]["deletionTimestamp"] = cluster::to_text(context.now.whole_second());
      object["metadata"]["deletionGracePeriodSeconds"] = 0;
      kind.mark_deleting(object);
    }
    std::string document = api::write_served(resource, object);
    if (context.dry_run) {
      return Deleted{record_of(resource, key, std::move(document), standing->revision), !waits};
    }
    Transaction transaction;
    transaction.push_back({waits ? Write::Kind::kUpdate : Write::Kind::kErase, id_of(resource), key,
                           standing->revision, std::move(document)});
    Plan farewell = waits ? Plan{} : kind.plan_erase(object);
    for (Write& beside : farewell.beside) transaction.push_back(std::move(beside));
    CommitOutcome outcome = commit(std::move(transaction), farewell, context);
    if (auto* records = std::get_if<std::vector<RecordPtr>>(&outcome)) {
      return Deleted{waits ? records->front() : standing, !waits};
    }
    if (const auto* failure = std::get_if<CommitFailure>(&outcome)) return failed(*failure);
  }
  return api::conflict(resource.subject(), key.name, kModified);
}

}  // namespace clusterip::daemon
