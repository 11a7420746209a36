#include "daemon/api/label_selector.hpp"

#include <gtest/gtest.h>

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

std::string fault(std::string_view text) {
  const auto read = read_label_selector(text);
  const auto* words = std::get_if<std::string>(&read);
  return words == nullptr ? "" : *words;
}

bool fits(std::string_view text, const Json& labels) {
  const auto rules = std::get<std::vector<LabelRule>>(read_label_selector(text));
  for (const LabelRule& rule : rules) {
    if (!rule.matches(labels)) return false;
  }
  return true;
}

TEST(LabelSelector, FitsAsUpstreamsDoes) {
  const Json labels = {{"a", "b"}, {"n", "7"}, {"in", "notin"}, {"e", ""}};
  for (const char* text :
       {"",        " ",         "a",           "a=b",           "a==b",        "a!=c",        "!x",
        "x!=b",    "a in (b)",  "a in (c,b)",  "a in(b)",       "a notin (c)", "x notin (b)", "n>6",
        "n<8",     "a=b,n=7",   " a = b , n ", "in in (notin)", "in",          "e=",          "e",
        "e in ()", "e in (,x)", "e in (x,)",   "a\tin\n(b)"}) {
    ASSERT_EQ(fault(text), "") << text;
    EXPECT_TRUE(fits(text, labels)) << text;
  }
  for (const char* text :
       {"x", "a=c", "a!=b", "!a", "a in (c)", "a notin (b,c)", "n>7", "n<7", "a>1", "x>1", "a=b,x"}) {
    ASSERT_EQ(fault(text), "") << text;
    EXPECT_FALSE(fits(text, labels)) << text;
  }
  EXPECT_FALSE(fits("a", nullptr));
  EXPECT_TRUE(fits("!a", nullptr));
}

TEST(LabelSelector, IsRefusedInUpstreamsWords) {
  EXPECT_EQ(fault(","), "found ',', expected: !, identifier, or 'end of string'");
  EXPECT_EQ(fault("a=b,"), "found '', expected: identifier after ','");
  EXPECT_EQ(fault("a b"), "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt");
  EXPECT_EQ(fault("a=b c"), "found 'c', expected: ',' or 'end of string'");
  EXPECT_EQ(fault("!"), "unable to parse requirement: found '', expected: identifier");
  EXPECT_EQ(fault("a in b"), "unable to parse requirement: found 'b' expected: '('");
  EXPECT_EQ(fault("a in ("), "unable to parse requirement: found '', expected: ',', ')' or identifier");
  EXPECT_EQ(fault("a in (b"), "unable to parse requirement: found '', expected: ',' or ')'");
  EXPECT_EQ(fault("a in (b,"), "unable to parse requirement: found '', expected: ',', or identifier");
  EXPECT_EQ(fault("a=(b)"), "unable to parse requirement: found '(', expected: identifier");
  EXPECT_EQ(fault("a>=1"), "unable to parse requirement: found '=', expected: identifier");
  EXPECT_EQ(
      fault("a>x"),
      "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value "
      "must be an integer");
  EXPECT_TRUE(fault("-a=1").starts_with("unable to parse requirement: <nil>: Invalid value: \"-a\": "))
      << fault("-a=1");
  EXPECT_TRUE(fault("a=-b").starts_with("unable to parse requirement: values[0][a]: Invalid value: \"-b\": "))
      << fault("a=-b");
}

}  // namespace
}  // namespace clusterip::api
