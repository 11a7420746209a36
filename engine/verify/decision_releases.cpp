// Addresses that a Service gave up: did the server release them.
#include <algorithm>

#include "engine/net/text.hpp"
#include "engine/verify/service_checks.hpp"

namespace clusterip::verify {
namespace {

// The server asked for the IPAddress to be deleted during the request, whatever came of it.
bool released_inside(const History& history, std::uint32_t index, const Address& address) {
  const auto& inner = history.nesting.inner(index);
  return std::any_of(inner.begin(), inner.end(), [&](std::uint32_t i) {
    const AuditedRequest& request = history.record.requests[i];
    return request.verb == Verb::kDelete && address_of(request) == address;
  });
}

bool serves_surely(const History& history, std::uint32_t index, Family family) {
  const AuditedRequest& request = history.record.requests[index];
  const auto configurations = history.servers.families(request, index, true);
  return std::all_of(configurations.begin(), configurations.end(), [&](const ServerFamilies& families) {
    return std::find(families.begin(), families.end(), family) != families.end();
  });
}

// An allocator that contains the address is needed to release it, ready or not (4.7).
bool has_allocator_surely(const History& history, const AuditedRequest& request, const Address& address) {
  const auto cidrs = history.ranges.with_host(address);
  return std::any_of(cidrs.begin(), cidrs.end(), [&](const Cidr& cidr) {
    return bands_of(cidr) && history.ranges.surely_exists(cidr, history.seen_by(request));
  });
}

Judgement judge_address(const History& history, std::uint32_t index, const std::string& text) {
  const AuditedRequest& request = history.record.requests[index];
  const auto address = read_address_sloppy(text);
  if (!address) return permitted("release", "\"" + text + "\" is no address and has no IPAddress");
  if (released_inside(history, index, *address)) {
    return permitted("release", "the server deleted the IPAddresses during the request");
  }
  if (!history.covers_releases) {
    return undecided("wrong-release", "the record does not show the servers' own deletions of IPAddresses");
  }
  const AddressLife* life = history.addresses.surely_held(*address, request.during);
  if (life == nullptr) return permitted("release", "IPAddress " + text + " need not have existed");
  const bool own = !life->parent || (life->parent->name_space + "/" + life->parent->name) == request.key();
  if (!serves_surely(history, index, address->family())) {
    return permitted("release",
                     "the server need not serve the family of " + text + "; the repair loop cleans up");
  }
  if (!has_allocator_surely(history, request, *address)) {
    return permitted("release", "no range with " + text + " need have been left; the repair loop cleans up");
  }
  if (history.servers.may_have_just_started(request, history.options.cache_lag) != nullptr) {
    return permitted("release", "the server may have just started, with empty caches");
  }
  const std::string message = text + " was given up, but its IPAddress was not deleted";
  if (!own) return undecided("wrong-release", message + "; it was another Service's by then");
  return forbidden("wrong-release", message);
}

// An address of the same request at which the release can have stopped: upstream gives addresses back in any
// order, and ends at the first that no range has.
const std::string* may_have_stopped_at(const History& history, std::uint32_t index,
                                       const std::vector<std::string>& addresses) {
  const AuditedRequest& request = history.record.requests[index];
  const auto found = std::find_if(addresses.begin(), addresses.end(), [&](const std::string& text) {
    const auto address = read_address_sloppy(text);
    return address && !released_inside(history, index, *address) &&
           !has_allocator_surely(history, request, *address);
  });
  return found == addresses.end() ? nullptr : &*found;
}

}  // namespace

Decision judge_release(const History& history, std::uint32_t index, std::vector<std::string> addresses) {
  Decision decision{index, Answer::kReleased, std::move(addresses), {}};
  if (decision.addresses.empty()) {
    decision.answer = Answer::kKept;
    decision.judgement = permitted("no-address", "the Service had no address");
    return decision;
  }
  const std::string* stop = may_have_stopped_at(history, index, decision.addresses);
  // The worst of the answers, and the first among equals.
  for (const std::string& text : decision.addresses) {
    Judgement judgement = judge_address(history, index, text);
    if (judgement.verdict != Verdict::kPermitted && stop != nullptr) {
      judgement = permitted("release", "the release can have stopped at " + *stop +
                                           ", which no range need have had; the repair loop cleans up");
    }
    const bool first = decision.judgement.rule.empty();
    const bool worse =
        judgement.verdict == Verdict::kForbidden ||
        (judgement.verdict == Verdict::kUndecided && decision.judgement.verdict == Verdict::kPermitted);
    if (first || (worse && decision.judgement.verdict != Verdict::kForbidden)) {
      decision.judgement = std::move(judgement);
    }
  }
  return decision;
}

}  // namespace clusterip::verify
