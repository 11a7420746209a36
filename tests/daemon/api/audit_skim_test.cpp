// The fast way through an audit line and the general one: the same values, and the fast one takes what is
// usual.
#include "daemon/api/audit_skim.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "daemon/input/line_reader.hpp"
#include "tests/support/audit_text.hpp"
#include "tests/support/paths.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;
using testing::audit_text;

// Both ways agree about the line. True: the fast one took it.
bool agree(const std::string& line) {
  const auto fast = AuditSkim().read(line);
  if (!fast) return false;
  EXPECT_EQ(audit_text(*fast), audit_text(read_audit_line_in_general(line))) << line;
  return true;
}

TEST(AuditSkim, AgreesWithTheGeneralWayOnAllRecordedLines) {
  std::size_t lines = 0;
  std::size_t fast = 0;
  const std::string folder = testing::source_path("tests/recordings");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (entry.path().filename().string().rfind("audit", 0) != 0) continue;
    auto opened = daemon::open_source(path);
    ASSERT_TRUE(std::holds_alternative<std::unique_ptr<daemon::ByteSource>>(opened)) << path;
    daemon::LineReader reader(*std::get<std::unique_ptr<daemon::ByteSource>>(opened));
    while (const auto line = reader.next()) {
      ++lines;
      if (agree(std::string(line->text))) ++fast;
    }
  }
  EXPECT_GT(lines, 10'000U);
  // JSON patches and deletions of collections are the general way's.
  EXPECT_GT(fast * 100, lines * 97) << fast << " of " << lines;
}

// An event whose spec of the Service is as given.
std::string with_request(const std::string& body) {
  return R"({"kind":"Event","stage":"ResponseComplete","requestURI":"/a?fieldManager=a\u0026fieldValidation=Strict",)"
         R"("verb":"create","user":{"username":"admin"},"objectRef":{"resource":"services","namespace":"default",)"
         R"("name":"a"},"responseStatus":{"code":422,"message":"Service \"a\" is \u003cinvalid\u003e"},)"
         R"("requestReceivedTimestamp":"2026-11-22T10:00:00.1Z","stageTimestamp":"2026-11-22T10:00:00.2Z",)"
         R"("annotations":{"mutation.webhook.admission.k8s.io/round_0_index_0":"{\"mutated\":true}"},)"
         R"("requestObject":)" +
         body + "}";
}

TEST(AuditSkim, TakesEscapesWhereServersWriteThem) {
  const std::string line =
      with_request(R"({"kind":"Service","metadata":{"name":"a"},"spec":{"clusterIP":""}})");
  ASSERT_TRUE(agree(line));
  const auto read = AuditSkim().read(line);
  const auto& request = std::get<std::vector<AuditEvent>>(*read).front().request;
  EXPECT_EQ(request.message, "Service \"a\" is <invalid>");
  EXPECT_TRUE(request.mutated);
}

TEST(AuditSkim, LeavesToTheGeneralWayWhatItCannotTakeWithCertainty) {
  for (const char* body :
       {R"([{"op":"add","path":"/spec/ipFamilyPolicy","value":"SingleStack"}])",
        R"({"kind":"DeleteOptions","dryRun":["All"]})", R"({"spec":{"clusterIP":7}})",
        R"({"spec":{"clusterIP":"a","clusterIP":"b"}})", R"({"spec":{"selector":{"\n":"b"}}})",
        R"({"spec":{"cluster\u0049P":"10.96.0.7"}})", R"({"spec":{"clusterIP":"\ud83d\ude00"}})",
        R"({"spec":{"clusterIP":"10.96.0.7"})", "7", "\"text\""}) {
    EXPECT_FALSE(agree(with_request(body))) << body;
  }
  EXPECT_FALSE(agree(with_request("{}") + "x"));
}

TEST(AuditSkim, ListsAreEventsOrNothing) {
  const std::string one = with_request("{}");
  const std::string other = R"({"kind":"Event","stage":"RequestReceived"})";
  EXPECT_TRUE(agree(R"({"kind":"EventList","items":[)" + one + "," + other + "]}"));
  EXPECT_TRUE(agree(R"({"items":[)" + other + R"(],"kind":"EventList"})"));
  EXPECT_FALSE(agree(R"({"kind":"EventList","items":[{"kind":"List","items":[]}]})"));
  EXPECT_FALSE(agree(R"({"kind":"EventList"})"));
  EXPECT_FALSE(agree(R"({"kind":"EventList","items":[{"kind":"Pod"}]})"));
}

}  // namespace
}  // namespace clusterip::api
