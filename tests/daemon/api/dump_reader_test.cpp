#include "daemon/api/dump_reader.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "daemon/api/object_json.hpp"
#include "tests/support/dump.hpp"
#include "tests/support/paths.hpp"

namespace clusterip::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;

// "Service default/a 10.0.0.1" for each object, in order.
class Names final : public DumpVisitor {
 public:
  void visit(const cluster::Service& object, const DumpPlace&) override {
    std::string line = "Service " + object.meta.name_space + "/" + object.meta.name;
    for (const std::string& address : object.cluster_ips) line += " " + address;
    lines.push_back(line);
  }
  void visit(const cluster::ServiceCidr& object, const DumpPlace&) override {
    std::string line = "ServiceCIDR " + object.meta.name;
    for (const std::string& cidr : object.cidrs) line += " " + cidr;
    lines.push_back(line);
  }
  void visit(const cluster::IpAddress& object, const DumpPlace&) override {
    lines.push_back("IPAddress " + object.meta.name + " " + (object.parent ? object.parent->name : "-"));
  }
  std::vector<std::string> lines;
};

struct Read {
  std::vector<std::string> lines;
  DumpOutcome outcome;
};

Read read(const std::string& bytes, const DumpLimits& limits = {}) {
  const auto source = daemon::memory_source("f", bytes);
  Names names;
  DumpOutcome outcome = read_dump(*source, limits, names);
  return {names.lines, outcome};
}

std::string problem_of(const std::string& bytes, const DumpLimits& limits = {}) {
  const Read result = read(bytes, limits);
  return result.outcome.problems.empty() ? "read" : result.outcome.problems.front();
}

const std::string kService =
    R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"default"},"spec":{"clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1"]}})";
const std::string kRange =
    R"({"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":"kubernetes"},"spec":{"cidrs":["10.0.0.0/24"]}})";
const std::string kIp =
    R"({"apiVersion":"networking.k8s.io/v1","kind":"IPAddress","metadata":{"name":"10.0.0.1"},"spec":{"parentRef":{"resource":"services","namespace":"default","name":"a"}}})";
const std::vector<std::string> kThree{"Service default/a 10.0.0.1", "ServiceCIDR kubernetes 10.0.0.0/24",
                                      "IPAddress 10.0.0.1 a"};

std::string list_of(const std::string& items) {
  return R"({"apiVersion":"v1","kind":"List","metadata":{"resourceVersion":""},"items":[)" + items + "]}";
}

TEST(DumpReader, TakesEveryFormOfADump) {
  const std::string three = kService + "," + kRange + "," + kIp;
  EXPECT_EQ(read(list_of(three)).lines, kThree);
  EXPECT_EQ(read(R"({"items":[)" + three + R"(],"apiVersion":"v1","kind":"List"})").lines, kThree);
  const std::string array = std::string("[").append(three).append("]");
  EXPECT_EQ(read(array).lines, kThree);
  EXPECT_EQ(read(kService + "\n" + kRange + kIp).lines, kThree);
  EXPECT_EQ(read(list_of(kService) + " \n " + list_of(kRange + "," + kIp)).lines, kThree);
  for (const std::string& form :
       {list_of(three), array, std::string(kService).append(kRange).append(kIp), list_of("")}) {
    EXPECT_THAT(read(form).outcome.problems, IsEmpty()) << form;
  }
}

TEST(DumpReader, TakesTypedListsWhoseItemsHaveNoKind) {
  const std::string service =
      R"({"metadata":{"name":"a","namespace":"default"},"spec":{"clusterIPs":["10.0.0.1"]}})";
  const std::string range = R"({"metadata":{"name":"k"},"spec":{"cidrs":["10.0.0.0/24"]}})";
  for (const std::string& list :
       {R"({"kind":"ServiceList","apiVersion":"v1","items":[)" + service + "]}",
        R"({"apiVersion":"v1","items":[)" + service + R"(],"kind":"ServiceList"})"}) {
    EXPECT_THAT(read(list).lines, ElementsAre("Service default/a 10.0.0.1"));
    EXPECT_THAT(read(list).outcome.problems, IsEmpty());
  }
  const Read ranges =
      read(R"({"kind":"ServiceCIDRList","apiVersion":"networking.k8s.io/v1beta1","items":[)" + range + "]}");
  EXPECT_THAT(ranges.lines, ElementsAre("ServiceCIDR k 10.0.0.0/24"));
  EXPECT_THAT(ranges.outcome.problems, IsEmpty());
  EXPECT_THAT(read(R"({"kind":"ServiceList","apiVersion":"v1","items":null})").outcome.problems, IsEmpty());
  EXPECT_THAT(read("apiVersion: v1\nitems: null\nkind: ServiceList\n").outcome.problems, IsEmpty());
}

TEST(DumpReader, AKindThatComesBehindTheItemsIsHeldAgainstThem) {
  const std::string pod = R"({"metadata":{"name":"p"},"spec":{"containers":[]}})";
  EXPECT_THAT(problem_of(R"({"apiVersion":"v1","items":[)" + pod + R"(],"kind":"PodList"})"),
              HasSubstr("kind: \"PodList\" in version \"v1\" is no list of Services"));
  EXPECT_THAT(problem_of(R"({"apiVersion":"v1","items":[)" + pod + R"(],"kind":"List"})"),
              HasSubstr("items of this List have no kind"));
}

TEST(DumpReader, TakesYaml) {
  const std::string yaml = R"(apiVersion: v1
items:
- apiVersion: v1
  kind: Service
  metadata:
    creationTimestamp: "2026-11-22T10:00:00Z"
    name: a
    namespace: default
  spec:
    clusterIP: 10.0.0.1
    clusterIPs:
    - 10.0.0.1
    ports:
    - port: 80
      targetPort: http
- apiVersion: networking.k8s.io/v1
  kind: ServiceCIDR
  metadata: {name: kubernetes}
  spec:
    cidrs: ["10.0.0.0/24"]
  status: {}
kind: List
metadata:
  resourceVersion: ""
---
apiVersion: networking.k8s.io/v1
kind: IPAddress
metadata:
  name: 10.0.0.1
spec:
  parentRef:
    name: a
    namespace: default
    resource: services
)";
  const Read result = read(yaml);
  EXPECT_EQ(result.lines, kThree);
  EXPECT_THAT(result.outcome.problems, IsEmpty());
  EXPECT_EQ(cluster::to_text(result.outcome.newest.value()), "2026-11-22T10:00:00Z");
  EXPECT_THAT(read("apiVersion: v1\nitems: []\nkind: List\n").outcome.problems, IsEmpty());
}

TEST(DumpReader, SeesTheTimesOfManagedFields) {
  const std::string item =
      R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"a","managedFields":[{"time":"2026-11-22T11:00:00Z","fieldsV1":{"k:{\"port\":80}":{}}}],"creationTimestamp":"2026-11-22T10:00:00Z"}})";
  EXPECT_EQ(cluster::to_text(read(list_of(item)).outcome.newest.value()), "2026-11-22T11:00:00Z");
}

// File, line, item, field and value, as far as there are any.
TEST(DumpReader, BadInputIsNamedWithItsPlace) {
  struct Case {
    std::string bytes;
    std::string problem;
  };
  const std::string deep(100'000, '[');
  const Case cases[] = {
      {"", "f:1: there is nothing in it"},
      {" \n\t ", "f:1: there is nothing in it"},
      {std::string("\x7f"
                   "ELF\0\1",
                   6),
       "f:1: this is neither JSON nor YAML"},
      {"{", "the input ends in the middle of a document"},
      {list_of(kService).substr(0, 150), "f:1: items[0]: the input ends in the middle of a document"},
      {"{\"kind\":\"List\",\n\"apiVersion\":\"v1\",\"items\":[\n" + kService + ",\n",
       "f:4: items[1]: the input ends"},
      {list_of(kService + R"(,{"metadata":{"namespace":}})"),
       "items[1]: line 1: metadata.namespace: syntax error"},
      {list_of(kService + " " + kRange), "items[0]: expected ',', found \"{\""},
      {list_of(kService + ","), "items[1]: a value is missing before ']'"},
      {"{\"kind\" \"List\"}", "expected ':', found \"\\\"\""},
      {"{\"kind\":\"List\",}", "a member is missing before '}'"},
      {"{7:8}", "expected the name of a member, found 7"},
      {kService + "}", "f:1: expected '{', found \"}\""},
      {list_of("17"), "items[0]: 17 is not an object"},
      {list_of("null"), "items[0]: null is not an object"},
      {"{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\"}",
       "kind: \"Status\": no kind \"Status\" is known in version \"v1\""},
      {list_of(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"n"}})"),
       "items[0]: Pod n/p: kind: \"Pod\": no kind \"Pod\" is known in version \"v1\""},
      {list_of(
           R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"b","namespace":"n"},"spec":{"clusterIP":10}})"),
       "items[0]: Service n/b: spec.clusterIP: 10: json: cannot unmarshal number into Go struct field "
       "ServiceSpec.spec.clusterIP of type string"},
      {list_of(
           R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"b"},"spec":{"ports":[{"port":1e400}]}})"),
       "items[0]: spec.ports.port: number overflow parsing '1e400'"},
      {list_of(
           R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"b"},"spec":{"ports":[{"port":99999999999}]}})"),
       "spec.ports[0].port: 99999999999: json: cannot unmarshal number 99999999999"},
      {list_of(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"b","name":"c"}})"),
       "items[0]: metadata.name: this member appears twice in one object"},
      {list_of(
           R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"b"},"status":{"x":{"y":1,"y":1}}})"),
       "items[0]: status.x.y: this member appears twice in one object"},
      {R"({"kind":"List","apiVersion":"v1","items":[],"items":[]})", "items: this member appears twice"},
      {R"({"kind":"List","kind":"List"})", "kind: this member appears twice"},
      {list_of("{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"\xff\"}}"),
       "items[0]: line 1: metadata.name: syntax error while parsing value - invalid string: ill-formed "
       "UTF-8"},
      {list_of("{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"annotations\":{\"x\":"
               "\"\xc0\x80\"}}}"),
       "metadata.annotations.x: syntax error while parsing value - invalid string: ill-formed UTF-8"},
      {list_of(R"({"apiVersion":"v1","kind":"Service","metadata":{"x":)" + deep),
       "nested deeper than 256 levels"},
      {deep, "nested deeper than 256 levels"},
      {list_of(R"({"apiVersion":"v1","kind":"Service","metadata":{"namespace":"n"}})"),
       "items[0]: metadata.name: \"\": the object has no name"},
      {list_of(
           R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"b","creationTimestamp":"2026-13-01T00:00:00Z"}})"),
       "metadata.creationTimestamp: \"2026-13-01T00:00:00Z\": parsing time"},
      {"NAME TYPE CLUSTER-IP\nkubernetes ClusterIP 10.0.0.1\n", "is not an object"},
      {"kind: List\nkind: List\n", "f:2: kind: this member appears twice in one object"},
      {"a: &x [1]\nb: *x\n", "aliases are not read"},
      {"a: [1\nb: }", "f:"},
      {"# nothing\n", "f:1: there is no object in it"},
      {"apiVersion: v1\nkind: List\nitems:\n- 17\n", "f:4: items[0]: 17 is not an object"},
  };
  for (const Case& test : cases) {
    EXPECT_THAT(problem_of(test.bytes), HasSubstr(test.problem)) << test.bytes.substr(0, 200);
  }
}

TEST(DumpReader, GoesOnBehindAnObjectThatItCannotDecode) {
  const std::string bad = R"({"apiVersion":"v1","kind":"Service","metadata":{"name":5}})";
  const Read result = read(list_of(bad + "," + kService + "," + bad));
  EXPECT_THAT(result.lines, ElementsAre("Service default/a 10.0.0.1"));
  EXPECT_EQ(result.outcome.problem_count, 2U);
  EXPECT_THAT(result.outcome.problems[1], HasSubstr("f:1: items[2]: "));
}

TEST(DumpReader, ProblemsAreBounded) {
  std::string items = "1";
  for (int i = 0; i < 100; ++i) items += ",1";
  const Read result = read(list_of(items), {DumpLimits{}.max_item_bytes, 3});
  EXPECT_EQ(result.outcome.problems.size(), 3U);
  EXPECT_EQ(result.outcome.problem_count, 101U);
}

TEST(DumpReader, OneObjectIsBounded) {
  const std::string huge =
      R"({"apiVersion":"v1","kind":"Service","metadata":{"name":")" + std::string(5000, 'x') + "\"}}";
  EXPECT_THAT(problem_of(list_of(huge), {1000, 20}), HasSubstr("longer than the limit of 1000 bytes"));
  EXPECT_THAT(problem_of("kind: " + std::string(200'000, 'x'), {1000, 20}),
              HasSubstr("longer than the limit"));
  // What comes behind it is read all the same.
  const std::string tricky =
      R"({"kind":"Service","x":["]},\"\\",{"y":")" + std::string(5000, '\\') + R"(\""}]})";
  for (const std::string& long_one : {huge, tricky, std::string("\"").append(5000, ',').append("\"")}) {
    const std::string items = std::string(kService).append(",").append(long_one).append(",").append(kRange);
    const Read result = read(list_of(items), {1000, 20});
    EXPECT_EQ(result.lines.size(), 2U) << long_one.substr(0, 40);
    EXPECT_EQ(result.outcome.problems.size(), 1U);
    EXPECT_THAT(result.outcome.problems[0], HasSubstr("items[1]: an object is longer than the limit"));
  }
  // The list as a whole has no such limit, and neither has a line.
  std::string items = kService;
  for (int i = 0; i < 100; ++i) items += "," + kIp;
  EXPECT_THAT(read(list_of(items), {1000, 20}).outcome.problems, IsEmpty());
}

TEST(DumpReader, EveryCutOfADumpIsAProblem) {
  const std::string whole = list_of(kService + "," + kRange + "," + kIp);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(read(whole.substr(0, length)).outcome.problem_count, 1U) << length;
  }
}

TEST(DumpReader, DamagedBytesNeverPassForAnotherCluster) {
  const std::string whole = list_of(kService + "," + kRange + "," + kIp);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char c : {'"', '{', ']', ',', '\0', '\xff'}) {
      std::string damaged = whole;
      damaged[at] = c;
      const Read result = read(damaged);
      if (result.outcome.problem_count > 0) continue;
      // What still reads is JSON, and nlohmann::json reads it too.
      EXPECT_FALSE(Json::parse(damaged, nullptr, false).is_discarded()) << damaged;
    }
  }
}

// The fields that the fast way fills in, of what the general way gave.
cluster::ObjectMeta looked_at(cluster::ObjectMeta meta) {
  meta.generation = 0;
  meta.deletion_grace_seconds.reset();
  meta.annotations.clear();
  return meta;
}
template <class Object>
Object looked_at(Object object) {
  object.meta = looked_at(std::move(object.meta));
  return object;
}
cluster::Service looked_at(cluster::Service object) {
  cluster::Service kept;
  kept.meta = looked_at(std::move(object.meta));
  kept.type = object.type;
  kept.cluster_ip = object.cluster_ip;
  kept.cluster_ips = object.cluster_ips;
  kept.ip_families = object.ip_families;
  kept.ip_family_policy = object.ip_family_policy;
  kept.selector = object.selector;
  kept.conditions = object.conditions;
  return kept;
}

// The fast way and the general one give the same objects.
TEST(DumpReader, BothWaysAgreeOnTheRecordings) {
  for (const std::string& name : testing::recorded_dumps()) {
    const testing::Dump dump = testing::load_recorded_dump(name);
    const std::string bytes =
        testing::read_bytes(testing::source_path("tests/recordings/" + name + "/dump.json.gz"));
    const Json items = Json::parse(bytes).at("items");
    std::vector<Json> general;
    std::vector<Json> fast;
    for (const Json& item : items) {
      switch (std::get<ObjectKind>(kind_of(item))) {
        case ObjectKind::kService:
          general.push_back(encode(looked_at(std::get<cluster::Service>(decode_service(item)))));
          break;
        case ObjectKind::kServiceCidr:
          general.push_back(encode(looked_at(std::get<cluster::ServiceCidr>(decode_service_cidr(item)))));
          break;
        case ObjectKind::kIpAddress:
          general.push_back(encode(looked_at(std::get<cluster::IpAddress>(decode_ip_address(item)))));
          break;
      }
    }
    for (const auto& object : dump.services) fast.push_back(encode(object));
    for (const auto& object : dump.ip_addresses) fast.push_back(encode(object));
    for (const auto& object : dump.ranges) fast.push_back(encode(object));
    std::sort(fast.begin(), fast.end());
    std::sort(general.begin(), general.end());
    EXPECT_EQ(fast, general) << name;
  }
}

}  // namespace
}  // namespace clusterip::api
