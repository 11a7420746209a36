// Allocation through many ranges beside allocation through one, over the same addresses and the same fill;
// and what changing many ranges costs.
//
// Two geometries, both of one range, its halves, their halves and so on, so that no place is drawn more often
// than another. "nested": 10.0.0.0/12 and what is inside it, 2^20 addresses: 16,383 ranges use the same words
// and marks as one. The smallest of them have 110 dynamic addresses, so at 90 % many are full by chance.
// "wide": 10.0.0.0/7, 2^25 addresses; none of 16,383 ranges is smaller than 4,096 addresses, and none full.
//
// Three who allocate, in the same run and with the same draws. "floor" draws a range and an address from a
// plain array of spans and sets the bit with one locked instruction, whatever it was: no search, no view of
// the ranges, no answer but a number. "set" draws likewise and asks the set of the engine. "engine" is the
// whole allocator. The fill is that of the dynamic bands, which come first: a tenth of a small range is its
// static band, and 90 % of its addresses would be full bands for many ranges and not for one.
//
// Steady state as in set_bench.cpp, but that the warm-up ends when every address was renewed. The rows of
// full ranges have 14 usable addresses a range. Names: who/what/ranges/fill in tenths of a percent; changes
// have no fill.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/held.hpp"
#include "bench/run.hpp"
#include "engine/alloc/family_allocator.hpp"

namespace clusterip::bench {
namespace {

constexpr std::uint32_t kFirst = 0x0a000000;

struct Geometry {
  const char* name;
  unsigned length;  // of the one range
};
constexpr Geometry kNested{"nested", 12};
constexpr Geometry kWide{"wide", 7};

Cidr cidr_at(std::uint64_t offset, unsigned length) {
  return {Address::v4(static_cast<std::uint32_t>(kFirst + offset)), length};
}

// `count` ranges, one less than a power of two.
std::vector<Cidr> cover(const Geometry& geometry, std::int64_t count) {
  std::vector<Cidr> ranges;
  const std::uint64_t addresses = std::uint64_t{1} << (32 - geometry.length);
  for (unsigned length = geometry.length; length <= 32 && std::ssize(ranges) < count; ++length) {
    for (std::uint64_t at = 0; at < addresses; at += std::uint64_t{1} << (32 - length)) {
      ranges.push_back(cidr_at(at, length));
    }
  }
  return ranges;
}

// How many addresses lie in the dynamic band of a range.
std::uint64_t dynamic_addresses(const Geometry& geometry, const std::vector<Cidr>& ranges) {
  std::vector<bool> dynamic(std::size_t{1} << (32 - geometry.length));
  for (const Cidr& range : ranges) {
    const Span band = *bands_of(range)->dynamic_band();
    const auto first = static_cast<std::int64_t>(low_half(band.first.bits()) - kFirst);
    std::fill_n(dynamic.begin() + first, static_cast<std::int64_t>(low_half(band.size())), true);
  }
  return static_cast<std::uint64_t>(std::count(dynamic.begin(), dynamic.end(), true));
}

class Engine {
 public:
  static constexpr const char* kName = "engine";
  explicit Engine(const std::vector<Cidr>& ranges) {
    std::vector<RangeChange> changes;
    changes.reserve(ranges.size());
    for (const Cidr& range : ranges)
      changes.push_back({.name = "r", .cidr = range, .state = RangeState::kReady});
    allocator_.ranges().apply(changes);
  }
  [[gnu::always_inline]] std::uint32_t take(SeededDraws& draws) {
    const auto outcome = allocate(draws);
    if (const auto* got = std::get_if<Allocation>(&outcome)) [[likely]]
      return static_cast<std::uint32_t>(low_half(got->address.bits()));
    std::fputs("ranges_bench: full where an address is free\n", stderr);
    std::abort();
  }
  [[gnu::always_inline]] AllocateOutcome allocate(SeededDraws& draws) { return allocator_.allocate(draws); }
  void release(std::uint32_t address) { static_cast<void>(allocator_.release(Address::v4(address))); }

 private:
  AddressSet set_;
  FamilyAllocator allocator_{Family::kIPv4, set_};
};

// What the two peers without ranges share: the spans of the bands.
class Spans {
 public:
  explicit Spans(const std::vector<Cidr>& ranges) {
    for (const Cidr& range : ranges) {
      const Bands bands = *bands_of(range);
      const auto first = static_cast<std::uint32_t>(low_half(bands.first.bits()));
      spans_.push_back({first + static_cast<std::uint32_t>(bands.static_size),
                        static_cast<std::uint32_t>(bands.dynamic_size()),
                        static_cast<std::uint32_t>(bands.static_size)});
    }
  }

 protected:
  struct Dynamic {
    std::uint32_t first;
    std::uint32_t size;
    std::uint32_t before;  // the static band
  };
  const Dynamic& draw(SeededDraws& draws) const { return spans_[draws.below(spans_.size())]; }

 private:
  std::vector<Dynamic> spans_;
};

class Floor : Spans {
 public:
  static constexpr const char* kName = "floor";
  explicit Floor(const std::vector<Cidr>& ranges) : Spans(ranges), words_(std::size_t{1} << 19) {}
  [[gnu::always_inline]] std::uint32_t take(SeededDraws& draws) {
    const Dynamic& span = draw(draws);
    const auto at = static_cast<std::uint32_t>(span.first + draws.below(span.size));
    word(at).fetch_or(bit(at), std::memory_order_seq_cst);
    return at;
  }
  void release(std::uint32_t at) { word(at).fetch_and(~bit(at), std::memory_order_seq_cst); }

 private:
  static std::uint64_t bit(std::uint32_t at) { return std::uint64_t{1} << (at % 64); }
  std::atomic<std::uint64_t>& word(std::uint32_t at) { return words_[(at - kFirst) / 64]; }
  std::vector<std::atomic<std::uint64_t>> words_;
};

class Set : Spans {
 public:
  static constexpr const char* kName = "set";
  explicit Set(const std::vector<Cidr>& ranges) : Spans(ranges) {}
  [[gnu::always_inline]] std::uint32_t take(SeededDraws& draws) {
    auto& line = set_.line();
    for (;;) {
      const Dynamic& span = draw(draws);
      const std::uint64_t last = std::uint64_t{span.first} + span.size - 1;
      std::uint64_t got =
          set_.ipv4().claim_next(line, {span.first, last}, span.first + draws.below(span.size));
      if (got == set::kNoOffset && span.before != 0) {
        const std::uint64_t first = span.first - span.before;
        got = set_.ipv4().claim_next(line, {first, span.first - 1}, first + draws.below(span.before));
      }
      if (got != set::kNoOffset) [[likely]]
        return static_cast<std::uint32_t>(got);
    }
  }
  [[gnu::always_inline]] void release(std::uint32_t at) { set_.ipv4().release(set_.line(), at); }

 private:
  AddressSet set_;
};

// One thread in the steady state. The calls are timed apart from the releases that make room for them; or the
// releases are.
template <class Peer>
class Steady {
 public:
  static constexpr std::size_t kBatch = 256;
  struct Turn {
    double releases;
    double takes;
  };
  Steady(const Geometry& geometry, std::int64_t count, std::int64_t permille)
      : Steady(cover(geometry, count), geometry, permille) {}
  Turn turn() {
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < kBatch; ++i) peer_.release(held_.pop());
    const auto between = Clock::now();
    for (std::size_t i = 0; i < kBatch; ++i) held_.push(peer_.take(draws_));
    return {seconds_between(begin, between), seconds_between(between, Clock::now())};
  }
  // Filled and warmed up once for all repetitions, which is what takes long.
  static Steady& of(const Geometry& geometry, std::int64_t count, std::int64_t permille) {
    static std::map<std::tuple<const Geometry*, std::int64_t, std::int64_t>, std::unique_ptr<Steady>> all;
    auto& one = all[{&geometry, count, permille}];
    if (!one) one = std::make_unique<Steady>(geometry, count, permille);
    return *one;
  }

 private:
  Steady(const std::vector<Cidr>& ranges, const Geometry& geometry, std::int64_t permille)
      : Steady(ranges, dynamic_addresses(geometry, ranges), static_cast<std::uint64_t>(permille)) {}
  Steady(const std::vector<Cidr>& ranges, std::uint64_t addresses, std::uint64_t permille)
      : peer_(ranges), held_(addresses * permille / 1000 + kBatch) {
    const std::uint64_t used = addresses * permille / 1000;
    for (std::uint64_t i = 0; i < used; ++i) held_.push(peer_.take(draws_));
    const std::uint64_t most_warm_up = std::min(3 * (addresses - used), used);
    for (std::uint64_t warm = 0; warm < most_warm_up; warm += kBatch) turn();
  }
  Peer peer_;
  SeededDraws draws_{1};
  Held<std::uint32_t> held_;
};

template <class Peer>
void steady(benchmark::State& state, const Geometry& geometry, bool releases) {
  auto& peer = Steady<Peer>::of(geometry, state.range(0), state.range(1));
  // Another repetition has had the caches meanwhile.
  for (int i = 0; i < 400; ++i) peer.turn();
  for ([[maybe_unused]] auto _ : state) {
    const auto turn = peer.turn();
    state.SetIterationTime(releases ? turn.releases : turn.takes);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(peer.kBatch));
}

template <class Peer>
void add_steady(const Geometry& geometry, bool releases) {
  const std::string what = std::string(releases ? "release_" : "allocate_") + geometry.name;
  const auto run = [&geometry, releases](benchmark::State& state) {
    steady<Peer>(state, geometry, releases);
  };
  benchmark::RegisterBenchmark((std::string(Peer::kName) + "/" + what).c_str(), run)
      ->ArgsProduct({{1, 127, 16'383}, {500, 900}})
      ->UseManualTime()
      ->Iterations(2000);
}

// Disjoint ranges of 14 usable addresses, all taken.
struct FullRanges {
  explicit FullRanges(std::int64_t count) : engine(ranges(count)) {
    for (std::int64_t i = 0; i < count * 14; ++i) engine.take(draws);
  }
  static std::vector<Cidr> ranges(std::int64_t count) {
    std::vector<Cidr> ranges;
    for (std::int64_t i = 0; i < count; ++i)
      ranges.push_back(cidr_at(static_cast<std::uint64_t>(i) * 16, 28));
    return ranges;
  }
  Engine engine;
  SeededDraws draws{1};
};

// "Full" asked of ranges that are all full.
void full(benchmark::State& state) {
  FullRanges full(state.range(0));
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(full.engine.allocate(full.draws));
}

// One address is free in all ranges: release it, and ask for any. Items are the pairs.
void last_free(benchmark::State& state) {
  FullRanges full(state.range(0));
  const auto count = static_cast<std::uint64_t>(state.range(0));
  for ([[maybe_unused]] auto _ : state) {
    const auto some =
        static_cast<std::uint32_t>(kFirst + full.draws.below(count) * 16 + 1 + full.draws.below(14));
    full.engine.release(some);
    if (full.engine.take(full.draws) != some) std::abort();
  }
}

// ServiceCIDRs created one by one, each object listing one range.
void create(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    Ranges ranges(Family::kIPv4);
    const auto begin = Clock::now();
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      const Cidr cidr = cidr_at(static_cast<std::uint64_t>(i) * 16, 28);
      static_cast<void>(ranges.put(std::to_string(i), cidr, RangeState::kReady));
    }
    state.SetIterationTime(seconds_between(begin, Clock::now()));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

// Among many ranges one is terminated: the time until nothing comes out through it any more. Nobody else is
// inside a view, so it is that of the change alone.
void terminate(benchmark::State& state) {
  Ranges ranges(Family::kIPv4);
  std::vector<RangeChange> changes;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const Cidr cidr = cidr_at(static_cast<std::uint64_t>(i) * 16, 28);
    changes.push_back({.name = std::to_string(i), .cidr = cidr, .state = RangeState::kReady});
  }
  ranges.apply(changes);
  SeededDraws draws(1);
  for ([[maybe_unused]] auto _ : state) {
    const RangeChange& one = changes[draws.below(changes.size())];
    const auto begin = Clock::now();
    if (!ranges.terminate(one.name)) std::abort();
    state.SetIterationTime(seconds_between(begin, Clock::now()));
    static_cast<void>(ranges.put(one.name, one.cidr, RangeState::kReady));
  }
}

}  // namespace
}  // namespace clusterip::bench

int main(int argc, char** argv) {
  namespace bench = clusterip::bench;
  for (const bench::Geometry* geometry : {&bench::kNested, &bench::kWide}) {
    bench::add_steady<bench::Floor>(*geometry, false);
    bench::add_steady<bench::Set>(*geometry, false);
    bench::add_steady<bench::Engine>(*geometry, false);
    bench::add_steady<bench::Set>(*geometry, true);
    bench::add_steady<bench::Engine>(*geometry, true);
  }
  benchmark::RegisterBenchmark("engine/full", bench::full)->ArgsProduct({{1, 100, 10'000}, {1000}});
  benchmark::RegisterBenchmark("engine/last_free", bench::last_free)->ArgsProduct({{1, 100, 10'000}, {999}});
  const auto changing = [](const char* name, void (*run)(benchmark::State&), std::int64_t iterations) {
    benchmark::RegisterBenchmark(name, run)->Arg(1)->Arg(10'000)->Arg(50'000)->UseManualTime()->Iterations(
        iterations);
  };
  changing("engine/terminate", bench::terminate, 1000);
  changing("engine/create", bench::create, 1);
  return bench::run(argc, argv);
}
