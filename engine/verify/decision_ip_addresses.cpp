// The decisions of requests for IPAddress objects: the allocators', the repair loop's and those of clients.
#include <algorithm>

#include "engine/net/text.hpp"
#include "engine/verify/decision.hpp"

namespace clusterip::verify {
namespace {

std::string who_asked(const History& history, std::uint32_t index) {
  const std::uint32_t outer = history.nesting.outer(index);
  if (outer != kNoRequest) return "during the request for " + history.record.requests[outer].object();
  const AuditedRequest& request = history.record.requests[index];
  return history.servers.is_server(request.user) ? "by the repair loop" : "by " + request.user;
}

Judgement judge_created(const History& history, std::uint32_t index, const Address& address) {
  const AuditedRequest& request = history.record.requests[index];
  for (const AddressLife& life : history.addresses.lives(address)) {
    if (life.created_by == index || !life.surely_through(request.during)) continue;
    return forbidden("already-held", "another IPAddress of that name existed from " +
                                         time_of_day(life.created.to) + " to " +
                                         time_of_day(life.deleted.from));
  }
  return permitted("address-creation", "created " + who_asked(history, index));
}

Judgement judge_collision(const History& history, std::uint32_t index, const Address& address) {
  const AuditedRequest& request = history.record.requests[index];
  if (history.addresses.possibly_held(address, request.during)) {
    return permitted("already-allocated", "an IPAddress of that name can have existed");
  }
  if (history.addresses.surely_free(address, request.during)) {
    return forbidden("false-allocated", "no IPAddress of that name existed during the request");
  }
  return undecided("false-allocated", "whether an IPAddress of that name was there before is missing");
}

// Every reason that upstream's servers have to delete an IPAddress outside of a Service's request (8.3).
bool repair_has_reason(const History& history, const AuditedRequest& request, const AddressLife& life) {
  if (!life.parent || !life.parent->is_service() || !life.labels_right) return true;
  const std::string key = life.parent->name_space + "/" + life.parent->name;
  return !history.services.surely_lists(key, request.name, history.seen_by(request));
}

// The repair loop decides by its cache and deletes by name, so an object of that name that is gone already,
// or was made again since, can have been its reason.
bool repair_had_reason(const History& history, const AuditedRequest& request, const Address& address) {
  const auto& lives = history.addresses.lives(address);
  return std::any_of(lives.begin(), lives.end(), [&](const AddressLife& life) {
    return life.possibly_in(history.seen_by(request)) && repair_has_reason(history, request, life);
  });
}

// Whether the Service request around a deletion gives the address up, or may do so after a failure.
bool outer_gives_up(const History& history, std::uint32_t index) {
  const std::uint32_t outer = history.nesting.outer(index);
  if (outer == kNoRequest) return false;
  const AuditedRequest& request = history.record.requests[outer];
  if (!request.succeeded() || request.verb == Verb::kDelete) return true;
  const ServiceFacts* given = request.given_service();
  if (given == nullptr) return true;
  for (const std::string& text : given->addresses()) {
    if (text == history.record.requests[index].name) return false;
  }
  return true;
}

Judgement judge_deleted(const History& history, std::uint32_t index, const Address& address) {
  const AuditedRequest& request = history.record.requests[index];
  const bool by_server = history.servers.is_server(request.user);
  const std::string who = who_asked(history, index);
  const AddressLife* life = history.addresses.of_request(address, index);
  if (!by_server || outer_gives_up(history, index)) return permitted("address-deletion", "deleted " + who);
  if (life == nullptr || !life->parent) {
    return undecided("wrong-release", "which Service the IPAddress was for is missing from the record");
  }
  if (repair_had_reason(history, request, address)) {
    return permitted("address-deletion", "deleted by the repair loop: its Service need not have listed it");
  }
  // The request around it is in the log only when it was answered.
  if (request.during.to + history.options.cache_lag > history.beginning.record.to) {
    return undecided("wrong-release",
                     "the record ends before the request that it may belong to was answered");
  }
  return forbidden("wrong-release", "services/" + life->parent->name_space + "/" + life->parent->name +
                                        " held the address all the time and did not give it up");
}

Judgement judge_missing(const History& history, std::uint32_t index, const Address& address) {
  const AuditedRequest& request = history.record.requests[index];
  const AddressLife* life = history.addresses.surely_held(address, request.during);
  if (life == nullptr) return permitted("other-refusal", "no IPAddress of that name need have existed");
  return forbidden("false-not-found", "the IPAddress existed from " + time_of_day(life->created.to) + " to " +
                                          time_of_day(life->deleted.from));
}

Judgement judge_refused(const History& history, std::uint32_t index, const std::optional<Address>& address) {
  const AuditedRequest& request = history.record.requests[index];
  if (address && request.verb == Verb::kCreate && request.code == 409) {
    return judge_collision(history, index, *address);
  }
  if (address && request.verb != Verb::kCreate && request.code == 404) {
    return judge_missing(history, index, *address);
  }
  if (request.code == 422) return permitted("validation", "the object is refused as invalid");
  return permitted("other-refusal", "refused for a reason that is not about addresses");
}

}  // namespace

Decision judge_ip_address(const History& history, std::uint32_t index) {
  const AuditedRequest& request = history.record.requests[index];
  const auto address = address_of(request);
  Decision decision{index, Answer::kKept, {request.name}, {}};
  const bool creates = request.verb == Verb::kCreate || request.code == 201;
  if (!request.succeeded()) {
    decision.answer = Answer::kRefused;
    decision.judgement = judge_refused(history, index, address);
  } else if (request.dry_run) {
    decision.judgement = permitted("dry-run", "nothing is stored");
  } else if (!address) {
    decision.judgement = undecided("already-held", "\"" + request.name + "\" is no address");
  } else if (creates) {
    decision.answer = Answer::kAllocated;
    decision.judgement = judge_created(history, index, *address);
  } else if (request.verb == Verb::kDelete) {
    decision.answer = Answer::kReleased;
    decision.judgement = judge_deleted(history, index, *address);
  } else {
    decision.judgement = permitted("no-change", "an IPAddress keeps its address and its parent");
  }
  return decision;
}

}  // namespace clusterip::verify
