// What an Accept header gets.
#include "daemon/http/negotiation.hpp"

#include <gtest/gtest.h>

namespace clusterip::daemon {
namespace {

constexpr const char* kTable = "application/json;as=Table;v=v1;g=meta.k8s.io";

TEST(Negotiation, TheBestClauseThatCanBeSentCounts) {
  EXPECT_EQ(negotiate("")->form, BodyForm::kJson);
  EXPECT_EQ(negotiate("text/html, */*")->form, BodyForm::kJson);
  EXPECT_EQ(negotiate("application/yaml")->form, BodyForm::kYaml);
  EXPECT_EQ(negotiate("application/json;q=0.5,application/vnd.kubernetes.protobuf")->form,
            BodyForm::kProtobuf);
  EXPECT_EQ(negotiate("*/*,application/yaml")->form, BodyForm::kYaml);
  for (const char* accept :
       {"text/html", "garbage", ",", "application/json/x", "application/yaml;stream=watch"}) {
    EXPECT_FALSE(negotiate(accept)) << accept;
  }
}

TEST(Negotiation, TransformsAreThoseOfMeta) {
  EXPECT_EQ(negotiate(kTable)->transform, Transform::kTable);
  EXPECT_EQ(negotiate("application/yaml;as=Table;v=v1beta1;g=meta.k8s.io")->meta_version, "v1beta1");
  // A Table has no protobuf.
  EXPECT_FALSE(negotiate("application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io"));
  EXPECT_FALSE(negotiate("application/json;as=Table;v=v9;g=meta.k8s.io"));
  EXPECT_FALSE(negotiate("application/json;as=Nonsense;v=v1;g=meta.k8s.io"));
  EXPECT_EQ(negotiate(std::string(kTable) + "x,application/json")->transform, Transform::kNone);
}

TEST(Negotiation, AStatusIsNotTransformed) {
  EXPECT_EQ(
      negotiate_status("application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"),
      BodyForm::kJson);
  EXPECT_EQ(negotiate_status(std::string(kTable) + ",application/yaml"), BodyForm::kYaml);
  EXPECT_EQ(negotiate_status("text/html"), BodyForm::kJson);
}

}  // namespace
}  // namespace clusterip::daemon
