// A million random addresses of one /64: what filling costs, growth included, what calls cost once it is
// filled, what an address takes, and whether churn over ever new regions grows.
//
// The peers are the ordered and the hashed set of a textbook, each behind a mutex, and a floor: a random draw
// and one locked instruction on a random word of a table as large as the engine's. The floor's memory has the
// pages that the engine's has, huge ones where the system gives them. Several of its calls are under way at
// once; "one_by_one" is the floor without that.
//
// Bytes are resident memory, as the kernel counts it; the counter "bytes" is a held address. Steady: batches
// of releases of the oldest, then of claims of addresses never seen before, each timed apart; so the claims
// include the tables that dead keys cost. Names: peer/what/addresses.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unistd.h>
#include <unordered_set>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/held.hpp"
#include "bench/run.hpp"
#include "engine/alloc/draws.hpp"
#include "engine/set/address_set.hpp"
#include "engine/set/demand_zero.hpp"

namespace clusterip::bench {
namespace {

constexpr std::uint64_t kZone = 0xfd00000000000000U;

std::int64_t resident_bytes() {
  long all = 0;
  long resident = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%ld %ld", &all, &resident) != 2) std::abort();
  std::fclose(file);
  return resident * sysconf(_SC_PAGESIZE);
}

class Engine {
 public:
  static constexpr const char* kName = "engine";
  explicit Engine(std::uint64_t /*count*/) {}
  bool claim(std::uint64_t offset) { return set_.claim(Address::v6(kZone, offset)); }
  bool release(std::uint64_t offset) { return set_.release(Address::v6(kZone, offset)); }
  bool contains(std::uint64_t offset) { return set_.contains(Address::v6(kZone, offset)); }

 private:
  AddressSet set_;
};

class Floor {
 public:
  static constexpr const char* kName = "floor";
  explicit Floor(std::uint64_t count) : slots_(count * 3 / 2), memory_(slots_ * kSlot, set::Pages::kHuge) {}
  bool claim(std::uint64_t offset) {
    return (word(offset).fetch_or(bit(offset), std::memory_order_seq_cst) & bit(offset)) == 0;
  }
  bool release(std::uint64_t offset) {
    return (word(offset).fetch_and(~bit(offset), std::memory_order_seq_cst) & bit(offset)) != 0;
  }
  bool contains(std::uint64_t offset) {
    return (word(offset).load(std::memory_order_seq_cst) & bit(offset)) != 0;
  }

 private:
  static constexpr std::size_t kSlot = 16;
  static std::uint64_t bit(std::uint64_t offset) { return std::uint64_t{1} << (offset % 64); }
  std::atomic<std::uint64_t>& word(std::uint64_t offset) {
    const std::size_t slot = high_half(Uint128{offset} * slots_);
    return *reinterpret_cast<std::atomic<std::uint64_t>*>(memory_.data() + slot * kSlot);
  }
  std::size_t slots_;
  set::DemandZero memory_;
};

// The floor, but that no call knows its place before the call before has its word: what a look-up costs that
// ends with a branch on what it found, which nobody can predict.
class OneByOne {
 public:
  static constexpr const char* kName = "one_by_one";
  explicit OneByOne(std::uint64_t count) : floor_(count) {}
  bool claim(std::uint64_t offset) { return last_ = floor_.claim(offset ^ std::uint64_t{last_}); }
  bool release(std::uint64_t offset) { return last_ = floor_.release(offset ^ std::uint64_t{last_}); }
  bool contains(std::uint64_t offset) { return last_ = floor_.contains(offset ^ std::uint64_t{last_}); }

 private:
  Floor floor_;
  bool last_ = false;
};

template <class Set>
class Locked {
 public:
  explicit Locked(std::uint64_t /*count*/) {}
  bool claim(std::uint64_t offset) {
    const std::lock_guard guard(mutex_);
    return set_.insert(offset).second;
  }
  bool release(std::uint64_t offset) {
    const std::lock_guard guard(mutex_);
    return set_.erase(offset) == 1;
  }
  bool contains(std::uint64_t offset) {
    const std::lock_guard guard(mutex_);
    return set_.contains(offset);
  }

 private:
  Set set_;
  std::mutex mutex_;
};

class MutexOrderedSet : public Locked<std::set<std::uint64_t>> {
 public:
  static constexpr const char* kName = "mutex_std_set";
  using Locked::Locked;
};
class MutexHashedSet : public Locked<std::unordered_set<std::uint64_t>> {
 public:
  static constexpr const char* kName = "mutex_unordered_set";
  using Locked::Locked;
};

// From empty to full size.
template <class Peer>
void fill(benchmark::State& state) {
  const auto count = static_cast<std::uint64_t>(state.range(0));
  double bytes = 0;
  for (auto _ : state) {
    malloc_trim(0);
    const std::int64_t before = resident_bytes();
    const auto peer = std::make_unique<Peer>(count);
    SeededDraws draws(1);
    const auto begin = Clock::now();
    for (std::uint64_t i = 0; i < count; ++i) benchmark::DoNotOptimize(peer->claim(draws.next()));
    state.SetIterationTime(seconds_between(begin, Clock::now()));
    bytes = static_cast<double>(resident_bytes() - before);
  }
  state.counters["bytes"] = bytes / static_cast<double>(count);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

enum class Call { kClaim, kRelease, kContains };

// "bytes" is the most that was ever held. Looks every batch, which takes no part in the time.
template <class Peer, Call kCall>
void steady(benchmark::State& state) {
  constexpr std::size_t kBatch = 4096;
  const auto count = static_cast<std::uint64_t>(state.range(0));
  Held<std::uint64_t> held(count + kBatch);
  for (std::uint64_t i = 0; i < count + kBatch; ++i) held.push(0);
  malloc_trim(0);
  const std::int64_t before = resident_bytes();
  const auto peer = std::make_unique<Peer>(count);
  SeededDraws draws(1);
  const auto claim_one = [&] {
    const std::uint64_t offset = draws.next();
    benchmark::DoNotOptimize(peer->claim(offset));
    held.push(offset);
  };
  for (std::uint64_t i = 0; i < count + kBatch; ++i) claim_one();
  std::int64_t most = 0;
  for (auto _ : state) {
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < kBatch; ++i) benchmark::DoNotOptimize(peer->release(held.pop()));
    const auto released = Clock::now();
    for (std::size_t i = 0; i < kBatch; ++i) claim_one();
    const auto claimed = Clock::now();
    if constexpr (kCall == Call::kContains) {
      for (std::size_t i = 0; i < kBatch; ++i) benchmark::DoNotOptimize(peer->contains(draws.next()));
    }
    const double times[] = {seconds_between(released, claimed), seconds_between(begin, released),
                            seconds_between(claimed, Clock::now())};
    state.SetIterationTime(times[static_cast<std::size_t>(kCall)]);
    most = std::max(most, resident_bytes() - before);
  }
  state.counters["bytes"] = static_cast<double>(most) / static_cast<double>(count);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}

template <class Peer>
void add_peer() {
  const auto add = [](const char* what, void (*run)(benchmark::State&), std::int64_t iterations) {
    benchmark::RegisterBenchmark((std::string(Peer::kName) + "/" + what).c_str(), run)
        ->Arg(1 << 20)
        ->UseManualTime()
        ->Iterations(iterations);
  };
  // As many batches of claims as renew every address twice.
  constexpr std::int64_t kBatches = 512;
  add("ipv6_fill", fill<Peer>, 3);
  add("ipv6_steady_claim", steady<Peer, Call::kClaim>, kBatches);
  add("ipv6_steady_release", steady<Peer, Call::kRelease>, kBatches);
  add("ipv6_steady_contains", steady<Peer, Call::kContains>, kBatches);
}

}  // namespace
}  // namespace clusterip::bench

int main(int argc, char** argv) {
  namespace bench = clusterip::bench;
  bench::add_peer<bench::Floor>();
  bench::add_peer<bench::OneByOne>();
  bench::add_peer<bench::Engine>();
  bench::add_peer<bench::MutexHashedSet>();
  bench::add_peer<bench::MutexOrderedSet>();
  return bench::run(argc, argv);
}
