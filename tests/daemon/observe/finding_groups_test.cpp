#include "daemon/observe/finding_groups.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/observe/report.hpp"

namespace clusterip::daemon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using verify::Finding;
using verify::Severity;

Finding note(const std::string& address, const std::string& range) {
  return {"held-by-terminating",
          Severity::kInfo,
          address,
          {{"Service", "default", "of-" + address}, {"ServiceCIDR", "", range}},
          address + " lies in " + range};
}

// "rule xCOUNT: message" of each group.
std::vector<std::string> lines(const std::vector<Finding>& findings, std::size_t most_alike) {
  std::vector<const Finding*> pointers;
  pointers.reserve(findings.size());
  for (const Finding& finding : findings) pointers.push_back(&finding);
  std::vector<std::string> texts;
  for (const FindingGroup& group : group_findings(pointers, most_alike)) {
    texts.push_back(group.first->rule + " x" + std::to_string(group.count) + ": " + group.message());
  }
  return texts;
}

TEST(FindingGroups, NotesOfOneRangeAreOneLineWithExamples) {
  const std::vector<Finding> findings{note("10.0.0.1", "old"), note("10.0.0.2", "old"),
                                      note("10.1.0.1", "other"), note("10.0.0.3", "old"),
                                      note("10.0.0.4", "old")};
  EXPECT_THAT(
      lines(findings, 3),
      ::testing::ElementsAre(
          "held-by-terminating x4: 10.0.0.1, 10.0.0.2, 10.0.0.3 and 1 more; the first: 10.0.0.1 lies in old",
          "held-by-terminating x1: 10.1.0.1 lies in other"));
}

TEST(FindingGroups, FewAlikeStaySingle) {
  const std::vector<Finding> findings{note("10.0.0.1", "old"), note("10.0.0.2", "old")};
  EXPECT_EQ(lines(findings, 2).size(), 2U);
  EXPECT_THAT(
      lines(findings, 1),
      ::testing::ElementsAre("held-by-terminating x2: 10.0.0.1, 10.0.0.2; the first: 10.0.0.1 lies in old"));
  EXPECT_EQ(lines(findings, 0).size(), 1U);
}

TEST(FindingGroups, ErrorsAndWarningsAreNeverPutTogether) {
  std::vector<Finding> findings(5, {"malformed", Severity::kError, "", {}, "text"});
  findings.insert(findings.end(), 5, {"unprotected-range", Severity::kWarning, "", {}, "text"});
  EXPECT_EQ(lines(findings, 0).size(), 10U);
}

TEST(FindingGroups, AnObjectIsTheExampleWhereThereIsNoAddress) {
  const Finding one{"malformed", Severity::kInfo, "", {{"IPAddress", "", "x y"}}, "no address"};
  EXPECT_THAT(lines({one, one}, 1), ::testing::ElementsAre(HasSubstr("IPAddress x y, IPAddress x y; ")));
}

TEST(FindingGroups, OnlyTheTableGroups) {
  Report report;
  for (int i = 1; i < 9; ++i) report.findings.push_back(note("10.0.0." + std::to_string(i), "old"));
  ReportStyle style;
  std::ostringstream table;
  write_report(report, style, table);
  EXPECT_THAT(table.str(), HasSubstr("8 notes"));
  EXPECT_THAT(table.str(), Not(HasSubstr("10.0.0.8")));
  style.format = ReportFormat::kJsonLines;
  std::ostringstream lines;
  write_report(report, style, lines);
  EXPECT_THAT(lines.str(), HasSubstr("10.0.0.8 lies in old"));
}

}  // namespace
}  // namespace clusterip::daemon
