#include "engine/cluster/metadata_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/cluster/owner_rules.hpp"

namespace clusterip::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

ObjectMeta named(std::string name) {
  ObjectMeta meta;
  meta.name = std::move(name);
  return meta;
}

std::vector<std::string> texts(const FieldErrors& errors) {
  std::vector<std::string> out;
  for (const FieldError& error : errors) out.push_back(error.field + ": " + error.message());
  return out;
}

TEST(Names, FollowTheirRules) {
  EXPECT_THAT(check_dns_subdomain("a.b-c.d"), IsEmpty());
  EXPECT_THAT(check_dns_subdomain("a..b"), SizeIs(1));
  EXPECT_THAT(check_dns_subdomain(std::string(254, 'a')), ElementsAre("must be no more than 253 characters"));
  EXPECT_THAT(check_dns_label("a.b"), ElementsAre("must not contain dots"));
  EXPECT_THAT(check_dns1035_label("1a"), SizeIs(1));
  EXPECT_THAT(check_dns_label("1a"), IsEmpty());
  EXPECT_THAT(check_label_key("/a"), ElementsAre("prefix part must be non-empty"));
  EXPECT_THAT(check_label_key("a.b/"), SizeIs(2));
  EXPECT_THAT(check_label_key("a/b/c"), SizeIs(1));
  EXPECT_THAT(check_label_value(""), IsEmpty());
  EXPECT_THAT(check_path_segment(".."), ElementsAre("may not be '..'"));
  EXPECT_THAT(check_path_segment("..", true), IsEmpty());
  EXPECT_THAT(check_path_segment("a/%"), ElementsAre("may not contain '/'", "may not contain '%'"));
  EXPECT_THAT(check_port_name("http-80"), IsEmpty());
  EXPECT_THAT(check_port_name("-8--0-"), SizeIs(3));
}

TEST(Names, TakeATrailingDashOfAPrefix) {
  EXPECT_THAT(name_is_dns_subdomain("range-", true), IsEmpty());
  EXPECT_THAT(name_is_dns_subdomain("range-", false), SizeIs(1));
  EXPECT_THAT(name_is_dns_subdomain("-", true), SizeIs(1));
}

TEST(Metadata, RefusesNegativeGenerations) {
  ObjectMeta meta = named("a");
  meta.generation = -1;
  EXPECT_THAT(texts(validate_object_meta(meta, name_is_path_segment, Scope::kCluster)),
              ElementsAre("metadata.generation: Invalid value: -1: must be greater than or equal to 0"));
}

TEST(Metadata, ReadsAnnotationKeysInLowerCase) {
  EXPECT_THAT(validate_annotations({{"EXAMPLE.com/A", ""}}), IsEmpty());
  EXPECT_THAT(validate_labels({{"EXAMPLE.com/A", ""}}, "metadata.labels"), SizeIs(1));
  // The Kelvin sign and the dotted capital I become ASCII letters.
  EXPECT_THAT(validate_annotations({{"\xE2\x84\xAA.io/a", ""}, {"\xC4\xB0.io/a", ""}}), IsEmpty());
}

TEST(Metadata, LimitsTheSizeOfAllAnnotations) {
  EXPECT_THAT(validate_annotations({{"a", std::string(262143, 'x')}}), IsEmpty());
  EXPECT_THAT(texts(validate_annotations({{"a", std::string(262144, 'x')}})),
              ElementsAre("metadata.annotations: Too long: may not be more than 262144 bytes"));
}

TEST(Metadata, KnowsThreeFinalizersWithoutADomain) {
  ObjectMeta meta = named("a");
  meta.finalizers = {"kubernetes", "orphan", "example.com/x", "other"};
  EXPECT_THAT(
      texts(validate_core_meta(meta, name_is_path_segment, Scope::kCluster)),
      ElementsAre("metadata.finalizers[3]: Invalid value: \"other\": name is neither a standard finalizer "
                  "name nor is it fully qualified"));
  meta.finalizers = {"orphan", "foregroundDeletion"};
  EXPECT_THAT(
      texts(validate_core_meta(meta, name_is_path_segment, Scope::kCluster)),
      ElementsAre(
          "metadata.finalizers: Invalid value: [\"orphan\",\"foregroundDeletion\"]: finalizer orphan and "
          "foregroundDeletion cannot be both set"));
}

TEST(Metadata, TakesNoNewFinalizersWhileBeingDeleted) {
  ObjectMeta old = named("a");
  old.deletion = Instant{};
  old.finalizers = {"x.io/a"};
  ObjectMeta meta = old;
  meta.finalizers = {"x.io/c", "x.io/b", "x.io/a"};
  EXPECT_THAT(
      texts(validate_object_meta_update(meta, old)),
      ElementsAre(
          "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, "
          "found new finalizers []string{\"x.io/b\", \"x.io/c\"}"));
}

TEST(Metadata, KeepsWhatAClientCannotSet) {
  ObjectMeta old = named("a");
  old.uid = "u";
  old.generation = 4;
  old.deletion = Instant{};
  old.deletion_grace_seconds = 0;
  ObjectMeta meta = named("a");
  meta.name_space = "ns";
  prepare_update(meta, old, Scope::kCluster);
  EXPECT_THAT(validate_common_update(meta, old, Scope::kCluster), IsEmpty());

  meta.deletion_grace_seconds = 5;
  EXPECT_THAT(texts(validate_object_meta_update(meta, old)),
              ElementsAre("metadata.deletionGracePeriodSeconds: Invalid value: 5: field is immutable"));
  meta = named("a");
  meta.deletion = read_instant("2025-02-02T01:00:00+01:00");
  EXPECT_THAT(
      texts(validate_object_meta_update(meta, named("a"))),
      ElementsAre("metadata.deletionTimestamp: Invalid value: \"2025-02-02T00:00:00Z\": field is immutable"));
}

TEST(Metadata, DoesNotTakeADeletionAtGosZeroTimeForOne) {
  ObjectMeta old = named("a");
  old.deletion = kGoZeroTime;
  ObjectMeta meta = named("a");
  prepare_update(meta, old, Scope::kCluster);
  EXPECT_THAT(texts(validate_object_meta_update(meta, old)),
              ElementsAre("metadata.deletionTimestamp: Invalid value: null: field is immutable"));
  EXPECT_THAT(texts(validate_object_meta_update(old, named("a"))),
              ElementsAre("metadata.deletionTimestamp: Invalid value: null: field is immutable"));
}

TEST(Owners, NeedAVersionKindNameAndUid) {
  EXPECT_THAT(
      texts(validate_owner_references({{"a/b/c", "", "", "", {}, {}}})),
      ElementsAre("metadata.ownerReferences.apiVersion: Invalid value: \"a/b/c\": version must not be empty",
                  "metadata.ownerReferences.kind: Invalid value: \"\": must not be empty",
                  "metadata.ownerReferences.name: Invalid value: \"\": must not be empty",
                  "metadata.ownerReferences.uid: Invalid value: \"\": must not be empty"));
  EXPECT_THAT(
      texts(validate_owner_references({{"v1", "Event", "e", "u", true, {}}})),
      ElementsAre(
          "metadata.ownerReferences: Invalid value: {\"apiVersion\":\"v1\",\"kind\":\"Event\",\"name\":\"e\","
          "\"uid\":\"u\",\"controller\":true}: /v1, Kind=Event is disallowed from being an owner"));
}

TEST(Owners, HaveOneController) {
  const OwnerReference a{"v1", "A", "a", "1", true, {}};
  const OwnerReference b{"v1", "B", "b", "2", true, false};
  const FieldErrors errors = validate_owner_references({a, b});
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(
      errors[0].detail,
      "Only one reference can have Controller set to true. Found \"true\" in references for A/a and B/b");
  EXPECT_EQ(errors[0].value_json,
            "[{\"apiVersion\":\"v1\",\"kind\":\"A\",\"name\":\"a\",\"uid\":\"1\",\"controller\":true},"
            "{\"apiVersion\":\"v1\",\"kind\":\"B\",\"name\":\"b\",\"uid\":\"2\",\"controller\":true,"
            "\"blockOwnerDeletion\":false}]");
}

TEST(ManagedFieldsEntries, NameAnOperationAndAPrintableManager) {
  ManagedFields entry;
  entry.operation = "Apply";
  entry.manager =
      "a\xC2\xA0"
      "b";
  EXPECT_THAT(
      texts(validate_managed_fields({entry})),
      ElementsAre("metadata.managedFields[0].manager: Invalid value: \"a\\u00a0b\": invalid character U+00A0 "
                  "(at position 1)"));
  entry = {};
  entry.fields_type = "FieldsV2";
  entry.subresource = std::string(257, 's');
  EXPECT_THAT(
      texts(validate_managed_fields({entry})),
      ElementsAre("metadata.managedFields[0].operation: Invalid value: \"\": must be `Apply` or `Update`",
                  "metadata.managedFields[0].fieldsType: Invalid value: \"FieldsV2\": must be `FieldsV1`",
                  "metadata.managedFields[0].subresource: Too long: may not be more than 256 bytes"));
}

}  // namespace
}  // namespace clusterip::cluster
