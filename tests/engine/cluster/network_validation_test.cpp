// The validation cases of upstream's own tests (V rows of the specification) and the repeats of an update.
#include "engine/cluster/network_validation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterip::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ServiceCidr range(std::vector<std::string> cidrs, std::string name = "test-name") {
  ServiceCidr object;
  object.meta.name = std::move(name);
  object.cidrs = std::move(cidrs);
  return object;
}

IpAddress address(std::string name, std::optional<ParentRef> parent) {
  IpAddress object;
  object.meta.name = std::move(name);
  object.parent = std::move(parent);
  return object;
}

const ParentRef kService{"", "services", "bar", "foo"};

std::vector<std::string> texts(const FieldErrors& errors) {
  std::vector<std::string> out;
  for (const FieldError& error : errors) out.push_back(error.field + ": " + error.message());
  return out;
}

std::vector<std::string> fields(const FieldErrors& errors) {
  std::vector<std::string> out;
  for (const FieldError& error : errors) out.push_back(error.field);
  return out;
}

TEST(ServiceCidrCreate, AcceptsOneCidrOfEachFamily) {
  EXPECT_THAT(validate_create(range({"192.168.0.0/24"})), IsEmpty());
  EXPECT_THAT(validate_create(range({"fd00:1234::/64"})), IsEmpty());
  EXPECT_THAT(validate_create(range({"192.168.0.0/24", "fd00:1234::/64"})), IsEmpty());
  // There is no rule about the size.
  EXPECT_THAT(validate_create(range({"0.0.0.0/0", "::/0"})), IsEmpty());
  EXPECT_THAT(validate_create(range({"10.0.0.0/32", "fd00::/128"})), IsEmpty());
}

TEST(ServiceCidrCreate, CountsTheCidrs) {
  EXPECT_THAT(texts(validate_create(range({}))),
              ElementsAre("spec.cidrs: Required value: at least one CIDR required"));
  EXPECT_THAT(texts(validate_create(range({"10.0.0.0/24", "fd00::/112", "10.1.0.0/24"}))),
              ElementsAre("spec.cidrs: Invalid value: {\"CIDRs\":[\"10.0.0.0/24\",\"fd00::/112\",\"10.1.0.0/"
                          "24\"]}: may only hold up to 2 values"));
}

TEST(ServiceCidrCreate, SaysWhatIsWrongWithEachCidr) {
  const auto reason = [](const std::string& cidr) {
    return texts(validate_create(range({cidr}))).at(0).substr(sizeof("spec.cidrs[0]: Invalid value: ") - 1);
  };
  const std::string unreadable = ": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
  EXPECT_EQ(reason("asdasdasd"), "\"asdasdasd\"" + unreadable);
  EXPECT_EQ(reason("192.168.0.1"), "\"192.168.0.1\"" + unreadable);
  EXPECT_EQ(reason("192.168.0.1/24"), "\"192.168.0.1/24\": must not have bits set beyond the prefix length");
  EXPECT_EQ(reason("FD00:1234::2/64"),
            "\"FD00:1234::2/64\": must not have bits set beyond the prefix length");
  EXPECT_EQ(reason("FD00:1234::/64"), "\"FD00:1234::/64\": must be in canonical form (\"fd00:1234::/64\")");
  EXPECT_EQ(reason("192.168.7.0/024"),
            "\"192.168.7.0/024\": must not have leading 0s in IP or prefix length");
  EXPECT_EQ(reason("::ffff:10.0.0.0/120"),
            "\"::ffff:10.0.0.0/120\": must not have an IPv4-mapped IPv6 address");
}

TEST(ServiceCidrCreate, ReportsOneErrorForEachBadCidrAndTheSameFamilyOnce) {
  EXPECT_THAT(fields(validate_create(range({"192.168.0.0/24", "FD00:1234::/64"}))),
              ElementsAre("spec.cidrs[1]"));
  EXPECT_THAT(fields(validate_create(range({"192.168.007.0/24", "fd00:1234::/64"}))),
              ElementsAre("spec.cidrs[0]"));
  EXPECT_THAT(
      texts(validate_create(range({"10.0.0.0/24", "10.1.0.0/24"}))),
      ElementsAre(
          "spec.cidrs: Invalid value: [\"10.0.0.0/24\",\"10.1.0.0/24\"]: may specify no more than one "
          "IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"));
}

TEST(ServiceCidrCreate, TakesAMappedCidrForIPv4HoweverShortItIs) {
  EXPECT_THAT(fields(validate_create(range({"::/3", "::ffff:0:0/4"}))), ElementsAre("spec.cidrs[1]"));
  EXPECT_THAT(fields(validate_create(range({"0.0.0.0/7", "::ffff:0:0/4"}))),
              ElementsAre("spec.cidrs[1]", "spec.cidrs"));
}

TEST(ServiceCidrCreate, ChecksNamesBeforeAndAfterTheyAreGenerated) {
  EXPECT_THAT(texts(validate_create(range({"10.0.0.0/24"}, ""))),
              ElementsAre("metadata.name: Required value: name or generateName is required"));
  EXPECT_THAT(fields(validate_create(range({"10.0.0.0/24"}, "Bad_Name"))), ElementsAre("metadata.name"));

  ServiceCidr generated = range({"10.0.0.0/24"}, "");
  generated.meta.generate_name = "range-";
  EXPECT_THAT(validate_create(generated), IsEmpty());
  generated.meta.generate_name = "Range-";
  EXPECT_THAT(fields(validate_create(generated)), ElementsAre("metadata.generateName", "metadata.name"));
  generated.meta.generate_name = std::string(70, 'a');
  EXPECT_EQ(name_on_create(generated, "12345"), std::string(58, 'a') + "12345");
}

TEST(ServiceCidrUpdate, MayOnlyGoFromOneToTwo) {
  const std::string v4 = "192.168.0.0/24";
  const std::string v6 = "fd00:1234::/64";
  const auto update = [](std::vector<std::string> from, std::vector<std::string> to) {
    return fields(validate_update(range(std::move(to)), range(std::move(from))));
  };
  EXPECT_THAT(update({v4, v6}, {v4, v6}), IsEmpty());
  EXPECT_THAT(update({v4}, {v4, v6}), IsEmpty());
  EXPECT_THAT(update({v6}, {v6, v4}), IsEmpty());
  EXPECT_THAT(update({v4, v6}, {"10.0.0.0/24", "fd01::/64"}), ElementsAre("spec.cidrs[0]", "spec.cidrs[1]"));
  EXPECT_THAT(update({v4, v6}, {v4, "fd01::/64"}), ElementsAre("spec.cidrs[1]"));
  EXPECT_THAT(update({v4, v6}, {v6, v4}), ElementsAre("spec.cidrs[0]", "spec.cidrs[1]"));
  EXPECT_THAT(update({v4}, {"10.0.0.0/24", v6}), ElementsAre("spec.cidrs[0]"));
  EXPECT_THAT(update({v4, v6}, {v4}), ElementsAre("spec.cidrs"));
  EXPECT_THAT(update({v4, v6}, {}), ElementsAre("spec.cidrs"));
  EXPECT_THAT(update({v4}, {}), ElementsAre("spec.cidrs"));
  EXPECT_THAT(update({v4, v6}, {v4, v6, "10.0.0.0/24"}), ElementsAre("spec.cidrs"));
  EXPECT_THAT(update({v4}, {v4, "invalid-cidr"}), ElementsAre("spec.cidrs[1]"));
  EXPECT_THAT(update({v4}, {v4, "10.0.0.0/24"}), ElementsAre("spec.cidrs"));
}

TEST(ServiceCidrUpdate, PrintsAMissingListAsNullAndAnEmptyOneAsEmpty) {
  ServiceCidr none = range({});
  EXPECT_EQ(validate_update(none, range({"10.0.0.0/24"})).at(0).value_json, "null");
  none.empty_cidrs_given = true;
  EXPECT_EQ(validate_update(none, range({"10.0.0.0/24"})).at(0).value_json, "[]");
}

TEST(ServiceCidrUpdate, RepeatsTheErrorsOfMetadata) {
  ServiceCidr changed = range({"10.0.0.0/24"});
  changed.meta.labels["a b"] = "1";
  EXPECT_THAT(fields(validate_update(changed, range({"10.0.0.0/24"}))),
              ElementsAre("metadata.labels", "metadata.labels", "metadata.labels"));
  EXPECT_THAT(validate_status_update(changed, range({"10.0.0.0/24"})), IsEmpty());
}

TEST(IpAddressCreate, ChecksNameAndParent) {
  EXPECT_THAT(validate_create(address("192.168.1.1", kService)), IsEmpty());
  EXPECT_THAT(validate_create(address("2001:4860:4860::8888", kService)), IsEmpty());
  EXPECT_THAT(validate_create(
                  address("192.168.1.1", ParentRef{"gateway.networking.k8s.io", "gateway", "bar", "foo"})),
              IsEmpty());
  EXPECT_THAT(fields(validate_create(address("test-name", kService))), ElementsAre("metadata.name"));
  EXPECT_THAT(fields(validate_create(address("test-name", std::nullopt))),
              ElementsAre("metadata.name", "spec.parentRef"));
  EXPECT_THAT(
      texts(validate_create(address("2001:4860:4860:0::8888", kService))),
      ElementsAre("metadata.name: Invalid value: \"2001:4860:4860:0::8888\": must be in canonical form "
                  "(\"2001:4860:4860::8888\")"));
  EXPECT_THAT(texts(validate_create(address("192.168.1.1", ParentRef{"", "services", "bar", "foo$%&"}))),
              ElementsAre("spec.parentRef.name: Invalid value: \"foo$%&\": may not contain '%'"));
  EXPECT_THAT(fields(validate_create(
                  address("192.168.1.1", ParentRef{".cust@m.resource.com", "", "bar$$$$$%@", ""}))),
              ElementsAre("spec.parentRef.group", "spec.parentRef.resource", "spec.parentRef.name",
                          "spec.parentRef.namespace"));
}

TEST(IpAddressCreate, TakesGenerateNameAsItIs) {
  IpAddress object = address("", kService);
  object.meta.generate_name = "10.0.0.1";
  EXPECT_EQ(name_on_create(object), "10.0.0.1");
  EXPECT_THAT(validate_create(object), IsEmpty());
}

TEST(IpAddressUpdate, KeepsTheParent) {
  const IpAddress old = address("192.168.1.1", kService);
  EXPECT_THAT(validate_update(old, old), IsEmpty());
  EXPECT_THAT(texts(validate_update(address("192.168.1.1", ParentRef{"", "services", "bar", "y"}), old)),
              ElementsAre("spec.parentRef: Invalid value: "
                          "{\"Group\":\"\",\"Resource\":\"services\",\"Namespace\":\"bar\",\"Name\":\"y\"}: "
                          "field is immutable"));
  EXPECT_THAT(texts(validate_update(address("192.168.1.1", std::nullopt), old)),
              ElementsAre("spec.parentRef: Required value",
                          "spec.parentRef: Invalid value: null: field is immutable"));
}

}  // namespace
}  // namespace clusterip::cluster
