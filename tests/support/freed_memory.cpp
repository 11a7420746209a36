#include "tests/support/freed_memory.hpp"

#include <cstddef>
#include <cstdlib>
#include <malloc.h>
#include <new>

#include "tests/support/model_memory.hpp"

namespace clusterip::test {

std::size_t g_freed_blocks = 0;

namespace {

// Plain arrays, since this is called from operator delete.
struct Block {
  char* first;
  char* end;
};
constexpr std::size_t kMostBlocks = 64;
constexpr std::size_t kMostAtomics = 4096;
Block g_blocks[kMostBlocks];
const char* g_atomics[kMostAtomics];
std::size_t g_atomic_count = 0;

// Whether the block is kept.
bool keep(void* memory) {
  auto* first = static_cast<char*>(memory);
  char* end = first + malloc_usable_size(memory);
  std::size_t others = 0;
  for (std::size_t i = 0; i < g_atomic_count; ++i) {
    if (g_atomics[i] < first || g_atomics[i] >= end) g_atomics[others++] = g_atomics[i];
  }
  const bool holds_atomics = others != g_atomic_count;
  g_atomic_count = others;
  if (!holds_atomics) return false;
  if (g_freed_blocks == kMostBlocks) std::abort();
  g_blocks[g_freed_blocks++] = {first, end};
  return true;
}

void give_back(void* memory) {
  if (g_model_running && g_atomic_count != 0 && memory != nullptr && keep(memory)) return;
  std::free(memory);
}

void* take(std::size_t size, std::size_t alignment) {
  void* memory = alignment <= alignof(std::max_align_t)
                     ? std::malloc(size)
                     : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void freed_note(const void* atomic) {
  if (g_atomic_count == kMostAtomics) std::abort();
  g_atomics[g_atomic_count++] = static_cast<const char*>(atomic);
}

bool freed_block_holds(const void* atomic) {
  const auto* at = static_cast<const char*>(atomic);
  for (std::size_t i = 0; i < g_freed_blocks; ++i) {
    if (at >= g_blocks[i].first && at < g_blocks[i].end) return true;
  }
  return false;
}

void freed_clear() {
  for (std::size_t i = 0; i < g_freed_blocks; ++i) std::free(g_blocks[i].first);
  g_freed_blocks = 0;
  g_atomic_count = 0;
}

}  // namespace clusterip::test

[[gnu::noinline]] void* operator new(std::size_t size) {
  return clusterip::test::take(size, 1);
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  return clusterip::test::take(size, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  clusterip::test::give_back(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  clusterip::test::give_back(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
  clusterip::test::give_back(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  clusterip::test::give_back(memory);
}
// The library's forms for arrays come here by themselves, but a sanitizer's do not.
[[gnu::noinline]] void* operator new[](std::size_t size) {
  return clusterip::test::take(size, 1);
}
[[gnu::noinline]] void* operator new[](std::size_t size, std::align_val_t alignment) {
  return clusterip::test::take(size, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void operator delete[](void* memory) noexcept {
  clusterip::test::give_back(memory);
}
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept {
  clusterip::test::give_back(memory);
}
[[gnu::noinline]] void operator delete[](void* memory, std::align_val_t) noexcept {
  clusterip::test::give_back(memory);
}
[[gnu::noinline]] void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  clusterip::test::give_back(memory);
}
