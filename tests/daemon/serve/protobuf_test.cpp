// Answers in protobuf, as client-go and the controllers ask for them: the same objects as in JSON.
#include <csignal>
#include <thread>

#include <gtest/gtest.h>

#include "daemon/api/protobuf_body.hpp"
#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using Json = nlohmann::json;

constexpr const char* kServices = "/api/v1/namespaces/default/services";
constexpr const char* kProtobuf = "application/vnd.kubernetes.protobuf";
constexpr const char* kBoth = "application/vnd.kubernetes.protobuf,application/json";

const api::ObjectSchema& service_schema() {
  return api::schema_of(api::resource(api::ResourceIndex::kServices));
}

// What JSON spells out and protobuf leaves away.
Json without_nulls(const Json& value) {
  if (value.is_object()) {
    Json kept = Json::object();
    for (const auto& [name, member] : value.items()) {
      if (!member.is_null()) kept[name] = without_nulls(member);
    }
    return kept;
  }
  if (!value.is_array()) return value;
  Json kept = Json::array();
  for (const Json& item : value) kept.push_back(without_nulls(item));
  return kept;
}

// The bodies of the length-delimited frames; the last may be cut.
std::vector<std::string> frames_of(const std::string& body) {
  std::vector<std::string> frames;
  for (std::size_t at = 0; at + 4 <= body.size();) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size = size << 8U | static_cast<unsigned char>(body[at + i]);
    frames.push_back(body.substr(at + 4, size));
    at += 4 + size;
  }
  return frames;
}

class ProtobufAnswers : public ::testing::Test {
 protected:
  ProtobufAnswers()
      : daemon_({"--service-cluster-ip-range=10.96.0.0/24,fd00:96::/112", "--in-memory"}),
        client_(daemon_.port()) {
    client_.post(kServices, {{"metadata", {{"name", "a"}, {"labels", {{"x", "y"}}}}},
                             {"spec",
                              {{"ports", {{{"port", 80}, {"targetPort", "web"}}}},
                               {"selector", {{"app", "x"}}},
                               {"ipFamilyPolicy", "PreferDualStack"}}}});
  }

  DaemonProcess daemon_;
  HttpClient client_;
};

TEST_F(ProtobufAnswers, AreTheSameObjects) {
  const std::string path = std::string(kServices) + "/a";
  const Answer answer = client_.get(path, kBoth);
  EXPECT_EQ(answer.header("Content-Type"), kProtobuf);
  const auto read = api::read_protobuf(answer.body, service_schema());
  ASSERT_TRUE(read) << read.status().message;
  EXPECT_EQ(*read, without_nulls(client_.get(path).json()));
  // Whoever prefers JSON gets it, and so does a Table.
  EXPECT_EQ(client_.get(path, "application/json,application/vnd.kubernetes.protobuf").header("Content-Type"),
            "application/json");
}

TEST_F(ProtobufAnswers, ComeForListsAndRefusals) {
  const Answer list = client_.get("/apis/networking.k8s.io/v1/ipaddresses", kProtobuf);
  EXPECT_EQ(list.header("Content-Type"), kProtobuf);
  const auto named = api::read_protobuf(list.body, api::partial_metadata_schema());
  ASSERT_TRUE(named);
  EXPECT_EQ((*named)["kind"], "IPAddressList");
  const Answer missing = client_.get(std::string(kServices) + "/missing", kProtobuf);
  EXPECT_EQ(missing.status, 404);
  const auto status = api::read_protobuf(missing.body, api::status_schema());
  ASSERT_TRUE(status);
  EXPECT_EQ(*status, without_nulls(client_.get(std::string(kServices) + "/missing").json()));
}

TEST_F(ProtobufAnswers, ComeAsMetadataAlone) {
  const Answer answer = client_.get(std::string(kServices) + "/a",
                                    std::string(kProtobuf) + ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
  const auto read = api::read_protobuf(answer.body, api::partial_metadata_schema());
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)["kind"], "PartialObjectMetadata");
  EXPECT_EQ((*read)["apiVersion"], "meta.k8s.io/v1");
  EXPECT_EQ((*read)["metadata"]["name"], "a");
}

TEST_F(ProtobufAnswers, StreamInFrames) {
  const Answer answer = HttpClient(daemon_.port())
                            .get(
                                "/api/v1/services?watch=true&timeoutSeconds=1&sendInitialEvents=true&"
                                "resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
                                kProtobuf);
  EXPECT_EQ(answer.header("Content-Type"), std::string(kProtobuf) + ";stream=watch");
  const auto frames = frames_of(answer.body);
  ASSERT_EQ(frames.size(), 3U);  // two Services, the end of what was there
  EXPECT_EQ(frames[0].substr(0, 7),
            "\x0a\x05"
            "ADDED");
  EXPECT_EQ(frames[2].substr(0, 10),
            "\x0a\x08"
            "BOOKMARK");
  EXPECT_NE(frames[2].find("k8s.io/initial-events-end"), std::string::npos);
}

}  // namespace
}  // namespace clusterip::testing
