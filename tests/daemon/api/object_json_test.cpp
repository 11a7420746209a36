#include "daemon/api/object_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/api/document.hpp"

namespace clusterip::api {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using Json = nlohmann::json;

Json parse(const char* text) {
  return Json::parse(text);
}

template <class Object>
DecodeError error_of(const Decoded<Object>& decoded) {
  const auto* error = std::get_if<DecodeError>(&decoded);
  return error == nullptr ? DecodeError{"", "", "decoded"} : *error;
}

TEST(ObjectJson, ReadsAServiceCidrOfTheSpecification) {
  const auto decoded = decode_service_cidr(parse(R"({"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR",
    "metadata":{"name":"kubernetes","finalizers":["networking.k8s.io/service-cidr-finalizer"],
                "creationTimestamp":"2026-11-22T10:00:00Z","deletionTimestamp":null},
    "spec":{"cidrs":["10.96.0.0/16","fd00:96::/108"]},
    "status":{"conditions":[{"type":"Ready","status":"True","reason":"",
      "message":"Kubernetes Service CIDR is ready","lastTransitionTime":"2026-11-22T10:00:01Z"}]}})"));
  const auto& cidr = std::get<cluster::ServiceCidr>(decoded);
  EXPECT_EQ(cidr.meta.name, "kubernetes");
  EXPECT_TRUE(cidr.meta.has_finalizer(cluster::kServiceCidrFinalizer));
  EXPECT_EQ(cluster::to_text(cidr.meta.creation.value()), "2026-11-22T10:00:00Z");
  EXPECT_FALSE(cidr.meta.deletion.has_value());
  EXPECT_THAT(cidr.cidrs, ElementsAre("10.96.0.0/16", "fd00:96::/108"));
  EXPECT_TRUE(cidr.counts_as_ready());
}

TEST(ObjectJson, ReadsAnIpAddress) {
  const auto decoded = decode_ip_address(parse(R"({"metadata":{"name":"10.96.4.7","labels":{
      "ipaddress.kubernetes.io/ip-family":"IPv4","ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io"}},
    "spec":{"parentRef":{"resource":"services","namespace":"shop","name":"cart"}}})"));
  const auto& address = std::get<cluster::IpAddress>(decoded);
  EXPECT_TRUE(address.is_managed());
  EXPECT_EQ(address.parent, (cluster::ParentRef{"", "services", "shop", "cart"}));
  EXPECT_THAT(address.meta.labels,
              ElementsAre(Pair("ipaddress.kubernetes.io/ip-family", "IPv4"),
                          Pair("ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io")));
}

// With every field that a Service has.
Json full_service() {
  return parse(R"({"apiVersion":"v1","kind":"Service",
    "metadata":{"name":"a","namespace":"n","uid":"u","resourceVersion":"7","generation":2,
      "creationTimestamp":"2026-11-22T10:00:00Z","deletionTimestamp":"2026-11-22T10:00:09Z",
      "deletionGracePeriodSeconds":0,"labels":{"l":"1"},"annotations":{"x":"2"},"finalizers":["f/f"],
      "ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"q","controller":true}],
      "managedFields":[{"manager":"m","operation":"Update","apiVersion":"v1","time":"2026-11-22T10:00:00Z",
        "fieldsType":"FieldsV1","fieldsV1":{"f:spec":{}}}]},
    "spec":{"type":"LoadBalancer","clusterIP":"10.96.0.7","clusterIPs":["10.96.0.7","fd00::7"],
      "ipFamilies":["IPv4","IPv6"],"ipFamilyPolicy":"RequireDualStack","selector":{"app":"a"},
      "ports":[{"name":"h","port":80,"protocol":"TCP","targetPort":"http","nodePort":30080},
               {"name":"i","port":81,"protocol":"TCP","targetPort":8081,"appProtocol":"h2"}],
      "sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":10800}},
      "externalIPs":["1.2.3.4"],"loadBalancerSourceRanges":["10.0.0.0/8"],"loadBalancerClass":"c/c",
      "allocateLoadBalancerNodePorts":false,"externalTrafficPolicy":"Local","internalTrafficPolicy":"Cluster",
      "healthCheckNodePort":30001,"publishNotReadyAddresses":true,"trafficDistribution":"PreferClose"},
    "status":{"conditions":[{"type":"T","status":"True","reason":"R","message":"m","lastTransitionTime":null,
      "observedGeneration":3}],"loadBalancer":{"ingress":[{"ip":"1.2.3.4","ipMode":"VIP","ports":[{"port":80,"protocol":"TCP"}]}]}}})");
}

TEST(ObjectJson, WritesWhatItReads) {
  const Json full = full_service();
  EXPECT_EQ(encode(std::get<cluster::Service>(decode_service(full))), full);
}

// What is stored is written without a tree, and is the same.
TEST(ObjectJson, StoredTextIsThePrintedTree) {
  Json odd = full_service();
  odd["metadata"]["labels"] = {{"quote\"", "back\\slash"}, {"ünïcode", "\u0001\n"}, {"", ""}};
  odd["metadata"]["annotations"]["broken"] = "\xff\xfe";
  odd["spec"]["selector"] = {{"b", "2"}, {"a", "1"}};
  odd["status"]["loadBalancer"]["ingress"][0]["ports"][0]["error"] = "e";
  const Json empty{{"metadata", {{"name", "a"}}}};
  const Json bare{{"metadata", {{"name", "a"}}}, {"spec", {{"sessionAffinityConfig", Json::object()}}}};
  for (const Json& object : {full_service(), odd, empty, bare}) {
    const auto service = std::get<cluster::Service>(decode_service(object));
    EXPECT_EQ(document_of(service), write_document(encode(service)));
  }
  for (
      const char* text :
      {R"({"metadata":{"name":"10.0.0.1","labels":{"a":"b"}},"spec":{"parentRef":{"group":"g","resource":"services",
            "namespace":"n","name":"s"}}})",
       R"({"metadata":{"name":"fd00::1"}})"}) {
    const auto address = std::get<cluster::IpAddress>(decode_ip_address(parse(text)));
    EXPECT_EQ(document_of(address), write_document(encode(address)));
  }
}

TEST(ObjectJson, UnknownMembersAndOtherSpellingsAreIgnored) {
  const auto decoded = decode_service(parse(R"({"spec":{"clusterip":"10.0.0.1","ClusterIP":5,"new":{}}})"));
  EXPECT_EQ(std::get<cluster::Service>(decoded).cluster_ip, "");
}

TEST(ObjectJson, NullsCountAsLeftOut) {
  const auto decoded = decode_service(parse(
      R"({"metadata":null,"spec":{"clusterIP":null,"clusterIPs":[null],"ipFamilyPolicy":null,"ports":null}})"));
  const auto& service = std::get<cluster::Service>(decoded);
  EXPECT_THAT(service.cluster_ips, ElementsAre(""));
  EXPECT_FALSE(service.ip_family_policy.has_value());
}

// The words are those of a real apiserver's BadRequest.
TEST(ObjectJson, RefusesWrongTypesWithFieldValueAndUpstreamsWords) {
  struct Case {
    const char* json;
    const char* field;
    const char* value;
    const char* reason;
  };
  const Case cases[] = {
      {R"({"spec":{"clusterIP":5}})", "spec.clusterIP", "5",
       "json: cannot unmarshal number into Go struct field ServiceSpec.spec.clusterIP of type string"},
      {R"({"spec":{"clusterIPs":"10.0.0.1"}})", "spec.clusterIPs", "\"10.0.0.1\"",
       "json: cannot unmarshal string into Go struct field ServiceSpec.spec.clusterIPs of type []string"},
      {R"({"spec":{"ipFamilies":["IPv4",{}]}})", "spec.ipFamilies[1]", "{}",
       "json: cannot unmarshal object into Go struct field ServiceSpec.spec.ipFamilies of type v1.IPFamily"},
      {R"({"spec":{"ports":[{"port":80},{"port":4294967296}]}})", "spec.ports[1].port", "4294967296",
       "json: cannot unmarshal number 4294967296 into Go struct field ServicePort.spec.ports.port of type "
       "int32"},
      {R"({"spec":{"ports":[{"targetPort":true}]}})", "spec.ports[0].targetPort", "true",
       "json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type int32"},
      {R"({"spec":[]})", "spec", "[]",
       "json: cannot unmarshal array into Go struct field Service.spec of type v1.ServiceSpec"},
      {R"({"metadata":{"labels":{"a":1}}})", "metadata.labels", "1",
       "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string"},
      {R"({"metadata":{"creationTimestamp":"yesterday"}})", "metadata.creationTimestamp", "\"yesterday\"",
       "parsing time \"yesterday\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"yesterday\" as \"2006\""},
      {R"({"kind":7})", "kind", "7",
       "json: cannot unmarshal number into Go struct field Service.kind of type string"},
      {R"([])", "", "[]", "json: cannot unmarshal array into Go value of type v1.Service"},
  };
  for (const Case& test : cases) {
    const DecodeError error = error_of(decode_service(parse(test.json)));
    EXPECT_EQ(error.field, test.field) << test.json;
    EXPECT_EQ(error.value, test.value) << test.json;
    EXPECT_EQ(error.reason, test.reason) << test.json;
  }
}

TEST(ObjectJson, LongValuesAreCutInMessages) {
  const Json value(std::string(500, 'x'));
  EXPECT_LT(short_text(value).size(), 100U);
}

TEST(ObjectJson, KnowsItsKinds) {
  const auto kind = [](const char* text) { return kind_of(parse(text)); };
  EXPECT_EQ(std::get<0>(kind(R"({"apiVersion":"v1","kind":"Service"})")), ObjectKind::kService);
  EXPECT_EQ(std::get<0>(kind(R"({"apiVersion":"networking.k8s.io/v1beta1","kind":"IPAddress"})")),
            ObjectKind::kIpAddress);
  EXPECT_EQ(std::get<1>(kind(R"({"apiVersion":"v1","kind":"ServiceCIDR"})")).reason,
            "no kind \"ServiceCIDR\" is known in version \"v1\"");
  EXPECT_EQ(std::get<1>(kind(R"({})")).reason, "Object 'Kind' is missing");
}

}  // namespace
}  // namespace clusterip::api
