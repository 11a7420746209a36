// Where a SparseTable keeps its slots.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "engine/set/demand_zero.hpp"
#include "engine/set/platform.hpp"

namespace clusterip::set {

// For tests: a plain array.
template <class P, class Slot>
class SlotMemory {
 public:
  explicit SlotMemory(std::size_t count) : slots_(new Slot[count]) {}
  Slot& operator[](std::size_t index) const noexcept { return slots_[index]; }

 private:
  std::unique_ptr<Slot[]> slots_;
};

// Small tables lie on the heap, among others. A larger one gets zero pages of its own, which go back to the
// system with it, and huge ones if it may fill some: nearly every claim touches a page that no near cache
// knows, and a growing set touches a new table all over.
template <class Slot>
class SlotMemory<Native, Slot> {
 public:
  explicit SlotMemory(std::size_t count) {
    const std::size_t size = count * sizeof(Slot);
    if (size < kOwnPages) {
      small_.reset(new Slot[count]);
      slots_ = small_.get();
    } else {
      // All bits 0 is a slot as it is made.
      slots_ = reinterpret_cast<Slot*>(
          large_.emplace(size, size < kHugePages ? Pages::kSmall : Pages::kHuge).data());
    }
  }
  Slot& operator[](std::size_t index) const noexcept { return slots_[index]; }

 private:
  static constexpr std::size_t kOwnPages = std::size_t{1} << 17;
  static constexpr std::size_t kHugePages = std::size_t{1} << 20;
  Slot* slots_ = nullptr;
  std::unique_ptr<Slot[]> small_;
  std::optional<DemandZero> large_;
};

}  // namespace clusterip::set
