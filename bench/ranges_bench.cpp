// Allocation through many ranges beside allocation through one, over the same 2^25 addresses and the same
// fill.
//
// "One" is 10.0.0.0/7. "Ten thousand" are its 8,192 ranges of 4,096 addresses and 1,808 larger ones around
// them, so every address lies in several. Steady state as in set_bench.cpp. The rows of full and nearly full
// ranges have 16 addresses a range. Names: what/ranges/fill in tenths of a percent.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/held.hpp"
#include "bench/run.hpp"
#include "engine/alloc/family_allocator.hpp"

namespace clusterip::bench {
namespace {

constexpr std::uint32_t kFirst = 0x0a000000;
constexpr unsigned kLength = 7;
constexpr std::uint64_t kAddresses = std::uint64_t{1} << (32 - kLength);

Cidr cidr_at(std::uint64_t offset, unsigned length) {
  return {Address::v4(static_cast<std::uint32_t>(kFirst + offset)), length};
}

// As many ranges as asked for: the smallest that still cover all addresses, then the larger ones around them.
std::vector<RangeChange> cover(std::int64_t count) {
  std::vector<RangeChange> changes;
  unsigned smallest = kLength;
  while ((std::int64_t{2} << (smallest - kLength)) <= count) ++smallest;
  for (unsigned length = smallest; length >= kLength; --length) {
    for (std::uint64_t at = 0; at < kAddresses; at += std::uint64_t{1} << (32 - length)) {
      if (std::ssize(changes) == count) return changes;
      changes.push_back({.name = "r", .cidr = cidr_at(at, length), .state = RangeState::kReady});
    }
  }
  return changes;
}

Address take(FamilyAllocator& allocator, SeededDraws& draws) {
  const auto outcome = allocator.allocate(draws);
  if (const auto* got = std::get_if<Allocation>(&outcome)) return got->address;
  std::fputs("ranges_bench: full where an address is free\n", stderr);
  std::abort();
}

void allocate(benchmark::State& state) {
  constexpr std::size_t kBatch = 256;
  AddressSet set;
  FamilyAllocator allocator(Family::kIPv4, set);
  allocator.ranges().apply(cover(state.range(0)));
  SeededDraws draws(1);
  const auto used = kAddresses * static_cast<std::uint64_t>(state.range(1)) / 1000;
  Held<Address> held(used + kBatch);
  for (std::uint64_t i = 0; i < used; ++i) held.push(take(allocator, draws));
  const auto turn = [&] {
    for (std::size_t i = 0; i < kBatch; ++i) static_cast<void>(allocator.release(held.pop()));
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < kBatch; ++i) held.push(take(allocator, draws));
    return seconds_between(begin, Clock::now());
  };
  for (std::uint64_t warm = 0; warm < kAddresses / 8; warm += kBatch) turn();
  for ([[maybe_unused]] auto _ : state) state.SetIterationTime(turn());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}

// Disjoint ranges of 14 usable addresses, all taken.
struct FullRanges {
  explicit FullRanges(std::int64_t count) : allocator(Family::kIPv4, set) {
    std::vector<RangeChange> changes;
    for (std::int64_t i = 0; i < count; ++i) {
      changes.push_back({.name = "r",
                         .cidr = cidr_at(static_cast<std::uint64_t>(i) * 16, 28),
                         .state = RangeState::kReady});
    }
    allocator.ranges().apply(changes);
    for (std::int64_t i = 0; i < count * 14; ++i) take(allocator, draws);
  }
  AddressSet set;
  FamilyAllocator allocator;
  SeededDraws draws{1};
};

// "Full" asked of ranges that are all full.
void full(benchmark::State& state) {
  FullRanges full(state.range(0));
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(full.allocator.allocate(full.draws));
}

// One address is free in all ranges: release it, and ask for any. Items are the pairs.
void last_free(benchmark::State& state) {
  FullRanges full(state.range(0));
  const auto count = static_cast<std::uint64_t>(state.range(0));
  for ([[maybe_unused]] auto _ : state) {
    const Address some = Address::v4(
        static_cast<std::uint32_t>(kFirst + full.draws.below(count) * 16 + 1 + full.draws.below(14)));
    static_cast<void>(full.allocator.release(some));
    if (take(full.allocator, full.draws) != some) std::abort();
  }
}

}  // namespace

BENCHMARK(allocate)->ArgsProduct({{1, 100, 10'000}, {500, 900}})->UseManualTime()->Iterations(4000);
BENCHMARK(full)->ArgsProduct({{1, 100, 10'000}, {1000}});
BENCHMARK(last_free)->ArgsProduct({{1, 100, 10'000}, {999}});

}  // namespace clusterip::bench

int main(int argc, char** argv) {
  return clusterip::bench::run(argc, argv);
}
