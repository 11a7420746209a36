// kill -9 under load, again and again: what was acknowledged is there, what is there is whole, nothing leaks.
// CLUSTERIP_CRASHES sets how many times; the long part asks for more.
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/daemon/serve/crash_loop.hpp"

namespace clusterip::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Crash, LosesNothingAcknowledgedAndLeaksNothing) {
  const char* asked = std::getenv("CLUSTERIP_CRASHES");
  const CrashReport report = run_crash_loop("clusteripd", asked == nullptr ? 50 : std::atoi(asked));
  EXPECT_THAT(report.faults, IsEmpty());
  EXPECT_GT(report.standing, 100U);
}

// early_daemon.cpp answers before its disk has written.
TEST(Crash, IsFoundOutWhereAnswersComeBeforeTheCommit) {
  const CrashReport report = run_crash_loop("early_daemon", 20);
  EXPECT_THAT(report.faults, Contains(HasSubstr("was acknowledged and is gone")));
}

}  // namespace
}  // namespace clusterip::testing
