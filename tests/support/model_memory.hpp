// The memory of the schedule explorer: what an access of a shared atomic does, and may see. Called by Model
// alone.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace clusterip::test {

// Threads of one run.
inline constexpr std::size_t kMostThreads = 4;
inline constexpr std::uint8_t kNobody = 255;

// One atomic. Its history is kept by the explorer and made by the first store of a run. Who set it up in the
// middle of a run, and when; and when each thread last touched it: as counts of that thread's accesses.
struct ModelCell {
  std::uint64_t value = 0;
  std::int16_t history = -1;
  std::uint8_t born_by = kNobody;
  std::uint16_t born_at = 0;
  std::array<std::uint16_t, kMostThreads> touched{};
};

// Where in the source an access stands.
struct Site {
  const char* file;
  unsigned line;
  const char* function;
};

// A run is on. Outside of runs, while structures are built and checked, accesses are plain.
extern bool g_model_running;

void model_begin_slowly(ModelCell& cell);
void model_end_slowly(ModelCell& cell);
// An atomic's life begins and ends.
inline void model_begin(ModelCell& cell) {
  if (g_model_running) [[unlikely]]
    model_begin_slowly(cell);
}
inline void model_end(ModelCell& cell) {
  if (g_model_running) [[unlikely]]
    model_end_slowly(cell);
}

std::uint64_t model_load(ModelCell& cell, std::memory_order order, const Site& site);
void model_store(ModelCell& cell, std::uint64_t value, std::memory_order order, const Site& site);
// Replaces the value by change(value, operand) and returns what was there.
std::uint64_t model_change(ModelCell& cell, std::uint64_t (*change)(std::uint64_t, std::uint64_t),
                           std::uint64_t operand, std::memory_order order, const Site& site);
// True: was `expected` and is now `wanted`. Else `expected` becomes what was there.
bool model_compare_exchange(ModelCell& cell, std::uint64_t& expected, std::uint64_t wanted,
                            std::memory_order order, const Site& site);
void model_fence(std::memory_order order, const Site& site);
// A full fence in every thread at once, as membarrier makes.
void model_fence_all();
// The thread waits for another one to store something.
void model_pause();

}  // namespace clusterip::test
