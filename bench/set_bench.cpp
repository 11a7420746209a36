// The set against its peers, in the same run: claim, release, look-up, and claim_next in the steady state.
//
// Steady state: the oldest of my addresses is released and another is taken, after a warm-up of three times
// the free ones. "Random start, next free" clusters, so a freshly shuffled bitmap would be too kind. Calls
// are timed in batches, without the releases between them. Names: peer/what/log2 of the size/fill in tenths
// of a percent/threads.
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/peers/peers.hpp"
#include "bench/run.hpp"

namespace clusterip::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_between(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

// The addresses that one thread holds, oldest first.
class Held {
 public:
  explicit Held(std::size_t capacity) : ring_(capacity) {}
  void push(std::uint64_t offset) { ring_[(begin_ + count_++) % ring_.size()] = offset; }
  std::uint64_t pop() {
    const std::uint64_t offset = ring_[begin_];
    begin_ = (begin_ + 1) % ring_.size();
    --count_;
    return offset;
  }

 private:
  std::vector<std::uint64_t> ring_;
  std::size_t begin_ = 0;
  std::size_t count_ = 0;
};

struct Load {
  std::uint64_t size;
  std::uint64_t used;
  std::size_t batch;
};

Load load_of(const benchmark::State& state) {
  const std::uint64_t size = std::uint64_t{1} << state.range(0);
  const auto permille = static_cast<std::uint64_t>(state.range(1));
  // Few are free when nearly full: a large batch of releases would empty it noticeably.
  return {size, size * permille / 1000, permille >= 999 ? std::size_t{64} : std::size_t{256}};
}

template <class Peer>
Held fill(Peer& peer, const Load& load, std::uint64_t used, Random& random) {
  Held held(used + load.batch);
  for (std::uint64_t i = 0; i < used; ++i) held.push(peer.claim_next(random.below(load.size)));
  return held;
}

// One thread, calls timed apart from the releases that make room for them.
template <class Peer>
void claim_next(benchmark::State& state) {
  const Load load = load_of(state);
  Peer peer(load.size);
  Random random(1);
  Held held = fill(peer, load, load.used, random);
  const auto turn = [&] {
    for (std::size_t i = 0; i < load.batch; ++i) peer.release(held.pop());
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < load.batch; ++i) held.push(peer.claim_next(random.below(load.size)));
    return seconds_between(begin, Clock::now());
  };
  for (std::uint64_t warm = 0; warm < 3 * (load.size - load.used); warm += load.batch) turn();
  for (auto _ : state) state.SetIterationTime(turn());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(load.batch));
}

// All threads release and take at once, each among its own addresses; items are pairs of the two calls.
template <class Peer>
void pairs(benchmark::State& state) {
  static std::unique_ptr<Peer> peer;
  static std::atomic<std::uint64_t> warm_threads;
  const Load load = load_of(state);
  const auto threads = static_cast<std::uint64_t>(state.threads());
  if (state.thread_index() == 0) {
    peer = std::make_unique<Peer>(load.size);
    warm_threads = 0;
  }
  Random random(static_cast<std::uint64_t>(state.thread_index()) + 1);
  std::unique_ptr<Held> held;
  for (auto _ : state) {
    if (held == nullptr) {
      state.PauseTiming();
      held = std::make_unique<Held>(fill(*peer, load, load.used / threads, random));
      for (std::uint64_t warm = 0; warm < 3 * (load.size - load.used) / threads; ++warm) {
        peer->release(held->pop());
        held->push(peer->claim_next(random.below(load.size)));
      }
      // Nobody is timed against a thread that still warms up.
      warm_threads.fetch_add(1);
      while (warm_threads.load() < threads) std::this_thread::yield();
      state.ResumeTiming();
    }
    for (std::size_t i = 0; i < 256; ++i) {
      peer->release(held->pop());
      held->push(peer->claim_next(random.below(load.size)));
    }
  }
  state.SetItemsProcessed(state.iterations() * 256);
}

// "Full" asked of a full set.
template <class Peer>
void full(benchmark::State& state) {
  const Load load = load_of(state);
  Peer peer(load.size);
  for (std::uint64_t offset = 0; offset < load.size; ++offset) peer.claim(offset);
  Random random(1);
  for (auto _ : state) benchmark::DoNotOptimize(peer.claim_next(random.below(load.size)));
}

enum class Call { kClaim, kRelease, kContains };

// Calls that name the offset: claims of free ones, releases of claimed ones, look-ups of either.
template <class Peer, Call kCall>
void named(benchmark::State& state) {
  const Load load = load_of(state);
  Peer peer(load.size);
  Random random(1);
  std::vector<std::uint64_t> offsets(256);
  const auto each = [&](auto call) {
    const auto begin = Clock::now();
    for (const std::uint64_t offset : offsets) benchmark::DoNotOptimize(call(offset));
    return seconds_between(begin, Clock::now());
  };
  for (auto _ : state) {
    for (auto& offset : offsets) offset = random.below(load.size);
    if constexpr (kCall == Call::kContains) {
      state.SetIterationTime(each([&](std::uint64_t offset) { return peer.contains(offset); }));
    } else {
      const double claims = each([&](std::uint64_t offset) { return peer.claim(offset); });
      const double releases = each([&](std::uint64_t offset) { return peer.release(offset); });
      state.SetIterationTime(kCall == Call::kClaim ? claims : releases);
    }
  }
  state.SetItemsProcessed(state.iterations() * 256);
}

template <class Peer>
void add(const std::string& what, void (*run)(benchmark::State&), std::vector<std::int64_t> bits,
         std::vector<std::int64_t> fills, int threads, bool manual) {
  auto* made = benchmark::RegisterBenchmark((std::string(Peer::kName) + "/" + what).c_str(), run);
  made->ArgsProduct({std::move(bits), std::move(fills)});
  if (threads > 1) made->Threads(threads);
  manual ? made->UseManualTime() : made->UseRealTime();
}

template <class Peer>
void add_peer(bool large) {
  std::vector<std::int64_t> bits{20};
  if (large) bits.push_back(24);
  add<Peer>("claim_next", claim_next<Peer>, bits, {500, 900, 990, 999}, 1, true);
  add<Peer>("claim", named<Peer, Call::kClaim>, {20}, {0}, 1, true);
  add<Peer>("release", named<Peer, Call::kRelease>, {20}, {0}, 1, true);
  add<Peer>("contains", named<Peer, Call::kContains>, {20}, {0}, 1, true);
  add<Peer>("pairs", pairs<Peer>, {20}, {500, 990}, 1, false);
  add<Peer>("pairs", pairs<Peer>, {20}, {500, 990}, 2, false);
}

}  // namespace
}  // namespace clusterip::bench

int main(int argc, char** argv) {
  namespace bench = clusterip::bench;
  bench::add_peer<bench::Floor>(true);
  bench::add_peer<bench::Engine>(true);
  bench::add_peer<bench::SpinlockedTree>(true);
  bench::add_peer<bench::MutexBitset>(false);
  bench::add_peer<bench::MutexOrderedSet>(false);
  bench::add<bench::Engine>("full", bench::full<bench::Engine>, {20}, {1000}, 1, false);
  bench::add<bench::SpinlockedTree>("full", bench::full<bench::SpinlockedTree>, {20}, {1000}, 1, false);
  bench::add<bench::MutexBitset>("full", bench::full<bench::MutexBitset>, {20}, {1000}, 1, false);
  return bench::run(argc, argv);
}
