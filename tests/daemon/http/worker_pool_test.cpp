// The pool grows with the work, up to its limit, and turns away what nobody could take.
#include "daemon/http/worker_pool.hpp"

#include <atomic>
#include <semaphore>

#include <gtest/gtest.h>

namespace clusterip::daemon {
namespace {

TEST(WorkerPool, GrowsWhileAllAreBusy) {
  WorkerPool pool(4, 0);
  std::counting_semaphore<8> begun(0);
  std::counting_semaphore<8> go_on(0);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(pool.run([&] {
      begun.release();
      go_on.acquire();
    }));
  }
  for (int i = 0; i < 4; ++i) begun.acquire();
  EXPECT_EQ(pool.threads(), 4U);
  EXPECT_FALSE(pool.run([] {}));
  go_on.release(4);
  pool.finish();
  EXPECT_EQ(pool.threads(), 0U);
}

TEST(WorkerPool, RunsWhatWaitsInTheQueue) {
  WorkerPool pool(1, 10);
  std::atomic<int> ran{0};
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(pool.run([&] { ++ran; }));
  pool.finish();
  EXPECT_EQ(ran, 10);
  EXPECT_FALSE(pool.run([] {}));
}

}  // namespace
}  // namespace clusterip::daemon
