#include "daemon/control/own_audit.hpp"

#include "daemon/audit/random_names.hpp"

namespace clusterip::daemon {
namespace {

AuditEvent own_event(const AuditLog& log, std::string_view verb, const api::Resource& resource,
                     const ObjectKey& key, std::string_view subresource) {
  AuditEvent event;
  event.id = random_uid();
  event.verb = verb;
  event.user = kOwnUser;
  event.user_uid = log.own_uid();
  event.user_agent = "clusteripd";
  event.with_bodies = true;
  const std::string_view version = resource.versions.front();
  event.uri = (resource.group.empty() ? "/api/" : "/apis/") + resource.api_version(version);
  if (!key.name_space.empty()) event.uri += "/namespaces/" + key.name_space;
  event.uri.append("/").append(resource.plural);
  if (verb != "create") event.uri += "/" + key.name;
  if (!subresource.empty()) event.uri.append("/").append(subresource);
  event.object = {std::string(resource.plural), key.name_space,       key.name,
                  std::string(resource.group),  std::string(version), std::string(subresource)};
  return event;
}

std::string object_text(const api::Resource& resource, const Record& record) {
  std::string text;
  api::append_object(text, record.document, record.revision, resource.api_version(resource.versions.front()),
                     resource.kind);
  return text;
}

std::string deleted_text(const api::Resource& resource, const Record& record) {
  const Json object = api::read_document(record.document, record.revision);
  return api::dump(
      api::success_status(resource.subject(), record.key.name, object.at("metadata").value("uid", "")));
}

}  // namespace

BesideAudit::BesideAudit(AuditLog* log, const Transaction& transaction, cluster::Instant begun,
                         const Store& store)
    : log_(transaction.size() > 1 ? log : nullptr) {
  if (log_ == nullptr) return;
  beside_.assign(transaction.begin() + 1, transaction.end());
  claimed_ = {begun, log_->now()};
  revision_ = store.revision();
}

void BesideAudit::submit(Write::Kind kind, const Record& record, const Span& during) const {
  const api::Resource& resource = api::resources().at(record.resource);
  const bool created = kind == Write::Kind::kCreate;
  AuditEvent event = own_event(*log_, created ? "create" : "delete", resource, record.key, "");
  event.code = created ? 201 : 200;
  event.response_object = created ? object_text(resource, record) : deleted_text(resource, record);
  if (created) event.request_object = event.response_object;
  event.received = during.begun;
  event.reached = during.ended;
  log_->submit(std::move(event));
}

void BesideAudit::stored(const std::vector<RecordPtr>& records) const {
  if (log_ == nullptr) return;
  const Span released{claimed_.ended, log_->now()};
  for (std::size_t i = 0; i < beside_.size(); ++i) {
    const Write::Kind kind = beside_[i].kind;
    submit(kind, *records[i + 1], kind == Write::Kind::kCreate ? claimed_ : released);
  }
}

void BesideAudit::given_back() const {
  if (log_ == nullptr) return;
  const Span released{claimed_.ended, log_->now()};
  for (const Write& write : beside_) {
    if (write.kind != Write::Kind::kCreate) continue;
    const Record held{write.resource, write.key, revision_, 0, write.document};
    submit(Write::Kind::kCreate, held, claimed_);
    submit(Write::Kind::kErase, held, released);
  }
}

OwnRequestAudit::OwnRequestAudit(AuditLog* log, const Asked& asked) : log_(log), resource_(asked.resource) {
  if (log_ == nullptr) return;
  event_ = own_event(*log_, asked.verb, asked.resource, asked.key, asked.subresource);
  event_.received = log_->now();
}

void OwnRequestAudit::body(const Json& sent) {
  if (log_ != nullptr) event_.request_object = api::dump(sent);
}

void OwnRequestAudit::finish(const api::Result<RecordPtr>& outcome) {
  if (log_ == nullptr) return;
  if (!outcome) {
    event_.code = outcome.status().code;
    event_.status = api::dump(api::encode(outcome.status()));
  } else {
    event_.code = event_.verb == "create" ? 201 : 200;
    event_.response_object =
        event_.verb == "delete" ? deleted_text(resource_, **outcome) : object_text(resource_, **outcome);
  }
  event_.reached = log_->now();
  log_->submit(std::move(event_));
}

}  // namespace clusterip::daemon
