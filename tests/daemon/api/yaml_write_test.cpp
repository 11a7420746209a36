// What is written as YAML is read back as it was.
#include "daemon/api/yaml_write.hpp"

#include <gtest/gtest.h>

#include "daemon/api/body.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

TEST(YamlWrite, IsReadBackAsItWas) {
  const Json table[] = {
      {{"a", 1}, {"b", {{"c", "text"}, {"d", Json::array()}, {"e", Json::object()}}}, {"f", nullptr}},
      {{"list", {1, {{"x", "y"}, {"z", {"p", "q"}}}, {{1, 2}, {3}}}}},
      {{"texts",
        {"yes",
         "No",
         "null",
         "~",
         "1",
         "1e3",
         "0x1",
         "a: b",
         "# c",
         "- d",
         "",
         " ",
         "a b",
         "true",
         "10.96.0.1",
         "fd00::1",
         "2026-01-02T03:04:05Z",
         "line\nbreak",
         "quote\"",
         "\u00e9",
         "*a",
         "&a",
         "y"}}},
      {{"f:metadata", {{"k:{\"port\":80}", true}}}, {"n", "N"}},
  };
  for (const Json& value : table) {
    const std::string text = write_yaml(value);
    const auto read = read_yaml_body(text);
    ASSERT_TRUE(read) << text << read.status().message;
    EXPECT_EQ(*read, value) << text;
  }
}

// What go-yaml reads: no surrogates, and nothing that does not print or breaks lines.
TEST(YamlWrite, QuotesWhatYamlTakesOtherwise) {
  EXPECT_EQ(quote_yaml("\u00e9\U0001F600"), "\"\u00e9\U0001F600\"");
  EXPECT_EQ(quote_yaml("a\"\\\n\x7f"), R"("a\"\\\n\u007f")");
  EXPECT_EQ(quote_yaml("\u0085\u2028\u2029\uFEFF"), R"("\u0085\u2028\u2029\ufeff")");
  EXPECT_EQ(quote_yaml("\xff"), "\"\uFFFD\"");
  EXPECT_EQ(write_yaml({{"a", "\U0001F600"}}), "a: \"\U0001F600\"\n");
}

TEST(YamlWrite, IsReadable) {
  EXPECT_EQ(write_yaml({{"kind", "Service"}, {"spec", {{"ports", {{{"port", 80}}}}}}}),
            "kind: Service\nspec:\n  ports:\n    -\n      port: 80\n");
}

}  // namespace
}  // namespace clusterip::api
