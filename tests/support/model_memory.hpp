// The memory of the schedule explorer: what an access of a shared atomic does, and may see. Called by Model
// alone.
#pragma once

#include <atomic>
#include <cstdint>

namespace clusterip::test {

// One atomic. The history is kept by the explorer and made by the first store of a run.
struct ModelCell {
  std::uint64_t value = 0;
  int history = -1;
};

std::uint64_t model_load(ModelCell& cell, std::memory_order order);
void model_store(ModelCell& cell, std::uint64_t value, std::memory_order order);
// Replaces the value by change(value, operand) and returns what was there.
std::uint64_t model_change(ModelCell& cell, std::uint64_t (*change)(std::uint64_t, std::uint64_t),
                           std::uint64_t operand, std::memory_order order);
// True: was `expected` and is now `wanted`. Else `expected` becomes what was there.
bool model_compare_exchange(ModelCell& cell, std::uint64_t& expected, std::uint64_t wanted,
                            std::memory_order order);
void model_fence(std::memory_order order);
// A full fence in every thread at once, as membarrier makes.
void model_fence_all();
// The thread waits for another one to store something.
void model_pause();

}  // namespace clusterip::test
