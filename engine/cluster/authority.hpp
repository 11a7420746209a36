// The allocator of a cluster that has one server: every write of a Service takes all its addresses, and
// yields the Service and its IPAddress objects, as one step.
//
// A write goes through two phases. The first one claims what the request asks for and answers with a
// Reservation: the objects to store and those to delete, all in one transaction of the caller's store. When
// that has happened, commit() gives back what the write released. A Reservation that ends without commit()
// gives back everything that it claimed, as if the request had never come.
//
// The rules and the texts of refusals are upstream's (alloc.go, storage.go, validation.go). Upstream's faults
// are not:
// - The second family fails: the first one's address is given back at once (upstream leaks it for 60 s).
// - Addresses are released after the write was stored, never before it.
// - A release deletes an IPAddress only when it belongs to the Service, and also outside of every range and
//   for a family that the cluster no longer has.
// - Becoming headless is refused in every case (upstream's server crashes in one).
// - A CIDR of several ServiceCIDRs, all of them terminating, gives out nothing.
// - A dry run asks all ranges, as the real request would.
//
// An address is claimed if and only if there is an IPAddress object of it, or a Reservation under way that
// will create it; IPAddresses that others write and delete are told to add_address and remove_address. Any
// number of threads may call anything at any time; requests lock nothing and never wait for each other.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/alloc/family_allocator.hpp"
#include "engine/cluster/node_ports.hpp"
#include "engine/cluster/objects.hpp"
#include "engine/cluster/service_families.hpp"
#include "engine/cluster/service_plan.hpp"
#include "engine/cluster/version_profile.hpp"
#include "engine/set/address_set.hpp"

namespace clusterip::cluster {

// What one write stores and deletes, all or nothing.
struct ServiceWrite {
  // Through which range an address was given out, and whether this very address was asked for.
  struct Given {
    Cidr cidr;
    bool asked = false;
  };
  Service service;
  std::vector<Given> given;  // by a dry run none
  std::vector<IpAddress> created;
  std::vector<std::string> deleted;  // names of IPAddresses
};

class Authority;

class Reservation {
 public:
  ~Reservation();
  Reservation(Reservation&& other) noexcept;
  Reservation& operator=(Reservation&&) = delete;
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;

  const ServiceWrite& write() const { return write_; }
  // The store has the write: what was deleted is free from now on.
  void commit();

 private:
  friend class Authority;
  Reservation(Authority& owner, Service service, bool dry_run);

  Authority* owner_;  // null: nothing is left to do
  NodePortOperation ports_;
  ServiceWrite write_;
  std::vector<Address> claimed_;
};

using ServiceDecision = std::variant<Reservation, ServiceRefusal>;

// The IPAddress object of that name, or null.
using FindAddress = std::function<const IpAddress*(std::string_view name)>;

struct RequestOptions {
  bool dry_run = false;
};

class Authority {
 public:
  // `flag`: the one or two ranges of --service-cluster-ip-range.
  Authority(const std::vector<Cidr>& flag, VersionProfile version, NodePortRange node_ports = {});

  // A ServiceCIDR was written, or is gone. Once this returns, nothing is given out through a CIDR that no
  // ready object lists. Families that the cluster has not, and CIDRs that no allocator serves, are passed
  // over.
  void put_service_cidr(const ServiceCidr& object);
  void remove_service_cidr(std::string_view name);

  // A Service that the store held when the program started: its node ports are taken. Its addresses are taken
  // by its IPAddresses.
  void add_service(const Service& stored);
  // An IPAddress that another client writes: false when the address is taken.
  [[nodiscard]] bool add_address(std::string_view name);
  void remove_address(std::string_view name);

  // `request` is the object as it was decoded, with its name generated. A dry run claims nothing; its
  // Reservation is not to be stored.
  ServiceDecision create(Service request, SeededDraws& draws, const RequestOptions& options = {});
  // `stored` is the Service as the store holds it; whoever calls makes sure that it still does at the commit.
  ServiceDecision update(Service request, const Service& stored, const FindAddress& find, SeededDraws& draws,
                         const RequestOptions& options = {});
  // The Service is gone for good: its last finalizer, if it had one, was taken away.
  Reservation remove(const Service& stored, const FindAddress& find);

  const ClusterFamilies& families() const { return families_; }
  const VersionProfile& version() const { return version_; }
  const AddressSet& addresses() const { return set_; }
  // Null where the cluster has not the family.
  const FamilyAllocator* allocator(Family family) const;

 private:
  friend class Reservation;
  struct Refused {
    std::string text;
    bool is_full = false;
    bool held = false;
  };
  // A probe answers without a range.
  struct Taken {
    Address address;
    std::optional<Cidr> cidr;
  };
  using Claim = std::variant<Taken, Refused>;

  static Refused refused(AllocateError error);
  FamilyAllocator* find_allocator(Family family);
  void release(const Address& address);
  Claim claim(const AddressRequest& request, const Service& service, SeededDraws& draws);
  Claim probe(const AddressRequest& request);
  // The ranges that were asked for an address and had it not.
  std::vector<Cidr> ranges_that_refused(const AddressRequest& request) const;
  // Absent: all were taken and are in their places.
  std::optional<ServiceRefusal> take(const AddressPlan& plan, Reservation& into, SeededDraws& draws,
                                     const RequestOptions& options);
  void apply(Family family, const std::vector<RangeChange>& changes);

  AddressSet set_;
  ClusterFamilies families_;
  NodePorts ports_;
  VersionProfile version_;
  std::mutex objects_mutex_;
  std::map<std::string, std::vector<Cidr>, std::less<>> listed_;  // by ServiceCIDR
  FamilyAllocator v4_{Family::kIPv4, set_};
  FamilyAllocator v6_{Family::kIPv6, set_};
};

}  // namespace clusterip::cluster
