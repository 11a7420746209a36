#include "engine/verify/onset.hpp"

#include <algorithm>
#include <array>

#include "engine/net/text.hpp"

namespace clusterip::verify {
namespace {

constexpr std::string_view kOutside = "outside-every-range";
constexpr std::string_view kUnusable = "unusable-address";
constexpr std::string_view kHeld = "held-by-terminating";
constexpr std::string_view kStuck = "stuck-terminating";

// By events of the record; absent: since before it.
using Since = std::optional<Instant>;

void take_later(Since& since, const Since& other) {
  if (other && (!since || *since < *other)) since = other;
}

std::string audit_id_of(const History& history, std::uint32_t request) {
  return request == kNoRequest ? "" : history.record.requests[request].audit_id;
}

// Since when the Service, which is there at the end, has had the address.
Since listed_since(const History& history, const std::string& key, const Address& address) {
  const auto& lives = history.services.lives(key);
  if (lives.empty() || lives.back().versions.empty()) return std::nullopt;
  const ServiceLife& life = lives.back();
  Since since;
  for (auto version = life.versions.rbegin(); version != life.versions.rend(); ++version) {
    if (!version->facts->lists(address)) return since;
    since = version->request == kNoRequest ? std::nullopt : Since(version->since.to);
  }
  return life.versions.front().created ? since : std::nullopt;
}

// Since when one of the finding's Services has had it.
Since held_since(const History& history, const Finding& finding, const Address& address) {
  Since first;
  bool is_first = true;
  for (const ObjectRef& object : finding.objects) {
    if (object.kind != "Service") continue;
    const Since one = listed_since(history, object.name_space + "/" + object.name, address);
    if (!one) return std::nullopt;
    if (is_first || *one < *first) first = one;
    is_first = false;
  }
  return first;
}

bool ever_had(const RangeLife& object, const Address& address, bool as_host) {
  return std::any_of(object.versions.begin(), object.versions.end(), [&](const RangeVersion& version) {
    return std::any_of(version.cidrs.begin(), version.cidrs.end(), [&](const Cidr& cidr) {
      return as_host ? cidr.has_host(address) : cidr.contains(address);
    });
  });
}

void add_link(Onset& onset, ChainLink link) {
  take_later(onset.since, link.time);
  onset.links.push_back(std::move(link));
}

// A range that was asked before the record may be asked again in it, to no effect.
void add_asking(const History& history, const RangeLife& object, const RangeVersion& asked, Onset& onset) {
  const auto stamp = asked.object ? asked.object->meta.deletion : std::nullopt;
  const bool is_older = stamp && *stamp + Duration::seconds(1) < history.beginning.record.from;
  ChainLink link = asking_link(history, object);
  if (asked.request != kNoRequest && !is_older) take_later(onset.since, link.time);
  onset.links.push_back(std::move(link));
}

// The ranges that had the address went, or were asked to.
void add_ranges_of(const History& history, const Address& address, bool as_host, Onset& onset) {
  for (const RangeLife& object : history.ranges.objects()) {
    if (!ever_had(object, address, as_host)) continue;
    if (object.gone_by != kNoRequest) {
      add_link(onset, {audit_id_of(history, object.gone_by), object.gone.to,
                       "ServiceCIDR " + object.name + " was gone"});
    } else if (const RangeVersion* asked = object.asked_to_go()) {
      add_asking(history, object, *asked, onset);
    }
  }
}

// The range was asked to go, and lost the last IPAddress that can have kept it.
void add_range_itself(const History& history, const std::string& name, Onset& onset) {
  const auto& objects = history.ranges.objects();
  const auto range = std::find_if(objects.rbegin(), objects.rend(),
                                  [&](const RangeLife& object) { return object.name == name; });
  if (range == objects.rend()) return;
  const RangeVersion* asked = range->asked_to_go();
  if (asked == nullptr) return;
  add_asking(history, *range, *asked, onset);
  ChainLink last;
  for (const auto& [address, lives] : history.addresses.all()) {
    if (!ever_had(*range, address, true)) continue;
    for (const AddressLife& life : lives) {
      if (life.deleted_by == kNoRequest || life.deleted.to < std::max(last.time, asked->since.to)) continue;
      last = {audit_id_of(history, life.deleted_by), life.deleted.to,
              "IPAddress " + address.to_string() + " deleted"};
    }
  }
  if (!last.what.empty()) add_link(onset, std::move(last));
}

}  // namespace

bool is_about_ranges(std::string_view rule) {
  static constexpr std::array kRules{kOutside, kUnusable, kHeld, kStuck};
  return std::find(kRules.begin(), kRules.end(), rule) != kRules.end();
}

std::optional<Instant> asked_to_go(const RangeLife& object) {
  if (const RangeVersion* asked = object.asked_to_go()) return asked->since.to;
  return object.gone_by != kNoRequest ? std::optional(object.gone.to) : std::nullopt;
}

ChainLink asking_link(const History& history, const RangeLife& object) {
  const RangeVersion* asked = object.asked_to_go();
  const std::uint32_t request = asked != nullptr ? asked->request : object.gone_by;
  return {audit_id_of(history, request), *asked_to_go(object), "ServiceCIDR " + object.name + " asked to go"};
}

Onset onset_of(const History& history, const Finding& finding) {
  Onset onset;
  if (const auto address = read_address_sloppy(finding.address)) {
    add_ranges_of(history, *address, finding.rule != kOutside, onset);
    take_later(onset.since, held_since(history, finding, *address));
  } else if (finding.rule == kStuck) {
    add_range_itself(history, finding.objects.front().name, onset);
  }
  std::stable_sort(onset.links.begin(), onset.links.end(),
                   [](const ChainLink& a, const ChainLink& b) { return a.time < b.time; });
  return onset;
}

}  // namespace clusterip::verify
