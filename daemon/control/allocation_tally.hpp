// How many addresses were given out and refused, through which range: what /metrics counts under upstream's
// names. Any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <mutex>

#include "engine/cluster/authority.hpp"

namespace clusterip::daemon {

class AllocationTally {
 public:
  struct Row {
    Cidr cidr;
    bool asked = false;  // a certain address was asked for; upstream's scope "static", else "dynamic"
    friend auto operator<=>(const Row&, const Row&) = default;
  };
  struct Counts {
    std::uint64_t given = 0;
    std::uint64_t refused = 0;
  };

  void count(const cluster::ServiceWrite& write) {
    if (write.given.empty()) return;
    const std::lock_guard lock(mutex_);
    for (const auto& given : write.given) ++rows_[{given.cidr, given.asked}].given;
  }
  void count(const cluster::ServiceRefusal& refusal) {
    if (refusal.refused_by.empty()) return;
    const std::lock_guard lock(mutex_);
    for (const Cidr& cidr : refusal.refused_by) ++rows_[{cidr, refusal.address_asked}].refused;
  }
  std::map<Row, Counts> rows() const {
    const std::lock_guard lock(mutex_);
    return rows_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<Row, Counts> rows_;
};

}  // namespace clusterip::daemon
