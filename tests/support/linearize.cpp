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
using State = SetSpec::State;
constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

std::uint64_t mask_of(const Call& call) {
  return (~std::uint64_t{0} >> (63 - call.last)) & (~std::uint64_t{0} << call.first);
}

class Search {
 public:
  Search(const std::vector<Call>& history, std::uint64_t held, std::optional<std::uint64_t> at_end)
      : history_(history), held_(held), at_end_(at_end), by_time_(!at_end) {}

  bool run() { return extend(0, {held_, false, false}); }

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
    if (!seen_.insert({done, state}).second) return false;
    unsigned blocked = 0;  // threads with an earlier call not yet done
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (((done >> i) & 1U) != 0) continue;
      if (by_time_ && history_[i].begin > earliest_end) continue;
      if (!by_time_ && ((blocked >> history_[i].thread) & 1U) != 0) continue;
      blocked |= 1U << history_[i].thread;
      State next = state;
      if (SetSpec::applies(history_[i], next) && extend(done | (std::uint64_t{1} << i), next)) return true;
    }
    return false;
  }

  const std::vector<Call>& history_;
  std::uint64_t held_;
  std::optional<std::uint64_t> at_end_;
  bool by_time_;
  std::set<std::tuple<std::uint64_t, State>> seen_;
};

void append_number(std::string& key, std::uint64_t number) {
  key.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

// Thread and result of each call in turn; the rest of a call follows from its place among the calls of its
// thread.
void append_calls(std::string& key, const std::vector<Call>& history) {
  for (const Call& call : history) {
    key.push_back(static_cast<char>(call.thread));
    append_number(key, call.result);
  }
}

// How the begins and ends follow each other.
void append_order(std::string& key, const std::vector<Call>& history) {
  std::vector<std::uint64_t> times;
  for (const Call& call : history) times.insert(times.end(), {call.begin, call.end});
  std::sort(times.begin(), times.end());
  const auto rank = [&](std::uint64_t time) {
    return static_cast<char>(std::lower_bound(times.begin(), times.end(), time) - times.begin());
  };
  for (const Call& call : history) {
    key.push_back(rank(call.begin));
    key.push_back(rank(call.end));
  }
}

}  // namespace

template <class Find>
bool Verdicts::known(const std::string& key, Find find) {
  const auto at = verdicts_.find(key);
  if (at != verdicts_.end()) return at->second;
  constexpr std::size_t kMost = 1'000'000;
  if (verdicts_.size() == kMost) verdicts_.clear();
  return verdicts_.emplace(key, find()).first->second;
}

bool Verdicts::linearizable(const std::vector<Call>& history) {
  std::string key;
  append_calls(key, history);
  append_order(key, history);
  return known(key, [&] { return test::linearizable(history, held_); });
}

bool Verdicts::sequentially_consistent(const std::vector<Call>& history, std::uint64_t held_at_end) {
  std::string key;
  append_calls(key, history);
  append_number(key, held_at_end);
  return known(key, [&] { return test::sequentially_consistent(history, held_, held_at_end); });
}

bool SetSpec::applies(const Call& call, State& state) {
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
    case Kind::kPost:
      state.posted = true;
      return true;
    case Kind::kPeek:
      return (call.result != 0) == state.posted;
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

bool linearizable(const std::vector<Call>& history, std::uint64_t held) {
  return Search(history, held, std::nullopt).run();
}

bool sequentially_consistent(const std::vector<Call>& history, std::uint64_t held,
                             std::uint64_t held_at_end) {
  return Search(history, held, held_at_end).run();
}

std::string to_text(const Call& call) {
  static const char* const kNames[] = {"claim",    "release", "contains", "claim_next", "find",
                                       "snapshot", "close",   "allocate", "post",       "peek"};
  std::ostringstream text;
  text << "[" << call.begin << ", " << call.end << "] " << kNames[static_cast<int>(call.kind)] << " "
       << call.first << ".." << call.last << " -> ";
  if (call.result == Call::kNone) {
    text << "none";
  } else {
    text << call.result;
  }
  return text.str();
}

std::string to_text(const std::vector<Call>& history) {
  std::string text;
  for (const Call& call : history) text += to_text(call) + "\n";
  return text;
}

}  // namespace clusterip::test
