// The hot path takes no memory and no lock: operator new and pthread_mutex_lock are replaced here and count.
#include <atomic>
#include <cstdlib>
#include <dlfcn.h>
#include <new>
#include <pthread.h>

#include <gtest/gtest.h>

#include "engine/alloc/family_allocator.hpp"
#include "engine/net/text.hpp"

namespace {

std::atomic<std::uint64_t> g_allocations{0};
std::atomic<std::uint64_t> g_locks{0};

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  g_allocations.fetch_add(1);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) {
  static const auto kReal =
      reinterpret_cast<int (*)(pthread_mutex_t*)>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  g_locks.fetch_add(1);
  return kReal(mutex);
}

namespace clusterip {
namespace {

TEST(HotPath, NeitherAllocatesNorLocks) {
  AddressSet set;
  FamilyAllocator allocator(Family::kIPv4, set);
  ASSERT_FALSE(allocator.ranges().put("a", *read_cidr("10.0.0.0/22"), RangeState::kReady));
  SeededDraws draws(1);
  ASSERT_EQ(allocator.allocate(draws).index(), 0U);
  const std::uint64_t allocations = g_allocations.load();
  const std::uint64_t locks = g_locks.load();
  std::uint64_t full = 0;
  for (int i = 0; i < 50'000; ++i) {
    full += allocator.allocate(draws).index();
    const Address some = Address::v4(static_cast<std::uint32_t>(0x0a000000 + draws.below(1024)));
    if (i % 3 != 0) static_cast<void>(allocator.release(some));
    static_cast<void>(allocator.allocate(some));
    static_cast<void>(allocator.contains(some));
  }
  EXPECT_EQ(g_allocations.load(), allocations);
  EXPECT_EQ(g_locks.load(), locks);
  EXPECT_GT(full, 0U);  // the exact answer was among them
}

}  // namespace
}  // namespace clusterip
