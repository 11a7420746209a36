// Random draws for the benchmarks: one multiply a draw, so that the draw does not hide what is measured.
#pragma once

#include <cstdint>

namespace clusterip::bench {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 2 + 1) {}

  std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    const std::uint64_t mixed = (state_ ^ (state_ >> 30)) * 0xbf58476d1ce4e5b9U;
    return mixed ^ (mixed >> 32);
  }
  // Below `bound`, which is at most 2^32.
  std::uint64_t below(std::uint64_t bound) noexcept { return ((next() >> 32) * bound) >> 32; }

 private:
  std::uint64_t state_;
};

}  // namespace clusterip::bench
