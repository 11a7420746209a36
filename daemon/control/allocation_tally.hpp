// How many addresses were given out and refused, through which range, and how long it took: what /metrics
// counts under upstream's names. Any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <mutex>

#include "daemon/observe/metrics_text.hpp"
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

  // Upstream's buckets, in seconds.
  static constexpr std::array kBounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0};
  struct Durations {
    std::array<std::uint64_t, kBounds.size()> within{};
    std::uint64_t all = 0;
    double seconds = 0;
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
  // Of what was given out: from the decision until it was stored.
  void took(const cluster::ServiceWrite& write, double seconds) {
    if (write.given.empty()) return;
    const std::lock_guard lock(mutex_);
    for (const auto& given : write.given) {
      Durations& durations = durations_[given.cidr];
      count_within(kBounds, seconds, durations.within);
      ++durations.all;
      durations.seconds += seconds;
    }
  }
  std::map<Row, Counts> rows() const {
    const std::lock_guard lock(mutex_);
    return rows_;
  }
  std::map<Cidr, Durations> durations() const {
    const std::lock_guard lock(mutex_);
    return durations_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<Row, Counts> rows_;
  std::map<Cidr, Durations> durations_;
};

}  // namespace clusterip::daemon
