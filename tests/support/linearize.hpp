// Whether a recorded history of concurrent calls is linearizable: whether each call can be given one instant
// between its begin and its end so that, in the order of these instants, a plain set answers the same.
//
// The search is exhaustive, so histories are short: explorer runs, or windows cut from long recordings.
// Addresses are small numbers, below 64.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace clusterip::test {

struct Call {
  enum class Kind : std::uint8_t {
    kClaim,      // address -> success
    kRelease,    // address -> success
    kContains,   // address -> success
    kClaimNext,  // [first, last] -> address, or kNone for full
    kFind,       // [first, last] -> a free address, or kNone for full
    kSnapshot,   // [first, last] -> bits
    kClose,      // from here on no address may come out of [first, last] by kAllocate
    kAllocate,   // any of [first, last] while it is not closed -> address; kNone: closed, or full
    // Threads that talk outside of the set, so that the order of their calls is known: one posts, another
    // peeks.
    kPost,
    kPeek,  // -> whether somebody had posted
  };
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};

  Kind kind = Kind::kClaim;
  std::size_t thread = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t first = 0;  // or the address
  std::uint64_t last = 0;
  std::uint64_t result = 0;
  bool disturbed = false;  // see online_check.hpp
};

// What a set of addresses holds between two calls, and the rules of the calls, for online_check.hpp too.
struct SetSpec {
  using Call = test::Call;
  struct State {
    std::uint64_t held = 0;
    bool closed = false;
    bool posted = false;
    friend auto operator<=>(const State&, const State&) = default;
  };
  // Whether the call may take effect now with its result; changes the state if so.
  static bool applies(const Call& call, State& state);
  static bool disturbs(const Call&) { return false; }
};

// `held` are the addresses claimed before the history. A call that never ended has `end` at the maximum: it
// may or may not have taken effect.
bool linearizable(const std::vector<Call>& history, std::uint64_t held);

// The weaker promise that is left where loads may be stale and threads do not talk otherwise: only the order
// of each thread's own calls is kept, in which they stand in the history, and what is held at the end.
bool sequentially_consistent(const std::vector<Call>& history, std::uint64_t held, std::uint64_t held_at_end);

// Remembers what was found of histories that differ in nothing but the clock. For calls of one program.
class Verdicts {
 public:
  explicit Verdicts(std::uint64_t held) : held_(held) {}
  bool linearizable(const std::vector<Call>& history);
  bool sequentially_consistent(const std::vector<Call>& history, std::uint64_t held_at_end);

 private:
  template <class Find>
  bool known(const std::string& key, Find find);
  std::uint64_t held_;
  std::unordered_map<std::string, bool> verdicts_;
};

std::string to_text(const Call& call);
std::string to_text(const std::vector<Call>& history);

}  // namespace clusterip::test
