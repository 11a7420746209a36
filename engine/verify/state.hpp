// A state of a cluster as the verifier's rules look at it: which Service holds which address, which IPAddress
// object says so, and the ServiceCIDRs around them.
//
// Objects are put in and erased one by one, from a dump or from events, and only what the rules need is kept:
// about 350 bytes for a Service with its IPAddress. Services and addresses point at each other, so a name is
// kept once: the entry of a Service is there while the Service exists or an IPAddress names it. Each change
// costs a few hash probes. What one object alone shows (a malformed address, families that do not fit) is
// judged when the object comes in; what several objects show is asked afterwards, for one address or for all
// (state_rules.hpp).
//
// Addresses are known by value: a Service that lists FD00:96::7 holds fd00:96::7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "engine/cluster/objects.hpp"
#include "engine/net/address.hpp"
#include "engine/verify/finding.hpp"
#include "engine/verify/ranges_of_state.hpp"

namespace clusterip::verify {

// "namespace/name": how Services are known and named.
std::string service_key(std::string_view name_space, std::string_view name);
ObjectRef service_ref(std::string_view key);
ObjectRef ip_address_ref(std::string name);
ObjectRef range_ref(std::string name);

struct AddressEntry;
struct ServiceEntry;
// A Service and its key; an address and what is known of it.
using Holder = std::pair<const std::string, ServiceEntry>;
using HeldAddress = std::pair<const Address, AddressEntry>;

struct ServiceEntry {
  std::optional<cluster::Instant> creation;
  boost::container::small_vector<HeldAddress*, 1> addresses;  // each once
  std::uint32_t named_by = 0;                                 // so many IPAddress objects
  bool exists = false;
};

// An IPAddress object, whose name is the canonical text of its address: under another name it would be
// another lock in the store, and keep nobody from the address. No server takes such a name.
struct ClaimEntry {
  enum class Parent : unsigned char { kNone, kService, kOther };
  // What few have.
  struct Oddities {
    std::string other_parent;  // what kubectl prints for a parent that is no Service
    std::string label_fault;   // what is wrong with the labels that the allocator writes; empty: nothing
    friend bool operator==(const Oddities&, const Oddities&) = default;
  };

  std::optional<cluster::Instant> creation;
  Holder* service = nullptr;  // the Service that it names, which need not exist
  std::unique_ptr<const Oddities> odd;
  Parent parent_kind = Parent::kNone;
  bool managed = false;       // has the managed-by label
  bool family_label = false;  // has the right family label

  // The key of a Service, or what kubectl prints for another parent.
  const std::string& parent() const;
  const std::string& label_fault() const { return oddities().label_fault; }

 private:
  const Oddities& oddities() const;
};

struct AddressEntry {
  boost::container::small_vector<const Holder*, 1> holders;  // in no order
  std::optional<ClaimEntry> claim;

  // The IPAddress, which is there, names one of those that hold the address.
  bool claim_names_a_holder() const;
  // It has an IPAddress with both labels, which the controller looks for when a range is to go (6.4).
  bool keeps_its_range() const { return claim && claim->managed && claim->family_label; }
};

class State {
 public:
  using Holder = verify::Holder;
  using AddressEntry = verify::AddressEntry;

  // Each takes the object in, in place of one of that name; true: it is new.
  bool put(const cluster::Service& service);
  bool put(const cluster::IpAddress& address);
  bool put(const cluster::ServiceCidr& range);
  void erase_service(std::string_view name_space, std::string_view name);
  void erase_ip_address(const std::string& name);
  void erase_range(std::string_view name);

  std::size_t service_count() const { return service_count_; }
  std::size_t ip_address_count() const { return ip_addresses_; }
  const RangesOfState& ranges() const { return ranges_; }
  const ServiceEntry* find_service(const std::string& key) const;
  // Null where no Service holds the address and no IPAddress names it.
  const AddressEntry* find_address(const Address& address) const;
  // Addresses that a Service holds or an IPAddress names.
  std::size_t address_count() const { return addresses_.size(); }
  // They, in ascending order.
  std::vector<Address> addresses() const;
  // They, in no order.
  void for_each_address(const auto& visit) const {
    for (const auto& [address, entry] : addresses_) visit(address, entry);
  }

  // The keys of all Services, and the names of all IPAddress objects.
  void for_each_service(const auto& visit) const {
    for (const auto& [key, entry] : services_) {
      if (entry.exists) visit(key);
    }
  }
  void for_each_ip_address(const auto& visit) const {
    for (const auto& [address, entry] : addresses_) {
      if (entry.claim) visit(address.to_string());
    }
    for (const std::string& name : strays_) visit(name);
  }

  // What single objects showed when they came in, by object.
  const std::map<ObjectRef, std::vector<Finding>>& object_findings() const { return object_findings_; }

  // The newest time stamp of all objects that ever came in: the moment that ages are counted to.
  std::optional<cluster::Instant> newest() const { return newest_; }
  void see(const std::optional<cluster::Instant>& instant);

 private:
  void see(const cluster::ObjectMeta& meta);
  void note(const ObjectRef& object, std::vector<Finding> findings);
  HeldAddress& at(const Address& address);
  // Each forgets the entry when nothing needs it any more.
  void drop_if_empty(const HeldAddress& held);
  void drop_if_unneeded(const Holder& holder);

  std::unordered_map<std::string, ServiceEntry> services_;
  std::unordered_map<Address, AddressEntry, AddressHash> addresses_;
  std::size_t service_count_ = 0;
  std::size_t ip_addresses_ = 0;
  // IPAddress objects whose name is no address in canonical form.
  std::set<std::string, std::less<>> strays_;
  RangesOfState ranges_;
  std::map<ObjectRef, std::vector<Finding>> object_findings_;
  std::optional<cluster::Instant> newest_;
};

}  // namespace clusterip::verify
