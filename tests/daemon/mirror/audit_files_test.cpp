// Two logs of different density, each longer than one reading.
#include "daemon/mirror/audit_files.hpp"

#include <algorithm>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/support/empty_folder.hpp"

namespace clusterip::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kLineBytes = 400;

// The creation of a Service, answered at that second, as a line of fixed length.
std::string event_at(int second) {
  const std::string time = "2026-11-29T10:" + std::string(second < 600 ? "0" : "") +
                           std::to_string(second / 60) + ":" + (second % 60 < 10 ? "0" : "") +
                           std::to_string(second % 60) + ".000000Z";
  std::string line =
      R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"at-)" +
      std::to_string(second) +
      R"(","stage":"ResponseComplete","verb":"create","user":{"username":"admin"},)"
      R"("objectRef":{"resource":"services","namespace":"default","name":"a","apiVersion":"v1"},)"
      R"("responseStatus":{"code":409},"requestReceivedTimestamp":")" +
      time + R"(","stageTimestamp":")" + time + R"("})";
  line.resize(kLineBytes - 1, ' ');
  return line + "\n";
}

cluster::Instant second(int count) {
  return *cluster::read_instant("2026-11-29T10:00:00Z") + cluster::Duration::seconds(count);
}

class AuditFilesTest : public ::testing::Test {
 protected:
  AuditFilesTest() {
    const std::string folder = testing::empty_folder("audit_files_test");
    paths = {folder + "/dense.log", folder + "/sparse.log"};
  }

  void write(std::size_t file, const std::string& text) const {
    std::ofstream(paths[file], std::ios::app) << text;
  }

  // The newest answer of each file, in seconds, of what came since it was asked last.
  std::vector<std::int64_t> newest() {
    verify::Record record;
    inbox.empty_into(record);
    std::vector<std::int64_t> found(paths.size(), -1);
    for (const verify::AuditedRequest& request : record.requests) {
      const std::int64_t at = (request.during.to - second(0)).microseconds / 1'000'000;
      found.at(request.server) = std::max(found.at(request.server), at);
    }
    return found;
  }

  std::vector<std::string> paths;
  AuditInbox inbox{api::AuditLimits{}};
};

TEST_F(AuditFilesTest, ReadsTheFileThatIsFurthestBehindFirst) {
  // A reading takes whole blocks of a file: many lines.
  constexpr int kSpan = 3000;
  for (int at = 0; at < kSpan; ++at) {
    write(0, event_at(at));
    if (at % 3 == 0) write(1, event_at(at));
  }
  AuditFiles files(paths, {1 << 20, 1}, inbox);
  EXPECT_EQ(files.told_until(), verify::kBeginning);
  std::vector<std::int64_t> read{-1, -1};
  bool stopped_short = false;
  for (bool more = true; more;) {
    const std::vector<std::int64_t> before = read;
    const std::size_t behind = before[0] <= before[1] ? 0 : 1;
    more = files.read();
    const auto fresh = newest();
    for (std::size_t i = 0; i < 2; ++i) read[i] = std::max(read[i], fresh[i]);
    if (read[0] == kSpan - 1 || read[1] == kSpan - 3) break;
    EXPECT_GT(read[behind], before[behind]);
    EXPECT_EQ(read[1 - behind], before[1 - behind]) << "it is ahead and waits";
    stopped_short = true;
    // Events of one time change places in a log.
    const auto told = read[0] < 0 || read[1] < 0 ? verify::kBeginning
                                                 : second(static_cast<int>(std::min(read[0], read[1]))) -
                                                       cluster::Duration::seconds(1);
    EXPECT_EQ(files.told_until(), told);
  }
  EXPECT_TRUE(stopped_short) << "both files are longer than one reading";
  while (files.read()) continue;
  EXPECT_EQ(files.told_until(), verify::kEnd);
  EXPECT_EQ(inbox.counts().events, std::uint64_t{kSpan + kSpan / 3});
}

TEST_F(AuditFilesTest, AFileThatHadEndedIsReadOnAndOneThatCannotBeReadHoldsNothingBack) {
  write(0, event_at(1));
  AuditFiles files(paths, {1 << 20, 1 << 20}, inbox);
  std::vector<std::string> troubles;
  const auto tell = [&](const std::string& trouble) { troubles.push_back(trouble); };
  while (files.read()) continue;
  files.tell_troubles(tell);
  files.tell_troubles(tell);
  EXPECT_THAT(troubles, ElementsAre(HasSubstr("sparse.log: No such file")));
  EXPECT_EQ(files.told_until(), verify::kEnd);
  EXPECT_THAT(newest(), ElementsAre(1, -1));
  write(0, event_at(2));
  write(1, event_at(3));
  EXPECT_FALSE(files.read());
  EXPECT_THAT(newest(), ElementsAre(2, 3));
  troubles.clear();
  files.tell_troubles(tell);
  EXPECT_THAT(troubles, IsEmpty());
}

}  // namespace
}  // namespace clusterip::daemon
