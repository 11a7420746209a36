#include "daemon/api/yaml_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterip::api {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

// The documents as one JSON array, or "LINE: REASON".
std::string read(const std::string& text, const YamlLimits& limits = {}) {
  const auto result = read_yaml(text, limits);
  if (const auto* error = std::get_if<YamlError>(&result)) {
    return std::to_string(error->line) + ": " + error->reason;
  }
  return Json(std::get<std::vector<Json>>(result)).dump();
}

TEST(Yaml, PlainScalarsMeanWhatTheyMeanToKubectl) {
  EXPECT_EQ(read("[~, null, '', yes, Off, n, true]"), R"([[null,null,"",true,false,false,true]])");
  EXPECT_EQ(read("[0, -7, 0x1F, 010, 0o17, 0b101, 1_000, 18446744073709551615]"),
            "[[0,-7,31,8,15,5,1000,18446744073709551615]]");
  EXPECT_EQ(read("[1.5, +2.5, -1e3, 1e999, 99999999999999999999]"), R"([[1.5,2.5,-1000.0,"1e999",1e+20]])");
  EXPECT_EQ(read("[10.96.0.1, 'true', \"1\", -, +, 0x, --1, 1.2.3, 2026-01-01, fd00::1]"),
            R"([["10.96.0.1","true","1","-","+","0x","--1","1.2.3","2026-01-01","fd00::1"]])");
}

TEST(Yaml, DocumentsThatAreEmptyAreLeftOut) {
  EXPECT_EQ(read(""), "[]");
  EXPECT_EQ(read("# nothing\n"), "[]");
  EXPECT_EQ(read("---\n---\na: 1\n---\nb:\n- c\n"), R"([{"a":1},{"b":["c"]}])");
}

TEST(Yaml, KeysAreNamesOfMembersWhateverTheyMean) {
  EXPECT_EQ(read("{yes: 1, 010: 2, 'on': 3, x: 4}"), R"([{"8":2,"on":3,"true":1,"x":4}])");
}

// The first document, and behind it what stands twice.
std::string read_first(const std::string& text) {
  const auto result = read_first_yaml(text);
  if (const auto* error = std::get_if<YamlError>(&result)) return error->reason;
  std::string all = std::get<Json>(result).dump();
  for (const std::string& repeated : repeated_in_first_yaml(text)) all += "; " + repeated;
  return all;
}

TEST(Yaml, TheFirstDocumentIsAllThatIsReadOfABody) {
  EXPECT_EQ(read_first(""), "null");
  EXPECT_EQ(read_first("# nothing\n"), "null");
  EXPECT_EQ(read_first("a: 1\n---\nb: 2\n"), R"({"a":1})");
  EXPECT_EQ(read_first("---\n---\na: 1\n"), "null");
  EXPECT_EQ(read_first("a: 1\n---\n- x: y: z\n"), R"({"a":1})");
}

TEST(Yaml, TellsOfKeysThatStandTwice) {
  EXPECT_EQ(read_first("a: 1\nb: {c: 2, c: 3}\n"),
            R"({"a":1,"b":{"c":3}}; line 2: key "c" already set in map)");
  EXPECT_EQ(read_first("a: 1\na:\n  b: 1\n  b: 2\n"),
            R"({"a":{"b":2}}; line 4: key "b" already set in map; line 3: key "a" already set in map)");
  EXPECT_EQ(read_first("{5: a, 5: b, true: c, yes: d}"),
            R"({"5":"b","true":"d"}; line 1: key 5 already set in map; line 1: key true already set in map)");
  EXPECT_EQ(read_first("{a: 1}\n"), R"({"a":1})");
}

// As sigs.k8s.io/yaml 1.6 answers.
TEST(Yaml, AMapTakesOverTheMembersOfOthers) {
  EXPECT_EQ(read("a: &a {x: q}\nb: {<<: *a, z: w}"), R"([{"a":{"x":"q"},"b":{"x":"q","z":"w"}}])");
  EXPECT_EQ(read("a: &a {x: q}\nb: {x: 1, <<: *a}"), R"([{"a":{"x":"q"},"b":{"x":"q"}}])");
  EXPECT_EQ(read("{<<: [{x: 1, v: 1}, {x: 2, z: 2}], w: 3}"), R"([{"v":1,"w":3,"x":1,"z":2}])");
  EXPECT_EQ(read("{<<: {<<: {x: 1}, v: 2}}"), R"([{"v":2,"x":1}])");
  EXPECT_EQ(read("{<<: []}"), "[{}]");
  EXPECT_EQ(read("{'<<': {x: 1}}"), R"([{"<<":{"x":1}}])");
  for (const char* text : {"{<<: 5}", "{<<: }", "{<<: [1]}"}) {
    EXPECT_EQ(read(text), "0: map merge requires map or sequence of maps as the value");
  }
  EXPECT_EQ(read_first("{<<: {x: 1}, x: 2}"), R"({"x":2}; line 1: key "x" already set in map)");
}

TEST(Yaml, IsTextThatPrints) {
  for (const char* text : {"a: b\n", "\xef\xbb\xbf{}", "a: \"\t\xc2\x85\xc2\xa0\xf0\x9f\x98\x80\"\r\n", ""}) {
    EXPECT_EQ(yaml_text_fault(text), std::nullopt) << text;
  }
  const std::string nul("a: \0", 4);
  for (const std::string& text :
       {nul, std::string("\x7f"), std::string("a\xc2\x80"), std::string(" \xef\xbb\xbf")}) {
    EXPECT_EQ(yaml_text_fault(text), "control characters are not allowed");
  }
  EXPECT_EQ(yaml_text_fault("a: \xff"), "invalid UTF-8");
}

TEST(Yaml, AliasesAreWrittenOutWithinTheLimits) {
  EXPECT_EQ(read("a: &x [1, {b: 2}]\nc: *x\n"), R"([{"a":[1,{"b":2}],"c":[1,{"b":2}]}])");
  EXPECT_EQ(read("a: &x [1, *x]\n"), "1: names a value that contains it");
  EXPECT_THAT(read("a: *y\n"), HasSubstr("1: "));
  EXPECT_EQ(read("a: &x [1]\n*x : 2\n"), "2: has a key that is no text");
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 0; k < 8; ++k) bomb += ", " + before;
    bomb += "]\n";
  }
  EXPECT_THAT(read(bomb, {.nodes = 100'000, .depth = 64}), HasSubstr("holds too many values"));
  std::string chain = "a0: &a0 []\n";
  for (int i = 1; i < 40; ++i) {
    chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_THAT(read(chain, {.nodes = 100'000, .depth = 32}), HasSubstr("is nested too deeply"));
}

TEST(Yaml, NamesTheLineOfWhatIsWrong) {
  EXPECT_THAT(read("a: 1\n b: 2\n"), HasSubstr("2: "));
  EXPECT_EQ(read("a:\n  ? [1]\n  : 2\n"), "2: has a key that is no text");
  EXPECT_EQ(read("a:\n  b:\n    c: 1\n", {.nodes = 100, .depth = 2}), "3: is nested too deeply");
  EXPECT_THAT(read(std::string(100'000, '[')), HasSubstr("1: "));
  EXPECT_THAT(read("a: 1\n]\n"), HasSubstr("2: "));
}

}  // namespace
}  // namespace clusterip::api
