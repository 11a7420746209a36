// A million random addresses of one /64: what a claim costs, what an address takes, and whether churn over
// ever new regions grows. The peer is the ordered set of a textbook behind a mutex.
//
// Bytes are what operator new gave out and did not get back, counted here; the counter "bytes" is a held
// address. Names: what/addresses.
#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <mutex>
#include <new>
#include <set>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/held.hpp"
#include "bench/run.hpp"
#include "engine/alloc/draws.hpp"
#include "engine/set/address_set.hpp"

namespace {

std::atomic<std::int64_t> g_bytes{0};

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  g_bytes.fetch_add(static_cast<std::int64_t>(malloc_usable_size(memory)), std::memory_order_relaxed);
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  g_bytes.fetch_sub(static_cast<std::int64_t>(malloc_usable_size(memory)), std::memory_order_relaxed);
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace clusterip::bench {
namespace {

constexpr std::uint64_t kZone = 0xfd00000000000000U;

struct Engine {
  bool claim(std::uint64_t offset) { return set.claim(Address::v6(kZone, offset)); }
  bool release(std::uint64_t offset) { return set.release(Address::v6(kZone, offset)); }
  bool contains(std::uint64_t offset) { return set.contains(Address::v6(kZone, offset)); }
  AddressSet set;
};

struct MutexOrderedSet {
  bool claim(std::uint64_t offset) {
    const std::lock_guard guard(mutex);
    return set.insert(offset).second;
  }
  bool release(std::uint64_t offset) {
    const std::lock_guard guard(mutex);
    return set.erase(offset) == 1;
  }
  bool contains(std::uint64_t offset) {
    const std::lock_guard guard(mutex);
    return set.contains(offset);
  }
  std::set<std::uint64_t> set;
  std::mutex mutex;
};

// An address each from empty to full size; the time is that of the whole filling, growth included.
template <class Peer>
void claim(benchmark::State& state) {
  const auto count = static_cast<std::uint64_t>(state.range(0));
  double bytes = 0;
  for (auto _ : state) {
    const auto peer = std::make_unique<Peer>();
    SeededDraws draws(1);
    const std::int64_t before = g_bytes.load();
    const auto begin = Clock::now();
    for (std::uint64_t i = 0; i < count; ++i) benchmark::DoNotOptimize(peer->claim(draws.next()));
    state.SetIterationTime(seconds_between(begin, Clock::now()));
    bytes = static_cast<double>(g_bytes.load() - before);
  }
  state.counters["bytes"] = bytes / static_cast<double>(count);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

// The oldest is released and another, never seen before, is claimed. "bytes" is the most that was ever held.
template <class Peer>
void churn(benchmark::State& state) {
  const auto count = static_cast<std::uint64_t>(state.range(0));
  const std::int64_t before = g_bytes.load();
  const auto peer = std::make_unique<Peer>();
  SeededDraws draws(1);
  Held<std::uint64_t> held(count + 1);
  const std::int64_t ring = static_cast<std::int64_t>((count + 1) * sizeof(std::uint64_t));
  const auto claim_one = [&] {
    const std::uint64_t offset = draws.next();
    benchmark::DoNotOptimize(peer->claim(offset));
    held.push(offset);
  };
  for (std::uint64_t i = 0; i < count; ++i) claim_one();
  std::int64_t most = 0;
  for (auto _ : state) {
    for (int i = 0; i < 256; ++i) {
      benchmark::DoNotOptimize(peer->release(held.pop()));
      claim_one();
    }
    most = std::max(most, g_bytes.load(std::memory_order_relaxed) - before - ring);
  }
  state.counters["bytes"] = static_cast<double>(most) / static_cast<double>(count);
  state.SetItemsProcessed(state.iterations() * 256);
}

}  // namespace

BENCHMARK(claim<Engine>)->Name("engine/ipv6_claim")->Arg(1 << 20)->UseManualTime();
BENCHMARK(claim<MutexOrderedSet>)->Name("mutex_std_set/ipv6_claim")->Arg(1 << 20)->UseManualTime();
BENCHMARK(churn<Engine>)->Name("engine/ipv6_churn")->Arg(1 << 20)->MinTime(2);
BENCHMARK(churn<MutexOrderedSet>)->Name("mutex_std_set/ipv6_churn")->Arg(1 << 20);

}  // namespace clusterip::bench

int main(int argc, char** argv) {
  return clusterip::bench::run(argc, argv);
}
