// SparseSet for the schedule explorer: the addresses 0 to 63 of a zone, in two words, in a table that starts
// so small that the second key replaces it; or 2 to a word and 2 words to a mark, as in the small shape of
// FlatSet, in a table that stays.
#pragma once

#include <utility>
#include <vector>

#include "engine/set/sparse_set.hpp"
#include "tests/support/model_platform.hpp"
#include "tests/support/script.hpp"

namespace clusterip::test {

template <set::Step kDropped, unsigned kAddresses>
class SparseSetRig {
 public:
  using P = Model<kDropped>;
  using Set = set::SparseSet<P, kAddresses>;

  explicit SparseSetRig(const Script& script) {
    for (std::uint64_t a = 0; a < 64; ++a) {
      if (((script.held >> a) & 1U) != 0) static_cast<void>(set_.claim(0, a));
    }
    lines_[0].claiming.store(set::kNoOffset, std::memory_order_seq_cst);
  }
  std::uint64_t answer(std::size_t thread, const Call& call) {
    const set::OffsetSpan span{call.first, call.last};
    switch (call.kind) {
      case Call::Kind::kClaim:
        return set_.claim(thread, call.first) ? 1 : 0;
      case Call::Kind::kRelease:
        return set_.release(thread, call.first) ? 1 : 0;
      case Call::Kind::kContains:
        return set_.contains(thread, call.first) ? 1 : 0;
      case Call::Kind::kFind:
        return set_.find_free(thread, span, call.result).value_or(Call::kNone);
      case Call::Kind::kSnapshot:
        return take_snapshot(thread, span);
      default:
        return set_.claim_next(thread, span, call.result).value_or(Call::kNone);
    }
  }
  std::uint64_t bits() {
    std::uint64_t bits = 0;
    for (std::uint64_t a = 0; a < 64; ++a) bits |= std::uint64_t{set_.contains(0, a)} << a;
    return bits;
  }
  // Every mark tells the truth: without the names of what threads claimed last, which make up for a wrong
  // mark, a search from the first word finds what is free in a later one, or before it.
  std::string at_rest() {
    if (lines_.held()) return "somebody holds who ended";
    for (std::size_t t = 0; t < kThreads; ++t) {
      lines_[t].claiming.store(set::kNoOffset, std::memory_order_seq_cst);
    }
    const std::uint64_t held = bits();
    for (std::uint64_t last = kAddresses - 1; last < 64; last += kAddresses) {
      const std::uint64_t here = ~std::uint64_t{0} >> (63 - last);
      // One more word, so that this one is not looked at as the last of the span.
      const std::uint64_t end = last + kAddresses < 64 && ((held >> (last + 1)) & 1U) != 0 ? last + 1 : last;
      if ((held & here) != here && !set_.find_free(0, {0, end}, 0))
        return "a mark says full where an address is free";
    }
    return "";
  }

 private:
  std::uint64_t take_snapshot(std::size_t thread, const set::OffsetSpan& span) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> image;
    set_.snapshot(thread, span, image);
    std::uint64_t bits = 0;
    for (const auto& [word, held] : image) bits |= held << (word * Set::kBits);
    return bits;
  }
  static constexpr std::size_t kThreads = kAddresses == 32 ? 3 : 4;
  static std::size_t bound() noexcept { return kThreads; }
  set::Lines<P> lines_{kThreads, bound};
  set::ViewFence<P> fence_{kThreads, bound};
  Set set_{lines_, fence_, kAddresses == 32 ? 1 : 16};
};

template <set::Step kDropped>
using SparseRig = SparseSetRig<kDropped, 32>;
// For the scripts of flat sets.
template <set::Step kDropped>
using SparsePairsRig = SparseSetRig<kDropped, 2>;

std::vector<Script> sparse_scripts();

}  // namespace clusterip::test
