// The schedule explorer: runs small concurrent programs over the real templates under every interleaving.
//
// A program is a few threads that share structures built on Model (model_platform.hpp). Each access of a
// shared atomic is a point where another thread may go on. The explorer runs the program again and again,
// depth first over these choices, and asks a check at the end of each run.
//
// Orderly mode: every load sees the last store. Runs that differ only in the order of independent accesses
// are run once (sleep sets), unless the number of preemptions is bounded, which does not go with them. Weak
// mode: a load may also see an older store, as far as C++ allows: every store carries what its thread knew (a
// view), acquire loads and fences pass it on. Stores to one location keep the order in which they ran. This
// contains store buffers (x86) and late loads (Arm), but not loads that see stores of the future.
//
// In both modes a run fails that uses memory which was freed; in weak mode also one that uses memory before
// it was set up, or frees what another thread may be reading, for want of an order in between.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/model_memory.hpp"

namespace clusterip::test {

// One order of one access, or one fence, that can be left out: to show that it is needed.
struct Weakening {
  enum class What : std::uint8_t { kAcquire, kRelease, kFence };
  Weakening(const Site& site, What dropped);
  std::string file;
  unsigned line;
  std::string function;
  What what;
  friend auto operator<=>(const Weakening&, const Weakening&) = default;
};

struct ExploreOptions {
  bool weak = false;
  // Weak mode: leaves this order out.
  const Weakening* weaken = nullptr;
  // Weak mode: collects the orders that runs come by and that can be left out.
  std::set<Weakening>* found = nullptr;
  // How often a thread may be interrupted where it could have gone on; absent: without limit.
  std::optional<unsigned> preemptions = std::nullopt;
  // Weak mode: how many loads of a run may see an older store.
  unsigned stale_loads = 3;
  // This thread stands still after so many of its steps until all others have ended, which they must.
  std::optional<std::size_t> frozen_thread = std::nullopt;
  std::uint64_t frozen_after = 0;
  // Not 0: so many runs of random choices instead, from this seed.
  std::uint64_t random_runs = 0;
  std::uint64_t seed = 1;
  std::uint64_t most_runs = 50'000'000;
  // A thread that takes more steps in one run is taken for one that never ends.
  std::uint64_t most_steps = 5'000;
};

struct ExploreResult {
  std::uint64_t runs = 0;
  bool complete = false;  // every run that the options allow was made
  std::string failure;    // of the first run that failed; empty: none did
  bool ok() const { return complete && failure.empty(); }
};

// What one run is made of. Built anew for each.
struct Program {
  std::vector<std::function<void()>> threads;
  // After all threads ended: an empty text, or what is wrong.
  std::function<std::string()> check;
  // Keeps alive what the functions use.
  std::shared_ptr<void> state;
};

ExploreResult explore(const ExploreOptions& options, const std::function<Program()>& make);

// A clock of the run, for histories: grows with every access.
std::uint64_t explorer_now();
// Where the running thread's call began: at the first access after begin_call.
void explorer_begin_call();
std::uint64_t explorer_call_begin();
// The number of the running thread.
std::size_t explorer_thread();
// Ends the run as failed; for use inside threads.
void explorer_fail(const std::string& what);

}  // namespace clusterip::test
