// Protobuf answers, byte for byte those of a real kube-apiserver, and back again.
#include "daemon/api/protobuf_write.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "daemon/api/protobuf_body.hpp"
#include "tests/support/paths.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

std::string to_hex(const std::string& bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 15U];
  }
  return hex;
}

// What one request was answered in JSON and in protobuf.
struct Recorded {
  Json json;
  std::string protobuf;
};

Recorded recorded(const std::string& name) {
  std::ifstream file(testing::source_path("tests/recordings/protobuf-1.36/answers.jsonl"));
  for (std::string line; std::getline(file, line);) {
    const Json entry = Json::parse(line);
    if (entry["name"] == name) return {entry["json"], from_hex(entry["protobuf"])};
  }
  ADD_FAILURE() << "no recording of " << name;
  return {};
}

const ObjectSchema& schema_for(const Json& object) {
  if (object["kind"] == "Status") return status_schema();
  std::string kind = object["kind"];
  if (kind.ends_with("List")) kind.resize(kind.size() - 4);
  return schema_of(*find_kind_resource(object["apiVersion"].get<std::string>(), kind));
}

std::string write(const Json& object) {
  std::string message;
  if (object.contains("items")) {
    append_protobuf_field(message, 1, protobuf_message(object["metadata"], list_meta_schema()));
    for (const Json& item : object["items"]) {
      append_protobuf_field(message, 2, protobuf_message(item, schema_for(object)));
    }
  } else {
    message = protobuf_message(object, schema_for(object));
  }
  std::string out;
  append_protobuf_envelope(out, object["apiVersion"].get<std::string>(), object["kind"].get<std::string>(),
                           message);
  return out;
}

// Without what JSON spells out and protobuf leaves away.
void drop_nulls(Json& value) {
  if (value.is_object()) {
    for (auto member = value.begin(); member != value.end();) {
      drop_nulls(*member);
      member = member->is_null() ? value.erase(member) : std::next(member);
    }
  } else if (value.is_array()) {
    for (Json& item : value) drop_nulls(item);
  }
}

class Recording : public ::testing::TestWithParam<const char*> {};

TEST_P(Recording, IsWrittenByteForByte) {
  const Recorded answer = recorded(GetParam());
  EXPECT_EQ(to_hex(write(answer.json)), to_hex(answer.protobuf));
}

INSTANTIATE_TEST_SUITE_P(Protobuf, Recording,
                         ::testing::Values("service", "services", "servicecidrs", "ipaddresses", "namespace",
                                           "events", "missing", "invalid"),
                         [](const auto& one) { return std::string(one.param); });

TEST(ProtobufWrite, GivesBackWhatWasRead) {
  for (const char* name : {"service", "namespace", "created"}) {
    const Recorded answer = recorded(name);
    const char* kind = std::string(name) == "namespace" ? "Namespace" : "Service";
    auto read = read_protobuf(answer.protobuf, schema_of(*find_kind_resource("v1", kind)));
    ASSERT_TRUE(read) << read.status().message;
    EXPECT_EQ(to_hex(write(*read)), to_hex(answer.protobuf)) << name;
    if (answer.json.is_null()) continue;
    Json expected = answer.json;
    drop_nulls(expected);
    EXPECT_EQ(*read, expected);
  }
}

TEST(ProtobufWrite, FramesTheEventsOfAWatch) {
  const Recorded watch = recorded("watch");
  std::string frame;
  append_protobuf_event(frame, watch.json["type"].get<std::string>(), write(watch.json["object"]));
  EXPECT_EQ(to_hex(frame), to_hex(watch.protobuf));
}

}  // namespace
}  // namespace clusterip::api
