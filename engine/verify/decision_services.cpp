// The decisions of requests for Services: what was allocated, released or kept, and whether it may be so.
#include <algorithm>

#include "engine/net/text.hpp"
#include "engine/verify/address_checks.hpp"
#include "engine/verify/decision.hpp"
#include "engine/verify/family_checks.hpp"
#include "engine/verify/service_checks.hpp"

namespace clusterip::verify {
namespace {

using Texts = std::vector<std::string>;

Texts without(const Texts& all, const Texts& known) {
  Texts rest;
  for (const std::string& text : all) {
    if (std::find(known.begin(), known.end(), text) == known.end()) rest.push_back(text);
  }
  return rest;
}

struct Allocation {
  const History& history;
  std::uint32_t index;
  const AuditedRequest& request;
  std::vector<Expectation> expected;  // empty: what was asked for is not known
  Texts added;

  // What was asked for as the address in that place; empty: any.
  std::string asked(std::size_t place) const {
    for (const Expectation& one : expected) {
      const Texts& texts = one.service.cluster_ips;
      if (place < texts.size() && !texts[place].empty()) return texts[place];
    }
    return {};
  }
};

// The rules about one address that was given, in the order in which they speak.
std::optional<Judgement> check_address(const Allocation& given, const std::string& text, std::size_t place) {
  const auto address = read_address_sloppy(text);
  if (!address) return forbidden("range-not-available", "\"" + text + "\" is no address");
  const std::string asked = given.asked(place);
  const bool dynamic = asked.empty();
  auto range = check_range(given.history, given.request, *address, dynamic);
  if (range && range->verdict == Verdict::kForbidden) return range;
  if (!dynamic && asked != text && read_address_sloppy(asked) != address) {
    return forbidden("not-as-asked", "the request asked for " + asked + " and got " + text);
  }
  if (auto held = check_holder(given.history, given.request, *address, given.request.key())) return held;
  if (dynamic && !given.expected.empty()) {
    if (auto band = check_band(given.history, given.request, *address)) return band;
  }
  return range;
}

// Whether the record shows the server create the IPAddress during the request.
bool created_inside(const History& history, std::uint32_t index, const Address& address) {
  const auto& inner = history.nesting.inner(index);
  return std::any_of(inner.begin(), inner.end(), [&](std::uint32_t i) {
    const AuditedRequest& request = history.record.requests[i];
    return request.verb == Verb::kCreate && request.took_effect() && address_of(request) == address;
  });
}

Judgement missing_evidence(const Allocation& given) {
  const History& history = given.history;
  if (!history.covers_addresses) {
    return undecided("already-held", "who held " + given.added.front() +
                                         " is not known: " + history.missing_addresses(given.request));
  }
  for (const std::string& text : given.added) {
    const auto address = read_address_sloppy(text);
    if (address && !created_inside(history, given.index, *address)) {
      return undecided("already-held", "the creation of IPAddress " + text + " is missing from the record");
    }
  }
  if (given.expected.empty()) {
    return undecided("not-as-asked", "what was asked for is missing from the record");
  }
  const Texts all = given.request.given_service()->addresses();
  for (std::size_t place = 0; place < all.size(); ++place) {
    const bool added = std::find(given.added.begin(), given.added.end(), all[place]) != given.added.end();
    if (added && given.asked(place).empty()) {
      return permitted("dynamic-allocation", "free addresses of ready ranges");
    }
  }
  return permitted("static-allocation", "the addresses that were asked for");
}

Judgement judge_allocation(const Allocation& given) {
  const Texts all = given.request.given_service()->addresses();
  std::optional<Judgement> first;
  const auto take = [&](std::optional<Judgement> judgement) {
    if (!judgement) return;
    const bool worse =
        first && first->verdict != Verdict::kForbidden && judgement->verdict == Verdict::kForbidden;
    if (!first || worse) first = std::move(judgement);
  };
  take(check_families(given.request, given.expected));
  for (std::size_t place = 0; place < all.size(); ++place) {
    if (std::find(given.added.begin(), given.added.end(), all[place]) == given.added.end()) continue;
    take(check_address(given, all[place], place));
  }
  if (!first) return missing_evidence(given);
  const bool about_ask = first->rule == "not-as-asked" || first->rule == "static-band";
  if (about_ask && first->verdict == Verdict::kForbidden && given.request.mutated) {
    return undecided(first->rule, first->message + "; what an admission webhook changed is missing");
  }
  return *first;
}

Decision allocated(const History& history, std::uint32_t index, const ServiceFacts* old, Texts added) {
  const AuditedRequest& request = history.record.requests[index];
  const Allocation given{history, index, request, expectations(history, index, old, true), added};
  return {index, Answer::kAllocated, std::move(added), judge_allocation(given)};
}

// An answer to an update may have the wrong families though it changed no address.
std::optional<Judgement> check_update(const History& history, std::uint32_t index, const ServiceFacts& old) {
  const AuditedRequest& request = history.record.requests[index];
  const bool comparable = !request.status_subresource && !request.mutated;
  if (!comparable || request.given_service()->addresses().empty()) return std::nullopt;
  return check_families(request, expectations(history, index, &old, true));
}

Decision kept(std::uint32_t index, const ServiceFacts& given, const ServiceFacts* ask) {
  const Texts addresses = given.addresses();
  // An answer without an address to a request that needs one.
  const bool wants = ask != nullptr && !ask->is_external_name() && !ask->is_headless();
  if (addresses.empty() && wants) {
    return {index, Answer::kKept, {}, forbidden("not-as-asked", "the Service needs an address and got none")};
  }
  if (addresses.empty()) {
    return {
        index, Answer::kKept, {}, permitted("no-address", "headless and ExternalName Services have none")};
  }
  return {index, Answer::kKept, addresses, permitted("no-change", "the request changes no address")};
}

std::string missing_body(const AuditedRequest& request) {
  const std::string_view level = level_name(request.level);
  return "the answer's body is missing from the record" +
         (level.empty() ? "" : " (audit level " + std::string(level) + ")");
}

// A new headless Service, whose families and policy follow from the request and the server's families. (5.3)
Judgement judge_headless(const History& history, std::uint32_t index) {
  const AuditedRequest& request = history.record.requests[index];
  if (request.asked_service() == nullptr || request.asked_unclear)
    return undecided("not-as-asked", "what was asked for is missing from the record");
  if (auto wrong = check_families(request, expectations(history, index, nullptr, true))) {
    if (!request.mutated) return *wrong;
    return undecided(wrong->rule, wrong->message + "; what an admission webhook changed is missing");
  }
  if (!fits_every(*request.given_service(), expectations(history, index, nullptr, false))) {
    return undecided("not-as-asked",
                     "which families the server has is missing from the record (--service-cluster-ip-range)");
  }
  return permitted("no-address", "headless and ExternalName Services have none");
}

Decision judge_dry_run(const History& history, std::uint32_t index) {
  const AuditedRequest& request = history.record.requests[index];
  const ServiceFacts* given = request.given_service();
  const bool creates = request.verb == Verb::kCreate || request.code == 201;
  const Texts addresses = given != nullptr && creates ? given->addresses() : Texts{};
  const Answer answer = addresses.empty() ? Answer::kKept : Answer::kAllocated;
  return {index, answer, addresses,
          permitted("dry-run", "nothing is stored; the addresses are placeholders")};
}

Decision judge_change(const History& history, std::uint32_t index) {
  const AuditedRequest& request = history.record.requests[index];
  const ServiceFacts* given = request.given_service();
  const bool creates = request.verb == Verb::kCreate || request.code == 201;
  if (given == nullptr) {
    return {index,
            creates ? Answer::kAllocated : Answer::kKept,
            {},
            undecided("not-as-asked", missing_body(request))};
  }
  if (creates) {
    const Texts all = given->addresses();
    if (!all.empty()) return allocated(history, index, nullptr, all);
    const ServiceFacts* ask = request.asked_service();
    const bool is_headless = given->is_headless() && (ask == nullptr || ask->is_headless());
    if (is_headless && !given->is_external_name())
      return {index, Answer::kKept, {}, judge_headless(history, index)};
    return kept(index, *given, ask);
  }
  const ServiceFacts* old = history.services.before(request, index);
  if (old == nullptr) {
    return {index, Answer::kKept, given->addresses(),
            undecided("no-change", "the Service as it was before this request is missing from the record")};
  }
  if (given->is_gone()) return judge_release(history, index, old->addresses());
  const Texts added = without(given->addresses(), old->addresses());
  const Texts removed = without(old->addresses(), given->addresses());
  if (!added.empty() && !removed.empty() && !old->is_external_name() && !given->is_external_name()) {
    return {
        index, Answer::kAllocated, added,
        forbidden("not-as-asked", "an address was replaced: " + removed.front() + " by " + added.front())};
  }
  if (!added.empty()) return allocated(history, index, old, added);
  Decision decision = removed.empty() ? kept(index, *given, nullptr) : judge_release(history, index, removed);
  if (auto wrong = check_update(history, index, *old)) decision.judgement = *std::move(wrong);
  return decision;
}

Decision judge_deletion(const History& history, std::uint32_t index) {
  const AuditedRequest& request = history.record.requests[index];
  const ServiceFacts* given = request.given_service();
  if (given == nullptr) {
    return {index, Answer::kReleased, {}, undecided("wrong-release", missing_body(request))};
  }
  if (given->has_finalizers) {
    return {index, Answer::kKept, given->addresses(),
            permitted("no-change", "the Service waits for its finalizers")};
  }
  return judge_release(history, index, given->addresses());
}

}  // namespace

Decision judge_service(const History& history, std::uint32_t index) {
  const AuditedRequest& request = history.record.requests[index];
  if (!request.succeeded()) return judge_refusal(history, index);
  if (request.dry_run) return judge_dry_run(history, index);
  return request.verb == Verb::kDelete ? judge_deletion(history, index) : judge_change(history, index);
}

}  // namespace clusterip::verify
