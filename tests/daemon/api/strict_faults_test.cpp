// Unknown and repeated fields, in the order of the text.
#include "daemon/api/strict_faults.hpp"

#include <gtest/gtest.h>

namespace clusterip::api {
namespace {

using Texts = std::vector<std::string>;

Texts faults(std::string_view text) {
  return strict_faults(text, schema_of(resource(ResourceIndex::kServices)));
}

TEST(StrictFaults, ComeInTheOrderOfTheText) {
  EXPECT_EQ(faults(R"({"z":1,"spec":{"ports":[{"port":1},{"foo":{"deep":1},"port":1}],"bar":1},"a":[]})"),
            (Texts{R"(unknown field "z")", R"(unknown field "spec.ports[1].foo")",
                   R"(unknown field "spec.bar")", R"(unknown field "a")"}));
}

TEST(StrictFaults, FieldsMayStandOnce) {
  EXPECT_EQ(
      faults(R"({"kind":"a","kind":"b","spec":{"type":1,"type":2,"type":3,"x":1,"x":2}})"),
      (Texts{R"(duplicate field "kind")", R"(duplicate field "spec.type")", R"(unknown field "spec.x")"}));
  EXPECT_EQ(faults(R"({"metadata":{"labels":{"a":"b","a":"c"}}})"),
            (Texts{R"(duplicate field "metadata.labels.a")"}));
}

TEST(StrictFaults, FieldSetsMayHoldAnything) {
  EXPECT_EQ(faults(R"({"metadata":{"managedFields":[{"fieldsV1":{"f:a":{},"f:a":{}}}]}})"), Texts{});
}

TEST(StrictFaults, AreAHundredAtMost) {
  std::string text = "{";
  for (int i = 0; i < 200; ++i) text += (i == 0 ? "\"x" : ",\"x") + std::to_string(i) + "\":1";
  EXPECT_EQ(faults(text + "}").size(), 100U);
}

TEST(StrictFaults, WithoutASchemaNothingIsUnknown) {
  EXPECT_EQ(repeated_fields(R"({"a":{"b":1,"b":2},"c":[{"d":1,"d":2}]})"),
            (Texts{R"(duplicate field "a.b")", R"(duplicate field "c[0].d")"}));
}

TEST(StrictFaults, OperationsOfAPatchHaveFourMembers) {
  EXPECT_EQ(
      operation_faults(R"([{"op":"add","op":"add","path":"/a","value":{"a":1,"a":2},"x":1},{"y":{"z":1}}])"),
      (Texts{R"(json patch duplicate field "[0].op")", R"(json patch duplicate field "[0].value.a")",
             R"(json patch unknown field "[0].x")", R"(json patch unknown field "[1].y")"}));
  EXPECT_EQ(operation_faults(R"([{"op":"copy","from":"/a","path":"/b"},{"value":[{"c":{"d":1}}]}])"),
            Texts());
}

}  // namespace
}  // namespace clusterip::api
