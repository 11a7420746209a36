// The cluster as the controllers see it: what their rules ask for, kept from the store's events.
//
// ServiceCIDRs are few and held as values; Services are read from the store. IPAddresses are decoded when
// asked for; their order is kept from when a range is first looked through: most servers never delete one.
// Used by the controllers' thread alone.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "daemon/store/store.hpp"
#include "engine/cluster/repair.hpp"
#include "engine/cluster/service_cidr_controller.hpp"

namespace clusterip::daemon {

class ClusterView {
 public:
  explicit ClusterView(const Store& store) : store_(store) {}

  void load();
  void take_in(const Event& event);

  const std::map<std::string, cluster::ServiceCidr, std::less<>>& ranges() const { return ranges_; }
  const cluster::ServiceCidr* range(std::string_view name) const;
  const cluster::ServiceCidrIndex& index() const { return index_; }
  // The index of this object and of those that are not about to go themselves. Only they count as its cover
  // here: upstream lets two equal ServiceCIDRs that are deleted together take each other's word, and loses
  // both while addresses live in them.
  cluster::ServiceCidrIndex lasting_index(std::string_view name) const;
  void visit_addresses(const Cidr& cidr, const std::function<bool(const cluster::IpAddress&)>& visit);

  // Whom an IPAddress refers to.
  static std::optional<cluster::ParentRef> parent_of(const RecordPtr& address);

  // For the length of one visit: what was found stays until the next call of begin_visit.
  void begin_visit();
  const cluster::Service* service(std::string_view name_space, std::string_view name);
  const cluster::IpAddress* address(std::string_view name);
  cluster::RepairView repair_view();

 private:
  const Store& store_;
  std::map<std::string, cluster::ServiceCidr, std::less<>> ranges_;
  cluster::ServiceCidrIndex index_;
  std::optional<std::map<Address, std::string>> addresses_;  // absent until it is asked for
  std::deque<cluster::Service> services_found_;
  std::deque<cluster::IpAddress> addresses_found_;
};

}  // namespace clusterip::daemon
