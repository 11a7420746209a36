// The audit log on its own: lines, rotation, and disks that are full or slow.
#include "daemon/audit/audit_log.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/daemon_process.hpp"

namespace clusterip::daemon {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;

AuditEvent event(const std::string& id, std::size_t body_bytes = 10) {
  AuditEvent made;
  made.id = id;
  made.uri = "/api/v1/namespaces/default/services";
  made.verb = "create";
  made.user = "system:admin";
  made.source_ip = "127.0.0.1";
  made.user_agent = "a \"quoted\" agent\n";
  made.object = {"services", "default", "a", "", "v1", ""};
  made.code = 201;
  made.with_bodies = true;
  made.request_object = "{\"a\":\n  \"" + std::string(body_bytes, 'x') + "\"}\n";
  made.response_object = R"({"b":1})";
  made.received = {1'000'000};
  made.reached = {1'000'250};
  return made;
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

class Log : public ::testing::Test {
 protected:
  AuditLogOptions options(AuditMode mode = AuditMode::kBatch) const {
    AuditLogOptions chosen;
    chosen.path = directory_.path() + "/audit.log";
    chosen.mode = mode;
    return chosen;
  }
  // A clock that every look moves on, so that no two files are put aside at one time.
  AuditLog::Now clock() {
    return [this] { return cluster::Instant{1'700'000'000'000'000 + ++ticks_}; };
  }

  testing::TemporaryDirectory directory_;
  std::atomic<std::int64_t> ticks_{0};
};

TEST_F(Log, WritesEventsAsLinesOfJson) {
  {
    AuditLog log(options(), clock());
    ASSERT_EQ(log.start(), "");
    log.submit(event("one"));
    AuditEvent watch = event("two");
    watch.with_bodies = false;
    watch.stage = AuditStage::kResponseStarted;
    log.submit(watch);
  }
  const auto lines = lines_of(options().path);
  ASSERT_EQ(lines.size(), 2U);
  const Json first = Json::parse(lines[0]);
  EXPECT_EQ(first["apiVersion"], "audit.k8s.io/v1");
  EXPECT_EQ(first["level"], "RequestResponse");
  EXPECT_EQ(first["stage"], "ResponseComplete");
  EXPECT_EQ(first["auditID"], "one");
  EXPECT_EQ(first["userAgent"], "a \"quoted\" agent\n");
  EXPECT_EQ(first["sourceIPs"], Json::array({"127.0.0.1"}));
  EXPECT_EQ(first["objectRef"],
            Json({{"resource", "services"}, {"namespace", "default"}, {"name", "a"}, {"apiVersion", "v1"}}));
  EXPECT_EQ(first["requestObject"]["a"], "xxxxxxxxxx");
  EXPECT_EQ(first["responseObject"], Json({{"b", 1}}));
  EXPECT_EQ(first["requestReceivedTimestamp"], "1970-01-01T00:00:01.000000Z");
  EXPECT_EQ(first["stageTimestamp"], "1970-01-01T00:00:01.000250Z");
  const Json second = Json::parse(lines[1]);
  EXPECT_EQ(second["level"], "Metadata");
  EXPECT_EQ(second["stage"], "ResponseStarted");
  EXPECT_FALSE(second.contains("requestObject"));
}

TEST_F(Log, PutsLargeFilesAsideAndKeepsTheNewest) {
  AuditLogOptions small = options(AuditMode::kBlocking);
  small.file.most_bytes = 4096;
  small.file.most_backups = 2;
  std::ofstream(directory_.path() + "/audit-notes.log") << "somebody else's\n";
  {
    AuditLog log(small, clock());
    ASSERT_EQ(log.start(), "");
    for (int i = 0; i < 20; ++i) log.submit(event(std::to_string(i), 1500));
    EXPECT_EQ(log.lost(), 0U);
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) files.push_back(entry);
  EXPECT_EQ(files.size(), 4U);  // the log, two put aside, and what is not ours
  EXPECT_TRUE(std::filesystem::exists(directory_.path() + "/audit-notes.log"));
  const auto last = lines_of(small.path);
  ASSERT_FALSE(last.empty());
  EXPECT_EQ(Json::parse(last.back())["auditID"], "19");
  for (const auto& file : files) {
    if (file.filename() == "audit-notes.log") continue;
    EXPECT_LE(std::filesystem::file_size(file), 4096U) << file;
    for (const std::string& line : lines_of(file)) EXPECT_TRUE(Json::accept(line));
  }
}

TEST_F(Log, GoesOnInAFileThatIsThere) {
  for (const char* id : {"one", "two"}) {
    AuditLog log(options(), clock());
    ASSERT_EQ(log.start(), "");
    log.submit(event(id));
  }
  EXPECT_EQ(lines_of(options().path).size(), 2U);
}

TEST_F(Log, CountsWhatAFullDiskRefusesAndGoesOn) {
  for (const AuditMode mode : {AuditMode::kBatch, AuditMode::kBlocking}) {
    AuditLogOptions full = options(mode);
    full.path = "/dev/full";
    std::uint64_t lost = 0;
    ::testing::internal::CaptureStderr();
    {
      AuditLog log(full, clock());
      ASSERT_EQ(log.start(), "");
      for (int i = 0; i < 5; ++i) log.submit(event(std::to_string(i)));
      while (log.lost() < 5) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      lost = log.lost();
    }
    EXPECT_EQ(lost, 5U);
    const std::string said = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(said, HasSubstr("cannot write /dev/full: No space left on device"));
    // Once, not five times.
    EXPECT_EQ(said.find("audit log:"), said.rfind("audit log:"));
  }
}

// A pipe that nobody reads is the slowest disk there is.
TEST_F(Log, DropsWhatASlowDiskHasNoRoomForAndHoldsNobodyUp) {
  AuditLogOptions slow = options();
  slow.path = directory_.path() + "/pipe";
  slow.queued_bytes = 64 * 1024;
  ASSERT_EQ(::mkfifo(slow.path.c_str(), 0600), 0);
  const int reader = ::open(slow.path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  std::uint64_t lost = 0;
  std::string read;
  {
    AuditLog log(slow, clock());
    ASSERT_EQ(log.start(), "");
    for (int i = 0; i < 1000; ++i) log.submit(event(std::to_string(i), 1000));
    EXPECT_EQ(log.submitted(), 1000U);
    lost = log.lost();
    EXPECT_GT(lost, 500U);
    // Whoever reads at last gets whole lines.
    std::array<char, 65536> buffer{};
    for (std::size_t lines = 0; lines < 1000 - lost;) {
      const ssize_t count = ::read(reader, buffer.data(), buffer.size());
      if (count > 0) read.append(buffer.data(), static_cast<std::size_t>(count));
      if (count <= 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      lines = static_cast<std::size_t>(std::count(read.begin(), read.end(), '\n'));
    }
  }
  ::close(reader);
  std::istringstream lines(read);
  for (std::string line; std::getline(lines, line);) EXPECT_TRUE(Json::accept(line));
}

TEST_F(Log, BlocksUntilTheLineIsThereWhenAsked) {
  AuditLog log(options(AuditMode::kBlocking), clock());
  ASSERT_EQ(log.start(), "");
  for (std::size_t i = 1; i <= 10; ++i) {
    log.submit(event(std::to_string(i)));
    EXPECT_EQ(lines_of(options().path).size(), i);
  }
}

TEST_F(Log, SaysWhyAFileCannotBeOpened) {
  AuditLogOptions nowhere = options();
  nowhere.path = directory_.path() + "/nowhere/audit.log";
  AuditLog log(nowhere, clock());
  EXPECT_THAT(log.start(), HasSubstr("cannot open " + nowhere.path + ": No such file or directory"));
}

}  // namespace
}  // namespace clusterip::daemon
