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
  };
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};

  Kind kind = Kind::kClaim;
  std::size_t thread = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t first = 0;  // or the address
  std::uint64_t last = 0;
  std::uint64_t result = 0;
};

// `held` are the addresses claimed before the history. A call that never ended has `end` at the maximum: it
// may or may not have taken effect.
bool linearizable(const std::vector<Call>& history, std::uint64_t held);

// The weaker promise that is left where loads may be stale and threads do not talk otherwise: only the order
// of each thread's own calls is kept, in which they stand in the history, and what is held at the end.
bool sequentially_consistent(const std::vector<Call>& history, std::uint64_t held, std::uint64_t held_at_end);

std::string to_text(const std::vector<Call>& history);

}  // namespace clusterip::test
