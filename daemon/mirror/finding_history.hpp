// Findings over time: suspected when the mirrored state shows them, confirmed when they have outlived a grace
// period and the server, asked again, says the same; resolved when they are gone.
//
//      suspected ──(grace is over, re-read agrees)──► confirmed ──► resolved
//          └────────────── gone before ──────────────────────────────► withdrawn
//
// What an allocator does takes several writes, and three watches are not one instant: for a moment a healthy
// cluster looks unsound. So nothing is reported on sight. A finding that the rules call `info` is not waited
// for. Pure: the time is an argument.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "engine/cluster/instant.hpp"
#include "engine/verify/finding.hpp"

namespace clusterip::daemon {

struct GracePeriods {
  // Duplicates: one list shows them, but a Service that gives an address up is stored after its IPAddress
  // went.
  cluster::Duration duplicates = cluster::Duration::seconds(10);
  // IPAddresses without their Service are normal while a request runs, which may take a minute.
  cluster::Duration orphans = cluster::Duration::seconds(60);
  cluster::Duration others = cluster::Duration::seconds(30);

  cluster::Duration of(const std::string& rule) const;
};

enum class FindingStage : std::uint8_t { kSuspected, kConfirmed, kResolved, kWithdrawn };

// "suspected".
std::string_view stage_name(FindingStage stage);

struct TrackedFinding {
  verify::Finding finding;
  FindingStage stage = FindingStage::kSuspected;
  cluster::Instant first_seen;
  cluster::Instant last_seen;
  std::optional<cluster::Instant> confirmed;
  std::optional<cluster::Instant> ended;
  std::uint64_t refuted = 0;  // how often a re-read said otherwise
};

class FindingHistory {
 public:
  explicit FindingHistory(GracePeriods grace = {}, std::size_t most_ended = 1000);

  // The state shows these now. Nothing is to be said while the mirror is out of step.
  void observe(const std::vector<verify::Finding>& current, cluster::Instant now);
  // Suspicions whose grace is over, at most so many: to be read again.
  std::vector<verify::Finding> due(cluster::Instant now, std::size_t most) const;
  void confirm(const verify::Finding& finding, cluster::Instant now);
  void refute(const verify::Finding& finding, cluster::Instant now);

  // Suspected and confirmed ones, then those that ended, the newest first.
  std::vector<TrackedFinding> all() const;
  // Those that were confirmed or resolved since the last call.
  std::vector<TrackedFinding> take_news();
  // By rule, since the start.
  const std::map<std::string, std::uint64_t>& confirmed_total() const { return confirmed_total_; }

 private:
  // A finding is the same while rule, address and objects are; its message and severity may change.
  using Key = std::tuple<std::string, std::string, std::vector<verify::ObjectRef>>;
  struct Entry {
    TrackedFinding tracked;
    cluster::Instant next_try;
    std::uint64_t seen_in = 0;
  };
  static Key key_of(const verify::Finding& finding) {
    return {finding.rule, finding.address, finding.objects};
  }
  void end(TrackedFinding tracked, cluster::Instant now);

  GracePeriods grace_;
  std::size_t most_ended_;
  std::map<Key, Entry> open_;
  std::deque<TrackedFinding> ended_;
  std::vector<TrackedFinding> news_;
  std::map<std::string, std::uint64_t> confirmed_total_;
  std::uint64_t round_ = 0;
};

}  // namespace clusterip::daemon
