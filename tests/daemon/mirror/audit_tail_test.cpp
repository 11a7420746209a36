#include "daemon/mirror/audit_tail.hpp"

#include <filesystem>
#include <fstream>
#include <vector>

#include <gmock/gmock.h>

namespace clusterip::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AuditTailTest : public ::testing::Test {
 protected:
  AuditTailTest() {
    folder = ::testing::TempDir() + "audit_tail_test_" +
             ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    path = folder + "/audit.log";
  }

  void write(const std::string& text) const { std::ofstream(path, std::ios::app) << text; }

  std::vector<std::string> poll(AuditTail& tail) const {
    std::vector<std::string> lines;
    const auto take = [&](std::uint64_t number, std::string_view line) {
      lines.push_back(std::to_string(number) + ":" + std::string(line));
    };
    while (tail.poll(1 << 20, take)) continue;
    return lines;
  }

  std::string folder;
  std::string path;
};

TEST_F(AuditTailTest, GivesWholeLinesAsTheyComeToBeThere) {
  AuditTail tail(path, 100);
  EXPECT_THAT(poll(tail), IsEmpty());
  EXPECT_THAT(tail.trouble(), HasSubstr("audit.log: No such file"));
  write("one\ntw");
  EXPECT_THAT(poll(tail), ElementsAre("1:one"));
  EXPECT_EQ(tail.trouble(), "");
  write("o\n\nfour\n");
  EXPECT_THAT(poll(tail), ElementsAre("2:two", "4:four"));
  EXPECT_THAT(poll(tail), IsEmpty());
}

TEST_F(AuditTailTest, ReadsARotatedFileToItsEndFirst) {
  AuditTail tail(path, 100);
  write("one\n");
  EXPECT_THAT(poll(tail), ElementsAre("1:one"));
  write("two\n");
  std::filesystem::rename(path, folder + "/audit-1.log");
  std::ofstream(folder + "/audit-1.log", std::ios::app) << "three\n";
  write("four\n");
  EXPECT_THAT(poll(tail), ElementsAre("2:two", "3:three", "4:four"));
  EXPECT_EQ(tail.rotations(), 1U);
}

TEST_F(AuditTailTest, BeginsATruncatedFileAnew) {
  AuditTail tail(path, 100);
  write("one one one\n");
  EXPECT_THAT(poll(tail), ElementsAre("1:one one one"));
  std::filesystem::resize_file(path, 0);
  write("two\n");
  EXPECT_THAT(poll(tail), ElementsAre("2:two"));
}

TEST_F(AuditTailTest, CountsLinesThatAreTooLongAndGoesOn) {
  AuditTail tail(path, 10);
  write("short\n" + std::string(1'000'000, 'x') + "\nagain\n");
  EXPECT_THAT(poll(tail), ElementsAre("1:short", "3:again"));
  EXPECT_EQ(tail.too_long(), 1U);
}

}  // namespace
}  // namespace clusterip::daemon
