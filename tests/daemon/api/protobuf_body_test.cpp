// Protobuf bodies: the same values as in JSON, and a refusal for bytes that are none.
#include "daemon/api/protobuf_body.hpp"

#include <gtest/gtest.h>

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value > 127; value >>= 7) bytes += static_cast<char>((value & 127U) | 128U);
  return bytes + static_cast<char>(value);
}
std::string number(unsigned field, std::uint64_t value) {
  return varint(field << 3U) + varint(value);
}
std::string bytes(unsigned field, const std::string& value) {
  return varint((field << 3U) | 2U) + varint(value.size()) + value;
}
std::string enveloped(const std::string& raw, const std::string& version = "v1",
                      const std::string& kind = "Service") {
  return std::string("k8s\0", 4) + bytes(1, bytes(1, version) + bytes(2, kind)) + bytes(2, raw);
}

const ObjectSchema& service_schema() {
  return schema_of(resource(ResourceIndex::kServices));
}

TEST(Protobuf, ReadsAServiceAsItsJson) {
  const std::string meta = bytes(1, "a") + bytes(2, "") + bytes(3, "default") + bytes(8, "") +
                           bytes(11, bytes(1, "app") + bytes(2, "x")) + bytes(14, "example.com/f");
  const std::string port = bytes(1, "http") + bytes(2, "TCP") + number(3, 80) +
                           bytes(4, number(1, 0) + number(2, 8080) + bytes(3, "")) + number(5, 0);
  const std::string named =
      bytes(1, "dns") + number(3, 53) + bytes(4, number(1, 1) + number(2, 0) + bytes(3, "dns"));
  const std::string spec = bytes(1, port) + bytes(1, named) + bytes(2, bytes(1, "app") + bytes(2, "x")) +
                           bytes(3, "") + bytes(4, "ClusterIP") + number(13, 0) +
                           bytes(17, "PreferDualStack") + bytes(19, "IPv4");
  const auto read =
      read_protobuf(enveloped(bytes(1, meta) + bytes(2, spec) + bytes(3, bytes(1, ""))), service_schema());
  ASSERT_TRUE(read) << read.status().message;
  EXPECT_EQ(*read, Json::parse(R"({"apiVersion": "v1", "kind": "Service",
      "metadata": {"name": "a", "namespace": "default", "labels": {"app": "x"}, "finalizers": ["example.com/f"]},
      "spec": {"ports": [{"name": "http", "protocol": "TCP", "port": 80, "targetPort": 8080},
                         {"name": "dns", "port": 53, "targetPort": "dns"}],
               "selector": {"app": "x"}, "type": "ClusterIP", "ipFamilyPolicy": "PreferDualStack",
               "ipFamilies": ["IPv4"]},
      "status": {"loadBalancer": {}}})"));
}

TEST(Protobuf, SkipsUnknownFieldsAndReadsTimes) {
  const std::string meta =
      bytes(1, "a") + bytes(9, number(1, 1'700'000'000)) + bytes(99, "later") + number(98, 7);
  const auto read = read_protobuf(enveloped(bytes(1, meta)), service_schema());
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)["metadata"], Json({{"name", "a"}, {"deletionTimestamp", "2023-11-14T22:13:20Z"}}));
}

TEST(Protobuf, RefusesBytesThatAreNone) {
  const std::string good = enveloped(bytes(1, bytes(1, "a")));
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto read = read_protobuf(std::string_view(good).substr(0, size), service_schema());
    // A message may end between two fields.
    EXPECT_TRUE(!read || read->is_object());
  }
  for (const std::string& raw :
       {std::string("\xff"), bytes(1, "\xff\xff"), number(1, 5),
        std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), bytes(1, bytes(1, "\xff\xfe")),
        std::string("\x0b"), bytes(1, bytes(9, number(1, ~std::uint64_t{0} >> 1)))}) {
    EXPECT_FALSE(read_protobuf(enveloped(raw), service_schema()));
  }
  EXPECT_FALSE(read_protobuf("{}", service_schema()));
}

}  // namespace
}  // namespace clusterip::api
