#include "daemon/api/audit_skim.hpp"

#include <iterator>
#include <utility>

namespace clusterip::api {

using verify::AuditedRequest;
using verify::Facts;
using verify::Subject;
using verify::Verb;

std::optional<AuditLine> AuditSkim::read(std::string_view line) {
  end_ = line.data() + line.size();
  skim_ = JsonSkim(line.data(), end_);
  const bool good = skim_.object([this](std::string_view name) { return member(name); });
  // Behind the object may be blanks only.
  const std::string_view rest(skim_.position(), static_cast<std::size_t>(end_ - skim_.position()));
  if (!good || rest.find_first_not_of(" \t\r\n") != std::string_view::npos) return std::nullopt;
  return result();
}

bool AuditSkim::member(std::string_view name) {
  if (name == "kind") return skim_.text(raw_.kind);
  if (name == "level") return skim_.text(raw_.level);
  if (name == "auditID") return skim_.text(raw_.audit_id);
  if (name == "stage") return skim_.text(raw_.stage);
  if (name == "requestURI") return skim_.text(raw_.uri);
  if (name == "verb") return skim_.text(raw_.verb);
  if (name == "user") return user();
  if (name == "userAgent") return skim_.text(raw_.user_agent);
  if (name == "objectRef") return reference();
  if (name == "responseStatus") return answer_status();
  if (name == "requestObject") return body(asked_);
  if (name == "responseObject") return body(given_);
  if (name == "requestReceivedTimestamp") return time(raw_.received);
  if (name == "stageTimestamp") return time(raw_.answered);
  if (name == "annotations") return annotations();
  if (name == "items") return items();
  return skim_.skip();
}

bool AuditSkim::user() {
  return object_or_null([this](std::string_view name) {
    if (name == "username") return skim_.text(raw_.user);
    if (name == "uid") return skim_.text(raw_.user_uid);
    return skim_.skip();
  });
}

bool AuditSkim::reference() {
  const bool good = object_or_null([this](std::string_view name) {
    if (name == "resource") return skim_.text(raw_.resource);
    if (name == "namespace") return skim_.text(raw_.name_space);
    if (name == "name") return skim_.text(raw_.name);
    if (name == "apiGroup") return skim_.text(raw_.group);
    if (name == "subresource") return skim_.text(raw_.subresource);
    return skim_.skip();
  });
  is_about_others_ = good && !subject_of(raw_);
  return good;
}

bool AuditSkim::answer_status() {
  return object_or_null([this](std::string_view name) {
    if (name == "code") return skim_.integer(raw_.code);
    if (name == "message") return skim_.text(raw_.message);
    if (name != "details") return skim_.skip();
    return object_or_null(
        [this](std::string_view inner) { return inner == "uid" ? skim_.text(raw_.gone_uid) : skim_.skip(); });
  });
}

bool AuditSkim::annotations() {
  return object_or_null([this](std::string_view name) {
    std::string value;
    if (!skim_.text(value)) return false;
    raw_.mutated = raw_.mutated || says_mutated(name, value);
    return true;
  });
}

bool AuditSkim::items() {
  if (list_) return skim_.give_up();
  list_.emplace();
  return skim_.array([this] {
    AuditSkim inner;
    inner.end_ = end_;
    inner.skim_ = JsonSkim(skim_.position(), end_);
    if (!inner.skim_.object([&inner](std::string_view name) { return inner.member(name); })) {
      return skim_.give_up();
    }
    auto one = inner.event();
    if (!one) return skim_.give_up();
    if (auto* events = std::get_if<std::vector<AuditEvent>>(&*one)) {
      std::move(events->begin(), events->end(), std::back_inserter(*list_));
    }
    return skim_.go_on_at(inner.skim_.position());
  });
}

bool AuditSkim::body(Body& to) {
  if (skim_.null()) return true;
  if (skim_.state() != JsonSkim::State::kGood) return false;
  if (is_about_others_) return skim_.skip();
  const char* begin = skim_.position();
  if (to.item.read(begin, end_) == JsonSkim::State::kGood && to.item.kind() != "Status") {
    to.form = Body::Form::kObject;
    to.text = {begin, static_cast<std::size_t>(to.item.stop() - begin)};
    return skim_.go_on_at(to.item.stop());
  }
  JsonSkim whole = skim_;
  if (status(to)) {
    to.form = Body::Form::kStatus;
    return true;
  }
  // Whether that matters is known when the whole event is.
  to.form = Body::Form::kOther;
  skim_ = whole;
  return skim_.skip();
}

bool AuditSkim::status(Body& to) {
  std::string_view kind;
  const bool good = skim_.object([&](std::string_view name) {
    if (name == "kind") return skim_.text(kind);
    if (name == "message") return skim_.text(to.message);
    if (name != "details") return skim_.skip();
    return object_or_null(
        [&](std::string_view inner) { return inner == "uid" ? skim_.text(to.gone_uid) : skim_.skip(); });
  });
  return good && kind == "Status";
}

bool AuditSkim::time(std::optional<cluster::Instant>& to) {
  std::string_view text;
  if (!skim_.text(text)) return false;
  to = cluster::read_instant(text);
  return to ? true : skim_.give_up();
}

template <class OnMember>
bool AuditSkim::object_or_null(OnMember on_member) {
  return skim_.null() || (skim_.state() == JsonSkim::State::kGood && skim_.object(on_member));
}

std::optional<AuditLine> AuditSkim::result() {
  if (!list_) return event();
  if (raw_.kind != "EventList") return std::nullopt;
  if (list_->empty()) return AuditSkip{kNothingInList};
  return *std::move(list_);
}

std::optional<AuditLine> AuditSkim::event() {
  if (list_ || raw_.kind != "Event" || raw_.stage.empty()) return std::nullopt;
  if (const auto reason = skip_reason(raw_); !reason.empty()) return AuditSkip{reason};
  if (time_fault(raw_) || raw_.verb == "deletecollection") return std::nullopt;
  // Options in the body are rare enough to be looked at in general.
  if (asked_.text.find("\"dryRun\"") != std::string_view::npos) return std::nullopt;
  const bool usual = asked_.form != Body::Form::kOther && asked_.form != Body::Form::kStatus &&
                     given_.form != Body::Form::kOther;
  if (!usual) return std::nullopt;

  std::string user_agent = std::move(raw_.user_agent);
  const bool dry_run = asks_for_dry_run(raw_.uri);
  AuditedRequest request = request_of(raw_);
  request.dry_run = dry_run;
  if (asked_.form == Body::Form::kObject) {
    request.asked_in_part = request.verb == Verb::kPatch;
    if (request.verb != Verb::kDelete) take(asked_.item, request, request.asked);
  }
  if (given_.form == Body::Form::kStatus) {
    if (request.message.empty()) request.message = std::move(given_.message);
    if (!given_.gone_uid.empty()) request.gone_uid = std::move(given_.gone_uid);
  } else if (given_.form == Body::Form::kObject && request.succeeded()) {
    take(given_.item, request, request.given);
  }
  if (request.succeeded()) request.message.clear();
  std::vector<AuditEvent> events;
  events.push_back({std::move(request), std::move(user_agent)});
  return events;
}

void AuditSkim::take(ItemSkim& item, AuditedRequest& request, Facts& to) {
  switch (request.subject) {
    case Subject::kService:
      return take_object(item.service(), request, to);
    case Subject::kServiceCidr:
      return take_object(item.service_cidr(), request, to);
    case Subject::kIpAddress:
      break;
  }
  take_object(item.ip_address(), request, to);
}

}  // namespace clusterip::api
