// Everything that the rules of a replay ask about, built once from a record.
#pragma once

#include <string>
#include <vector>

#include "engine/cluster/version_profile.hpp"
#include "engine/verify/address_history.hpp"
#include "engine/verify/bitmap_history.hpp"
#include "engine/verify/nesting.hpp"
#include "engine/verify/range_history.hpp"
#include "engine/verify/server_history.hpp"
#include "engine/verify/service_history.hpp"

namespace clusterip::verify {

struct ReplayOptions {
  // The longest delay of an apiserver's caches that still counts as allowed.
  Duration cache_lag = Duration::seconds(10);
  cluster::VersionProfile version = cluster::default_version_profile();
  // What --service-cluster-ip-range says; empty: not known.
  std::vector<Cidr> flags;

  // In a /64 a dynamic request can start below the range (specification 3.5, corner cases).
  bool starts_below_slash64() const { return version.minor <= 34; }
};

// How much of the state before the first line is known.
struct Beginning {
  Window record{kEnd, kBeginning};  // from the first request to the last answer
  // From here on, what the record does not show was not there; kEnd: never. The second is about IPAddresses.
  Instant known_since = kEnd;
  Instant addresses_known_since = kEnd;

  bool is_known() const { return known_since != kEnd; }
};
Beginning beginning_of(const Record& record);

// What was there when: the lives of all objects of a record.
struct Lives {
  Lives(const Record& with_requests, const ReplayOptions& how);

  const Record& record;
  ReplayOptions options;
  Beginning beginning;
  // The servers' own creations of IPAddresses are in the record.
  bool covers_addresses = false;
  ServiceHistory services;
  AddressHistory addresses;
  RangeHistory ranges;
  // Many changes are not in the record: that something is not in it then proves nothing.
  bool is_patchy = false;
  // Those of the record, and a request of which it does not say what came.
  std::vector<Gap> gaps;
};

struct History : Lives {
  History(const Record& with_requests, const ReplayOptions& how);

  Nesting nesting;
  ServerHistory servers;
  BitmapHistory bitmap;
  // The servers' own releases of IPAddresses are in the record.
  bool covers_releases = false;

  // The first gap that may have to do with the request, or null.
  const Gap* gap_around(const AuditedRequest& request) const;
  // What is missing where a rule about IPAddresses, or about ServiceCIDRs, cannot be decided, as a clause.
  std::string missing_addresses(const AuditedRequest& request) const;
  std::string missing_ranges(const AuditedRequest& request) const;

  // [s - L, e]: the times whose state a server's cache can have shown it during the request.
  Window seen_by(const AuditedRequest& request) const {
    return {request.during.from - options.cache_lag, request.during.to};
  }
};

// Names for messages: "10:15:19.925602".
std::string time_of_day(Instant instant);

}  // namespace clusterip::verify
