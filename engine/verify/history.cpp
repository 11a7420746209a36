#include "engine/verify/history.hpp"

#include <algorithm>

namespace clusterip::verify {
namespace {

// A new cluster makes its first ServiceCIDR among its first few hundred objects.
constexpr std::uint64_t kLatestFirstRevision = 300;

// A few missing changes are a few gaps; a share of them is a server whose log was not given.
constexpr std::size_t kFewMissing = 3;
constexpr std::size_t kPatchyShare = 20;

// An apiserver gives up on a request after a minute.
constexpr Duration kLongestRequest = Duration::seconds(60);

const ObjectFacts* common_facts(const Facts& facts) {
  if (const auto* service = std::get_if<ServiceFacts>(&facts)) return service;
  if (const auto* cidr = std::get_if<CidrFacts>(&facts)) return cidr;
  return std::get_if<AddressFacts>(&facts);
}

bool makes_first_range(const AuditedRequest& request) {
  const CidrFacts* given = request.given_cidr();
  return given != nullptr && request.verb == Verb::kCreate && request.took_effect() &&
         request.name == cluster::kDefaultServiceCidrName && given->revision != 0 &&
         given->revision <= kLatestFirstRevision;
}

// What the servers were started with, as ServiceCIDR `kubernetes` tells.
std::vector<Cidr> default_ranges(const Record& record) {
  for (const AuditedRequest& request : record.requests) {
    const CidrFacts* given = request.given_cidr();
    if (given != nullptr && request.name == cluster::kDefaultServiceCidrName) return given->cidrs;
  }
  if (!record.start) return {};
  for (const cluster::ServiceCidr& cidr : record.start->cidrs) {
    if (cidr.meta.name == cluster::kDefaultServiceCidrName) return facts_of(cidr).cidrs;
  }
  return {};
}

bool shows_allocations(const Record& record) {
  return std::any_of(record.requests.begin(), record.requests.end(), [](const AuditedRequest& request) {
    const AddressFacts* given = request.given_address();
    return given != nullptr && given->managed && request.verb == Verb::kCreate && request.took_effect();
  });
}

}  // namespace

Beginning beginning_of(const Record& record) {
  Beginning beginning;
  bool has_first_range = false;
  for (const AuditedRequest& request : record.requests) {
    beginning.record.from = std::min(beginning.record.from, request.during.from);
    beginning.record.to = std::max(beginning.record.to, request.during.to);
    has_first_range = has_first_range || makes_first_range(request);
  }
  if (record.start) beginning.known_since = std::max(beginning.record.from, record.start->since);
  if (record.start || !has_first_range) return beginning;
  // The cluster begins in the record, unless something in it is older.
  const Instant oldest = beginning.record.from - Duration::seconds(1);
  const bool older = std::any_of(record.requests.begin(), record.requests.end(), [&](const auto& request) {
    const ObjectFacts* given = common_facts(request.given);
    return given != nullptr && given->creation && *given->creation < oldest;
  });
  if (!older) beginning.known_since = kBeginning;
  return beginning;
}

Lives::Lives(const Record& with_requests, const ReplayOptions& how)
    : record(with_requests),
      options(how),
      beginning(beginning_of(record)),
      covers_addresses(shows_allocations(record)),
      services(record, beginning.record.from),
      addresses(record, covers_addresses ? beginning.known_since : kEnd, beginning.record.from),
      ranges(record, beginning.record.from, beginning.is_known() ? std::vector<Cidr>{} : how.flags,
             how.cache_lag) {
  std::size_t lives = 0;
  for (const auto& [address, known] : addresses.all()) lives += known.size();
  const std::size_t missing = addresses.missing_writes();
  is_patchy = missing >= kFewMissing && missing * kPatchyShare > lives;
  if (is_patchy) beginning.known_since = kEnd;
  if (covers_addresses) beginning.addresses_known_since = beginning.known_since;
  gaps = record.gaps;
  for (const AuditedRequest& request : record.requests) {
    if (request.dry_run || !request.is_unanswered()) continue;
    gaps.push_back({request.during, "event " + request.audit_id + " does not say what came of its request"});
  }
}

History::History(const Record& with_requests, const ReplayOptions& how)
    : Lives(with_requests, how),
      nesting(record, addresses, services),
      servers(record, nesting, how.flags),
      bitmap(record, addresses, services, nesting, how.flags.empty() ? default_ranges(record) : how.flags,
             beginning.known_since == kBeginning) {
  for (std::uint32_t i = 0; i < record.requests.size(); ++i) {
    const AuditedRequest& request = record.requests[i];
    if (request.subject != Subject::kIpAddress) continue;
    covers_releases = covers_releases || (request.verb == Verb::kDelete && nesting.outer(i) != kNoRequest);
  }
}

const Gap* History::gap_around(const AuditedRequest& request) const {
  // A request that began before the gap may have been answered in it, and shown others what it did.
  const Instant reach = request.during.to + std::max(kLongestRequest, options.cache_lag);
  const Gap* first = nullptr;
  for (const Gap& gap : gaps) {
    if (gap.when.from <= reach && (first == nullptr || gap.when.from < first->when.from)) first = &gap;
  }
  return first;
}

namespace {

// Of a request too near to the moment from which on everything is known.
std::string missing_before(Instant known_since, const AuditedRequest& request) {
  const std::string since = time_of_day(known_since);
  if (request.during.from < known_since) return "what came before the state of " + since + " is missing";
  return "the request came within the cache lag (--cache-lag) of " + since +
         ", and what a cache may have shown from before is missing";
}

}  // namespace

std::string History::missing_addresses(const AuditedRequest& request) const {
  if (is_patchy) return "many changes are missing from the record";
  if (!covers_addresses) return "the servers' own requests for IPAddresses are missing from the record";
  if (beginning.is_known()) return missing_before(beginning.addresses_known_since, request);
  return "the state before the record began is missing (--start)";
}

std::string History::missing_ranges(const AuditedRequest& request) const {
  if (is_patchy) return "many changes are missing from the record";
  if (beginning.is_known()) return missing_before(beginning.known_since, request);
  return options.flags.empty()
             ? "which ServiceCIDRs were there before the record began is missing (--start or "
               "--service-cluster-ip-range)"
             : "which ServiceCIDRs but those of --service-cluster-ip-range were there before "
               "the record began is missing (--start)";
}

std::string time_of_day(Instant instant) {
  if (instant <= kBeginning) return "before the record";
  if (instant >= kEnd) return "after the record";
  const std::string text = cluster::to_text_micro(instant);
  return text.substr(11, text.size() - 12);
}

}  // namespace clusterip::verify
