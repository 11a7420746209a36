#include "engine/verify/replay.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "engine/net/text.hpp"
#include "engine/verify/chain.hpp"
#include "engine/verify/final_state.hpp"
#include "engine/verify/onset.hpp"
#include "engine/verify/rule_catalog.hpp"
#include "engine/verify/state_rules.hpp"

namespace clusterip::verify {
namespace {

// How long the repair loop leaves an IPAddress without a Service alone (specification 8.3).
constexpr Duration kLeakGrace = Duration::seconds(60);

// Whether the record shows enough of an address to say that something about it is missing.
bool is_shown(const History& history, const Finding& finding) {
  if (history.beginning.is_known()) return true;
  const auto address = read_address_sloppy(finding.address);
  if (finding.rule == "missing-ipaddress") return address && !history.addresses.lives(*address).empty();
  if (finding.rule != "orphan-ipaddress") {
    // What these say depends on ServiceCIDRs, which may be older than the record.
    static constexpr std::array<std::string_view, 6> kAboutRanges{
        "outside-every-range",         "unusable-address", "held-by-terminating", "default-differs",
        "api-service-outside-default", "stuck-terminating"};
    return std::find(kAboutRanges.begin(), kAboutRanges.end(), finding.rule) == kAboutRanges.end();
  }
  for (const AddressLife& life : history.addresses.lives(address.value_or(Address{}))) {
    if (!life.parent || life.deleted.to != kEnd) continue;
    const auto& lives = history.services.lives(life.parent->name_space + "/" + life.parent->name);
    if (!lives.empty()) return true;
  }
  return false;
}

// An IPAddress without a Service is normal for a while: its Service may be under way, or the repair loop
// waits before it cleans up.
void excuse(const History& history, Finding& finding) {
  if (finding.rule != "orphan-ipaddress") return;
  const auto address = read_address_sloppy(finding.address);
  const auto& lives = history.addresses.lives(address.value_or(Address{}));
  if (lives.empty() || history.beginning.record.to - lives.back().created.from > kLeakGrace) return;
  finding.severity = Severity::kInfo;
  finding.message += "; it is younger than 60 s, for which the repair loop leaves it alone";
}

// A range lost the last address that kept it a moment ago: the controller may be about to let it go.
void excuse_going(const History& history, ReplayFinding& found) {
  if (found.finding.rule != "stuck-terminating" || found.finding.severity == Severity::kInfo) return;
  if (!found.since || history.beginning.record.to - *found.since >= StateOptions{}.going) return;
  found.finding.severity = Severity::kInfo;
  found.finding.message += "; so it has been for less than 60 s";
}

ReplayFinding with_story(const History& history, const Chains& chains, Finding finding) {
  ReplayFinding found{std::move(finding), std::nullopt, {}};
  if (const auto address = read_address_sloppy(found.finding.address)) {
    Chains::Story story = chains.story(*address);
    const bool shared = found.finding.rule == "duplicate-address";
    found.since = shared ? story.shared_since : story.unsound_since;
    found.chain = std::move(story.links);
  }
  if (!is_about_ranges(found.finding.rule)) return found;
  Onset onset = onset_of(history, found.finding);
  found.since = onset.since;
  std::move(onset.links.begin(), onset.links.end(), std::back_inserter(found.chain));
  std::stable_sort(found.chain.begin(), found.chain.end(),
                   [](const ChainLink& a, const ChainLink& b) { return a.time < b.time; });
  excuse_going(history, found);
  return found;
}

// The ServiceCIDRs with the address, when each of them had been asked to go before the request came.
std::vector<const RangeLife*> all_asked_to_go(const History& history, const AuditedRequest& request,
                                              const Address& address) {
  std::vector<const RangeLife*> found;
  for (const RangeLife& object : history.ranges.objects()) {
    for (std::size_t i = 0; i < object.versions.size(); ++i) {
      const RangeVersion& version = object.versions[i];
      const bool has = std::any_of(version.cidrs.begin(), version.cidrs.end(),
                                   [&](const Cidr& cidr) { return cidr.has_host(address); });
      if (!has || object.versions.front().since.from > request.during.to) continue;
      const auto asked = asked_to_go(object);
      if (!asked || *asked > request.during.from) return {};
      found.push_back(&object);
      break;
    }
  }
  return found;
}

ReplayFinding terminating(const History& history, const AuditedRequest& request, const Address& address,
                          const std::vector<const RangeLife*>& objects) {
  ReplayFinding found;
  Finding& finding = found.finding;
  finding.rule = kAllocatedFromTerminating.name;
  finding.severity = kAllocatedFromTerminating.severity;
  finding.address = address.to_string();
  finding.objects.push_back({"Service", request.name_space, request.name});
  std::string names;
  for (const RangeLife* object : objects) {
    finding.objects.push_back({"ServiceCIDR", "", object->name});
    names += (names.empty() ? "" : ", ") + object->name;
    found.chain.push_back(asking_link(history, *object));
  }
  std::sort(found.chain.begin(), found.chain.end(),
            [](const ChainLink& a, const ChainLink& b) { return a.time < b.time; });
  finding.message = finding.address + " was given to " + request.object() +
                    " though every range with it had been asked to go: " + names;
  found.since = request.during.to;
  found.chain.push_back(
      {request.audit_id, request.during.to, finding.address + " given to " + request.object()});
  return found;
}

// The request gave the address to its Service, as far as that can be right.
bool allocated(const History& history, std::uint32_t request, const std::string& address) {
  const Decision decision = judge(history, request);
  const auto& given = decision.addresses;
  return decision.answer == Answer::kAllocated && decision.judgement.verdict != Verdict::kForbidden &&
         std::find(given.begin(), given.end(), address) != given.end();
}

// Few records have such ranges, so the decision is asked for last.
void add_terminating(const History& history, std::vector<ReplayFinding>& findings) {
  const auto& ranges = history.ranges.objects();
  if (std::none_of(ranges.begin(), ranges.end(),
                   [](const auto& range) { return asked_to_go(range).has_value(); }))
    return;
  for (std::uint32_t i = 0; i < history.record.requests.size(); ++i) {
    const AuditedRequest& request = history.record.requests[i];
    const ServiceFacts* given = request.given_service();
    if (given == nullptr || !request.took_effect() || request.verb == Verb::kDelete) continue;
    for (const std::string& text : given->addresses()) {
      const auto address = read_address_sloppy(text);
      const auto objects =
          address ? all_asked_to_go(history, request, *address) : std::vector<const RangeLife*>();
      if (!objects.empty() && allocated(history, i, text))
        findings.push_back(terminating(history, request, *address, objects));
    }
  }
}

}  // namespace

std::vector<Decision> judge_all(const History& history) {
  std::vector<Decision> decisions;
  for (std::uint32_t i = 0; i < history.record.requests.size(); ++i) {
    if (history.record.requests[i].subject != Subject::kServiceCidr) decisions.push_back(judge(history, i));
  }
  return decisions;
}

std::vector<ReplayFinding> find_faults(const History& history) {
  std::vector<ReplayFinding> findings;
  // A state that was put together from a record with gaps would be full of faults that are not there.
  if (history.is_patchy || !history.gaps.empty()) return findings;
  const State state = final_state(history);
  StateOptions options;
  options.now = history.beginning.record.to;
  options.settling = Duration{0};
  options.default_ranges = history.options.flags;
  const Chains chains(history);
  for (Finding& finding : StateRules(state, options).check_all()) {
    const bool about_objects = finding.rule == "missing-ipaddress" || finding.rule == "wrong-parent";
    if ((about_objects && !history.covers_addresses) || !is_shown(history, finding)) continue;
    excuse(history, finding);
    findings.push_back(with_story(history, chains, std::move(finding)));
  }
  if (history.beginning.is_known()) add_terminating(history, findings);
  std::stable_sort(findings.begin(), findings.end(), [](const ReplayFinding& a, const ReplayFinding& b) {
    return a.finding.severity > b.finding.severity;
  });
  return findings;
}

}  // namespace clusterip::verify
