#include "tests/support/linearize.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <sstream>
#include <tuple>

namespace clusterip::test {
namespace {

using Kind = Call::Kind;
constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

struct State {
  std::uint64_t held = 0;
  bool closed = false;
};

std::uint64_t mask_of(const Call& call) {
  return (~std::uint64_t{0} >> (63 - call.last)) & (~std::uint64_t{0} << call.first);
}

// Whether the call may take effect now with its result; changes the state if so.
bool applies(const Call& call, State& state) {
  const std::uint64_t bit = std::uint64_t{1} << (call.first % 64);
  const bool held = (state.held & bit) != 0;
  switch (call.kind) {
    case Kind::kClaim:
      if ((call.result != 0) == held) return false;
      state.held |= bit;
      return true;
    case Kind::kRelease:
      if ((call.result != 0) != held) return false;
      state.held &= ~bit;
      return true;
    case Kind::kContains:
      return (call.result != 0) == held;
    case Kind::kFind: {
      const std::uint64_t free = ~state.held & mask_of(call);
      return call.result == Call::kNone ? free == 0 : ((free >> call.result) & 1U) != 0;
    }
    case Kind::kSnapshot:
      return call.result == (state.held & mask_of(call));
    case Kind::kClose:
      state.closed = true;
      return true;
    case Kind::kAllocate:
      if (state.closed) return call.result == Call::kNone;
      [[fallthrough]];
    case Kind::kClaimNext: {
      const std::uint64_t free = ~state.held & mask_of(call);
      if (call.result == Call::kNone) return free == 0;
      if (((free >> call.result) & 1U) == 0) return false;
      state.held |= std::uint64_t{1} << call.result;
      return true;
    }
  }
  return false;
}

class Search {
 public:
  Search(const std::vector<Call>& history, std::uint64_t held, std::optional<std::uint64_t> at_end)
      : history_(history), held_(held), at_end_(at_end), by_time_(!at_end) {}

  bool run() { return extend(0, {held_, false}); }

 private:
  bool extend(std::uint64_t done, State state) {
    const std::uint64_t all =
        history_.size() == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << history_.size()) - 1;
    // The next to take effect must have begun before any other unfinished call ended.
    std::uint64_t earliest_end = kNever;
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (((done >> i) & 1U) == 0) earliest_end = std::min(earliest_end, history_[i].end);
    }
    if (done == all || (by_time_ && earliest_end == kNever)) return !at_end_ || *at_end_ == state.held;
    if (!seen_.insert({done, state.held, state.closed}).second) return false;
    unsigned blocked = 0;  // threads with an earlier call not yet done
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (((done >> i) & 1U) != 0) continue;
      if (by_time_ && history_[i].begin > earliest_end) continue;
      if (!by_time_ && ((blocked >> history_[i].thread) & 1U) != 0) continue;
      blocked |= 1U << history_[i].thread;
      State next = state;
      if (applies(history_[i], next) && extend(done | (std::uint64_t{1} << i), next)) return true;
    }
    return false;
  }

  const std::vector<Call>& history_;
  std::uint64_t held_;
  std::optional<std::uint64_t> at_end_;
  bool by_time_;
  std::set<std::tuple<std::uint64_t, std::uint64_t, bool>> seen_;
};

}  // namespace

bool linearizable(const std::vector<Call>& history, std::uint64_t held) {
  return Search(history, held, std::nullopt).run();
}

bool sequentially_consistent(const std::vector<Call>& history, std::uint64_t held,
                             std::uint64_t held_at_end) {
  return Search(history, held, held_at_end).run();
}

std::string to_text(const std::vector<Call>& history) {
  static const char* const kNames[] = {"claim", "release",  "contains", "claim_next",
                                       "find",  "snapshot", "close",    "allocate"};
  std::ostringstream text;
  for (const Call& call : history) {
    text << "[" << call.begin << ", " << call.end << "] " << kNames[static_cast<int>(call.kind)] << " "
         << call.first << ".." << call.last << " -> ";
    if (call.result == Call::kNone) {
      text << "none\n";
    } else {
      text << call.result << "\n";
    }
  }
  return text.str();
}

}  // namespace clusterip::test
