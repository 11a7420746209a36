#include "daemon/mirror/audit_tail.hpp"

#include <filesystem>
#include <fstream>
#include <vector>

#include <gmock/gmock.h>

#include "tests/support/empty_folder.hpp"

namespace clusterip::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AuditTailTest : public ::testing::Test {
 protected:
  AuditTailTest() {
    folder = testing::empty_folder("audit_tail_test");
    path = folder + "/audit.log";
  }

  void write(const std::string& text) const { std::ofstream(path, std::ios::app) << text; }

  // Lines with their numbers; "lost" where some are missing.
  std::vector<std::string> poll(AuditTail& tail) {
    std::vector<std::string> lines;
    const AuditTail::Sink sink{.line =
                                   [&](std::uint64_t number, std::string_view line) {
                                     lines.push_back(std::to_string(number) + ":" + std::string(line));
                                   },
                               .lost =
                                   [&](const std::string& reason) {
                                     lines.emplace_back("lost");
                                     why = reason;
                                   }};
    while (tail.poll(1 << 20, sink)) continue;
    return lines;
  }

  // As an apiserver does when the file is large enough.
  void rotate(const std::string& time) const {
    std::filesystem::rename(path, folder + "/audit-" + time + ".log");
  }

  std::string folder;
  std::string path;
  std::string why;
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
  EXPECT_THAT(poll(tail), ElementsAre("lost", "2:two"));
  EXPECT_THAT(why, HasSubstr("audit.log became shorter"));
}

TEST_F(AuditTailTest, ReadsWhatWasRotatedTwiceBeforeItLookedAgain) {
  AuditTail tail(path, 100);
  std::ofstream(folder + "/audit-2026-11-28T18-00-00.000.log") << "long ago\n";
  std::ofstream(folder + "/other-2026-11-28T20-00-00.000.log") << "of somebody else\n";
  write("one\n");
  EXPECT_THAT(poll(tail), ElementsAre("1:one"));
  int second = 0;
  for (const char* text : {"two\n", "three\n", "four\n"}) {
    rotate("2026-11-28T19-00-0" + std::to_string(++second) + ".000");
    write(text);
  }
  EXPECT_THAT(poll(tail), ElementsAre("2:two", "3:three", "4:four"));
  EXPECT_EQ(tail.rotations(), 3U);
}

TEST_F(AuditTailTest, SaysWhatWasCompressedOrEndedInTheMiddleOfALine) {
  AuditTail tail(path, 100);
  write("one\ntw");
  EXPECT_THAT(poll(tail), ElementsAre("1:one"));
  rotate("2026-11-28T19-00-00.000");
  std::ofstream(folder + "/audit-2026-11-28T19-00-01.000.log.gz") << "packed";
  write("three\n");
  EXPECT_THAT(poll(tail), ElementsAre("lost", "lost", "2:three"));
  EXPECT_THAT(why, HasSubstr(".log.gz was compressed before it was read"));
}

TEST_F(AuditTailTest, CountsLinesThatAreTooLongAndGoesOn) {
  AuditTail tail(path, 10);
  write("short\n" + std::string(1'000'000, 'x') + "\nagain\n");
  EXPECT_THAT(poll(tail), ElementsAre("1:short", "lost", "3:again"));
  EXPECT_EQ(tail.too_long(), 1U);
}

}  // namespace
}  // namespace clusterip::daemon
