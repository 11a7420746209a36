// Audit events in all the forms in which servers and policies write them, and everything that is none.
#include "daemon/api/audit_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace clusterip::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;
using verify::AuditedRequest;

Json event() {
  return Json::parse(
      R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"id-1",
    "stage":"ResponseComplete","requestURI":"/api/v1/namespaces/default/services","verb":"create",
    "user":{"username":"admin","uid":"7"},"userAgent":"kubectl","objectRef":{"resource":"services",
    "namespace":"default","name":"a","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":201},
    "requestObject":{"kind":"Service","apiVersion":"v1","metadata":{"name":"a"},"spec":{"ipFamilyPolicy":"SingleStack"}},
    "responseObject":{"kind":"Service","apiVersion":"v1","metadata":{"name":"a","namespace":"default","uid":"u-1",
      "resourceVersion":"42","creationTimestamp":"2026-11-22T10:00:00Z","managedFields":[{"manager":"m"}]},
      "spec":{"type":"ClusterIP","clusterIP":"10.96.0.7","clusterIPs":["10.96.0.7"],"ipFamilies":["IPv4"],
      "ipFamilyPolicy":"SingleStack"}},
    "requestReceivedTimestamp":"2026-11-22T10:00:00.123456Z","stageTimestamp":"2026-11-22T10:00:00.200000Z"})");
}

std::vector<AuditedRequest> requests(const Json& json) {
  AuditLine line = read_audit_line(json.dump());
  std::vector<AuditedRequest> found;
  if (auto* events = std::get_if<std::vector<AuditEvent>>(&line)) {
    for (AuditEvent& one : *events) found.push_back(std::move(one.request));
  }
  return found;
}
std::string skip(const Json& json) {
  const AuditLine line = read_audit_line(json.dump());
  const auto* reason = std::get_if<AuditSkip>(&line);
  return reason == nullptr ? "" : std::string(reason->reason);
}
std::string fault(const std::string& text) {
  const AuditLine line = read_audit_line(text);
  const auto* found = std::get_if<AuditFault>(&line);
  return found == nullptr ? "" : found->field + ": " + found->reason;
}

TEST(AuditReader, TakesWhatARuleLooksAt) {
  const auto found = requests(event());
  ASSERT_EQ(found.size(), 1U);
  const AuditedRequest& request = found.front();
  EXPECT_EQ(request.audit_id, "id-1");
  EXPECT_EQ(request.object(), "services/default/a");
  EXPECT_EQ(cluster::to_text_micro(request.during.from), "2026-11-22T10:00:00.123456Z");
  EXPECT_EQ(request.user, "admin");
  EXPECT_FALSE(request.dry_run);
  ASSERT_NE(request.given_service(), nullptr);
  EXPECT_EQ(request.given_service()->revision, 42U);
  EXPECT_THAT(request.given_service()->addresses(), ElementsAre("10.96.0.7"));
  EXPECT_EQ(request.asked_service()->policy, "SingleStack");
}

TEST(AuditReader, KnowsDryRunsByPathAndByOptions) {
  Json by_path = event();
  by_path["requestURI"] = "/api/v1/namespaces/default/services?dryRun=All&fieldManager=x";
  EXPECT_TRUE(requests(by_path).front().dry_run);
  Json by_options = event();
  by_options["verb"] = "delete";
  by_options["requestObject"] = {{"kind", "DeleteOptions"}, {"dryRun", {"All"}}};
  EXPECT_TRUE(requests(by_options).front().dry_run);
}

TEST(AuditReader, TakesTheNameFromTheAnswerWhereTheServerMadeItUp) {
  Json made_up = event();
  made_up["objectRef"].erase("name");
  made_up["requestObject"]["metadata"] = {{"generateName", "web-"}};
  EXPECT_EQ(requests(made_up).front().object(), "services/default/a");
  made_up["responseStatus"]["code"] = 422;
  made_up["responseObject"] = {{"kind", "Status"}, {"message", "no"}};
  EXPECT_EQ(requests(made_up).front().object(), "services/default/web-*");
  EXPECT_EQ(requests(made_up).front().message, "no");
}

TEST(AuditReader, ReadsEventsWithoutBodies) {
  Json metadata = event();
  metadata["level"] = "Metadata";
  metadata.erase("requestObject");
  metadata.erase("responseObject");
  const auto found = requests(metadata);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().given_service(), nullptr);
}

TEST(AuditReader, MakesARequestOfEachObjectOfACollection) {
  Json collection = event();
  collection["verb"] = "deletecollection";
  collection["objectRef"].erase("name");
  collection["requestObject"] = {{"kind", "DeleteOptions"}};
  Json other = collection["responseObject"];
  other["metadata"]["name"] = "b";
  collection["responseObject"] = {{"kind", "ServiceList"}, {"items", {collection["responseObject"], other}}};
  const auto found = requests(collection);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].object(), "services/default/a");
  EXPECT_EQ(found[1].object(), "services/default/b");
}

TEST(AuditReader, FollowsJsonPatchesAsFarAsTheyAreClear) {
  Json patch = event();
  patch["verb"] = "patch";
  patch["requestObject"] =
      Json::parse(R"([{"op":"replace","path":"/spec/ipFamilyPolicy","value":"PreferDualStack"}])");
  EXPECT_EQ(requests(patch).front().asked_service()->policy, "PreferDualStack");
  EXPECT_FALSE(requests(patch).front().asked_unclear);
  patch["requestObject"] = Json::parse(R"([{"op":"add","path":"/spec/clusterIPs/1","value":"fd00::1"}])");
  EXPECT_TRUE(requests(patch).front().asked_unclear);
}

TEST(AuditReader, TakesTheUidOfWhatWasDeletedFromTheStatus) {
  Json gone = event();
  gone["verb"] = "delete";
  gone["objectRef"] = {{"resource", "ipaddresses"}, {"name", "10.96.0.7"}, {"apiGroup", "networking.k8s.io"}};
  gone["responseObject"] = {{"kind", "Status"}, {"status", "Success"}, {"details", {{"uid", "u-9"}}}};
  gone["responseStatus"]["code"] = 200;
  EXPECT_EQ(requests(gone).front().gone_uid, "u-9");
}

TEST(AuditReader, NoticesWhatAdmissionChanged) {
  Json changed = event();
  changed["annotations"] = {{"mutation.webhook.admission.k8s.io/round_0_index_0",
                             R"({"configuration":"c","webhook":"w","mutated":true})"}};
  EXPECT_TRUE(requests(changed).front().mutated);
  EXPECT_FALSE(requests(event()).front().mutated);
}

TEST(AuditReader, ReadsListsOfAWebhook) {
  EXPECT_EQ(requests({{"kind", "EventList"}, {"items", {event(), event()}}}).size(), 2U);
}

TEST(AuditReader, SkipsWhatDecidesNothing) {
  Json other = event();
  other["stage"] = "RequestReceived";
  EXPECT_EQ(skip(other), "other stages");
  other = event();
  other["verb"] = "watch";
  EXPECT_EQ(skip(other), "reads and watches");
  other = event();
  other["objectRef"]["resource"] = "pods";
  EXPECT_EQ(skip(other), "other resources");
  other = event();
  other["objectRef"]["subresource"] = "proxy";
  EXPECT_EQ(skip(other), "other subresources");
}

TEST(AuditReader, SaysWhichFieldIsWrong) {
  EXPECT_THAT(fault("{"), StartsWith(": column 2: syntax error"));
  EXPECT_THAT(fault("[]"), HasSubstr("no JSON object"));
  EXPECT_THAT(fault(R"({"kind":"Pod"})"), HasSubstr("kind: is \"Pod\""));
  EXPECT_THAT(fault(std::string(100, '[')), HasSubstr("nested deeper than 64"));
  EXPECT_THAT(fault("{\"kind\":\"\xff\"}"), HasSubstr("UTF-8"));
  Json wrong = event();
  wrong["stageTimestamp"] = "yesterday";
  EXPECT_THAT(fault(wrong.dump()), HasSubstr("stageTimestamp: \"yesterday\""));
  wrong = event();
  wrong.erase("requestReceivedTimestamp");
  EXPECT_EQ(fault(wrong.dump()), "requestReceivedTimestamp: is missing");
  wrong = event();
  wrong["responseObject"]["spec"]["clusterIPs"] = 5;
  EXPECT_THAT(fault(wrong.dump()), HasSubstr("responseObject.spec.clusterIPs: 5"));
}

TEST(AuditReader, TakesNoNameTwiceButFromClients) {
  std::string text = event().dump();
  text.insert(1, R"("verb":"delete",)");
  EXPECT_EQ(fault(text), ": \"verb\" appears twice in one object");
  // The body of a patch is in the record as it was sent; what comes behind it is the server's again.
  Json without = event();
  without.erase("requestObject");
  const std::string sent = R"("requestObject":{"a":{"b":1,"b":2},"a":3},)";
  EXPECT_EQ(fault(without.dump().insert(1, sent)), "");
  EXPECT_EQ(fault(without.dump().insert(1, sent + R"("x":{"y":1,"y":2},)")),
            ": \"y\" appears twice in one object");
  EXPECT_EQ(fault(without.dump().insert(1, R"("requestObject":null,"x":{"y":1,"y":2},)")),
            ": \"y\" appears twice in one object");
}

TEST(AuditReader, QuotesLongTextsInPart) {
  const std::string kind(5'000'000, 'k');
  const auto source = daemon::memory_source("audit.log", R"({"kind":")" + kind + "\"}");
  AuditReading reading;
  read_audit_log(*source, reading);
  ASSERT_EQ(reading.problems.size(), 1U);
  EXPECT_LT(reading.problems[0].message().size(), 1100U);
}

TEST(AuditReader, NamesFileAndLineAndGoesOn) {
  AuditReading reading;
  AuditLimits limits;
  limits.max_line_bytes = 4096;
  limits.max_problems = 2;
  const std::string text = "nonsense\n" + std::string(5000, 'x') + "\n\n" + event().dump() + "\n{}";
  const auto source = daemon::memory_source("audit.log", text);
  read_audit_log(*source, reading, limits);
  EXPECT_EQ(reading.record.requests.size(), 1U);
  EXPECT_EQ(reading.record.requests.front().line, 4U);
  EXPECT_EQ(reading.problem_count, 3U);
  ASSERT_EQ(reading.problems.size(), 2U);
  EXPECT_THAT(reading.problems[0].message(), HasSubstr("audit.log:1: "));
  EXPECT_EQ(reading.problems[1].message(), "audit.log:2: the line has 5000 bytes; the limit is 4096");
}

TEST(AuditReader, LearnsTheVersionFromTheServers) {
  Json own = event();
  own["userAgent"] = "kube-apiserver/v1.34.4 (linux/amd64) kubernetes/abc";
  AuditReading reading;
  const auto source = daemon::memory_source("audit.log", event().dump() + "\n" + own.dump());
  read_audit_log(*source, reading);
  EXPECT_EQ(reading.server_version, "v1.34.4");
}

}  // namespace
}  // namespace clusterip::api
