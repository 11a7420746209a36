// Refusals of requests for Services: was the reason that the server gave a possible one.
#include <algorithm>

#include "engine/net/text.hpp"
#include "engine/verify/address_checks.hpp"
#include "engine/verify/family_checks.hpp"
#include "engine/verify/refusal.hpp"
#include "engine/verify/service_checks.hpp"

namespace clusterip::verify {
namespace {

// Nothing speaks against the refusal; whether something would is open where the beginning is not known.
Judgement unless_unknown(const History& history, const AuditedRequest& request, std::string_view rule,
                         std::string_view open_rule, std::string message) {
  const bool about_addresses = open_rule == "false-full";
  const Instant since =
      about_addresses ? history.beginning.addresses_known_since : history.beginning.known_since;
  if (history.seen_by(request).from >= since) return permitted(rule, std::move(message));
  return undecided(open_rule,
                   about_addresses ? history.missing_addresses(request) : history.missing_ranges(request));
}

// The families for which the server had to choose an address, for each way it may be configured.
std::vector<std::vector<Family>> dynamic_families(const History& history, std::uint32_t index) {
  const AuditedRequest& request = history.record.requests[index];
  const ServiceFacts* old = request.verb == Verb::kCreate ? nullptr : history.services.found_by(request);
  std::vector<std::vector<Family>> found;
  for (const Expectation& expected : expectations(history, index, old, false)) {
    if (!expected.errors.empty()) continue;
    std::vector<Family>& dynamic = found.emplace_back();
    for (const cluster::AddressRequest& one : expected.plan.requests) {
      if (one.text.empty()) dynamic.push_back(one.family);
    }
  }
  if (found.empty()) found.push_back({Family::kIPv4, Family::kIPv6});
  return found;
}

// A creation of an IPAddress inside of the request that ended with neither success nor a collision.
bool has_failed_attempt(const History& history, std::uint32_t index) {
  const auto& inner = history.nesting.inner(index);
  return std::any_of(inner.begin(), inner.end(), [&](std::uint32_t i) {
    const AuditedRequest& request = history.record.requests[i];
    return request.verb == Verb::kCreate && !request.succeeded() && request.code != 409;
  });
}

Judgement judge_full(const History& history, std::uint32_t index) {
  const AuditedRequest& request = history.record.requests[index];
  if (!history.options.version.stops_at_errors) {
    const bool nameless = request.name.empty() && request.generate_name.empty();
    if (nameless || has_failed_attempt(history, index)) {
      return permitted("failed-attempt", "every failure to create the IPAddress ends as a full range");
    }
  }
  const Window window = history.seen_by(request);
  std::string rooms;
  for (const auto& dynamic : dynamic_families(history, index)) {
    for (const Family family : dynamic) {
      const auto room = sure_room(history, family, window);
      if (!room) {
        return unless_unknown(
            history, request, "range-is-full", "false-full",
            "no ready range need have had a free " + std::string(family_name(family)) + " address");
      }
      const std::string text = room->free.to_string() + " of " + room->range.to_string();
      if (rooms.find(text) == std::string::npos) rooms += (rooms.empty() ? "" : ", ") + text;
    }
  }
  return forbidden("false-full", "free all the time: " + rooms);
}

// With dual write a dynamic request can end with what the old bitmap's address meets.
Judgement judge_drawn(const History& history, std::uint32_t index, RefusalKind kind) {
  const AuditedRequest& request = history.record.requests[index];
  const std::string_view rule = kind == RefusalKind::kAllocated ? "false-allocated" : "false-mismatch";
  if (!history.options.version.asks_bitmap_first) {
    return undecided(rule, "Kubernetes 1." + std::to_string(history.options.version.minor) +
                               " gives no such answer to a request without an address");
  }
  if (kind == RefusalKind::kAllocated) {
    const auto& inner = history.nesting.inner(index);
    const bool collided = std::any_of(
        inner.begin(), inner.end(), [&](std::uint32_t i) { return history.record.requests[i].code == 409; });
    if (collided) return permitted("old-bitmap", "the bitmap drew an address that had an IPAddress");
    return undecided(rule, "the creation of the IPAddress that failed is missing from the record");
  }
  const Window window = history.seen_by(request);
  for (const auto& dynamic : dynamic_families(history, index)) {
    for (const Family family : dynamic) {
      const Cidr* flag = history.bitmap.range(family);
      if (flag == nullptr || !history.ranges.surely_ready(*flag, window)) {
        return permitted("old-bitmap", "the bitmap's range need not have been ready");
      }
    }
  }
  return forbidden(rule, "the flag's ranges were ready all the time");
}

Judgement judge_allocated(const History& history, const AuditedRequest& request, const Address& address) {
  if (history.addresses.possibly_held(address, request.during)) {
    return permitted("already-allocated", "IPAddress " + address.to_string() + " can have existed");
  }
  if (!history.addresses.surely_free(address, request.during)) {
    return undecided("false-allocated",
                     "IPAddress " + address.to_string() + ": " + history.missing_addresses(request));
  }
  const Cidr* flag =
      history.options.version.asks_bitmap_first ? history.bitmap.range(address.family()) : nullptr;
  if (flag != nullptr && flag->contains(address) && history.bitmap.can_be_set(address, request.during)) {
    return permitted("old-bitmap", "the old bitmap can still have held " + address.to_string());
  }
  return forbidden("false-allocated", "no IPAddress " + address.to_string() + " existed during the request");
}

Judgement judge_mismatch(const History& history, const AuditedRequest& request, const Address& address) {
  if (const auto range = sure_range(history, address, history.seen_by(request))) {
    return forbidden("false-mismatch", address.to_string() + " lies in " + range->to_string() +
                                           ", which was ready all the time");
  }
  return unless_unknown(history, request, "no-ready-range", "false-mismatch",
                        "no ready range need have had " + address.to_string());
}

Judgement judge_not_in_range(const History& history, const Address& address) {
  const Cidr* flag =
      history.options.version.asks_bitmap_first ? history.bitmap.range(address.family()) : nullptr;
  const auto usable = flag != nullptr ? history.bitmap.usable(address.family()) : std::nullopt;
  if (flag != nullptr && flag->contains(address) && (!usable || !usable->contains(address))) {
    return permitted("old-bitmap", "the old bitmap of " + flag->to_string() + " has no bit for it");
  }
  return undecided("false-mismatch", "which range the server asked for " + address.to_string() +
                                         " is not in the record: no range should have been");
}

Judgement judge_not_ready(const History& history, std::uint32_t index, std::optional<Address> address) {
  const AuditedRequest& request = history.record.requests[index];
  const Window window = history.seen_by(request);
  bool ready = true;
  if (address) {
    ready = sure_range(history, *address, window).has_value();
  } else {
    for (const auto& dynamic : dynamic_families(history, index)) {
      for (const Family family : dynamic) {
        const auto& cidrs = history.ranges.cidrs();
        ready = ready && std::any_of(cidrs.begin(), cidrs.end(), [&](const auto& entry) {
                  return entry.first.family() == family && bands_of(entry.first) &&
                         history.ranges.surely_ready(entry.first, window);
                });
      }
    }
  }
  if (ready) return forbidden("false-not-ready", "a range for it was ready all the time");
  return unless_unknown(history, request, "allocator-not-ready", "false-not-ready",
                        "a range for it need not have been ready");
}

Judgement judge_attempt(const History& history, std::uint32_t index) {
  if (has_failed_attempt(history, index)) {
    return permitted("failed-attempt", "the record shows the IPAddress that could not be created");
  }
  return undecided("failed-attempt", "the attempt that failed is missing from the record");
}

// Whether the words are about addresses, families or policy, and not also about something else.
bool is_about_addresses(std::string_view message) {
  const auto invalid = message.find(" is invalid: ");
  if (invalid == std::string_view::npos) return false;
  const std::string_view field = message.substr(invalid + std::string_view(" is invalid: ").size());
  return field.substr(0, 12) == "spec.ipFamil" || field.substr(0, 14) == "spec.clusterIP";
}

// What the rules for addresses, families and policy refuse can be looked up: a create does not depend on what
// is stored. The other types have rules of their own besides.
Judgement judge_validation(const History& history, std::uint32_t index) {
  const AuditedRequest& request = history.record.requests[index];
  auto valid = permitted("validation", "the object is refused as invalid, whatever addresses are free");
  if (request.verb != Verb::kCreate || request.mutated || !is_about_addresses(request.message)) return valid;
  const auto expected = expectations(history, index, nullptr, true);
  const bool fits = std::any_of(expected.begin(), expected.end(), [](const Expectation& one) {
    return !one.errors.empty() || one.service.type != "ClusterIP";
  });
  if (fits || expected.empty()) return valid;
  return forbidden("false-invalid", "no rule for addresses, families or policy refuses the request");
}

Judgement judge_kind(const History& history, std::uint32_t index, const Refusal& refusal) {
  const AuditedRequest& request = history.record.requests[index];
  const auto address = read_address_sloppy(refusal.address);
  switch (refusal.kind) {
    case RefusalKind::kFull:
      return judge_full(history, index);
    case RefusalKind::kAllocated:
      return address ? judge_allocated(history, request, *address)
                     : judge_drawn(history, index, refusal.kind);
    case RefusalKind::kMismatch:
      return address ? judge_mismatch(history, request, *address) : judge_drawn(history, index, refusal.kind);
    case RefusalKind::kNotReady:
      return judge_not_ready(history, index, address);
    case RefusalKind::kNotInRange:
      return address ? judge_not_in_range(history, *address) : judge_attempt(history, index);
    case RefusalKind::kFailedAttempt:
      return judge_attempt(history, index);
    case RefusalKind::kValidation:
      return judge_validation(history, index);
    case RefusalKind::kOther:
      break;
  }
  return permitted("other-refusal", "refused for a reason that is not about addresses");
}

// Caches of a server that has just started are empty: it then has no range and knows no IPAddress.
bool needs_caches(std::string_view rule) {
  return rule == "false-full" || rule == "false-mismatch" || rule == "false-not-ready";
}

}  // namespace

Decision judge_refusal(const History& history, std::uint32_t index) {
  const AuditedRequest& request = history.record.requests[index];
  const Refusal refusal = refusal_of(request);
  std::vector<std::string> addresses;
  if (!refusal.address.empty()) addresses.push_back(refusal.address);
  Decision decision{index, Answer::kRefused, std::move(addresses), {}};
  const bool about_ranges =
      refusal.kind == RefusalKind::kNotReady || refusal.kind == RefusalKind::kNotInRange;
  if (request.dry_run && about_ranges) {
    decision.judgement = permitted("dry-run", "a dry run asks any one range, ready or not");
    return decision;
  }
  if (request.panicked) {
    decision.judgement = undecided("other-refusal", "the server dropped the connection and gave no reason");
    return decision;
  }
  decision.judgement = judge_kind(history, index, refusal);
  if (decision.judgement.verdict != Verdict::kForbidden || !needs_caches(decision.judgement.rule)) {
    return decision;
  }
  if (history.servers.may_have_just_started(request, history.options.cache_lag) != nullptr) {
    decision.judgement =
        permitted("allocator-not-ready", "the server may have just started, with empty caches");
  }
  return decision;
}

}  // namespace clusterip::verify
