#include "tools/clusteripctl/json_scan.hpp"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tools/clusteripctl/utf8.hpp"

namespace clusterip::ctl {
namespace {

bool accepts(std::string_view text, std::size_t depth = JsonObject::kDefaultDepth) {
  JsonObject object;
  return object.scan(text, depth).empty();
}

TEST(JsonObject, KeepsValuesAsTheyWereWritten) {
  JsonObject object;
  ASSERT_EQ(object.scan(R"( { "a" : [ 1, {"b": 2} ] , "n":12345678901234567890123e-7 ,"s":"\u00e9" } )"), "");
  EXPECT_EQ(object.find("a"), "[ 1, {\"b\": 2} ]");
  EXPECT_EQ(object.find("n"), "12345678901234567890123e-7");
  EXPECT_EQ(object.find("s"), "\"\\u00e9\"");
  EXPECT_EQ(object.find("A"), std::nullopt);
}

TEST(JsonObject, TakesTheLastOfSeveralMembersOfOneName) {
  JsonObject object;
  ASSERT_EQ(object.scan(R"({"a":1,"\u0061":2})"), "");
  EXPECT_EQ(object.find("a"), "2");
}

TEST(JsonObject, AgreesWithAnotherReaderOnWhatIsJson) {
  for (const char* text : {"",
                           " ",
                           "{}",
                           "{} ",
                           "{}x",
                           "[]",
                           "1",
                           "null",
                           "\"\"",
                           "{",
                           "}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{,}",
                           "{\"a\":1 \"b\":2}",
                           "{\"a\":01}",
                           "{\"a\":-}",
                           "{\"a\":-0}",
                           "{\"a\":1.}",
                           "{\"a\":.5}",
                           "{\"a\":1e}",
                           "{\"a\":1e+5}",
                           "{\"a\":+1}",
                           "{\"a\":tru}",
                           "{\"a\":true}",
                           "{\"a\":nul}",
                           "{a:1}",
                           "{'a':1}",
                           "{\"a\":\"\\x\"}",
                           "{\"a\":\"\\u12\"}",
                           "{\"a\":\"\\u12G4\"}",
                           "{\"a\":\"\t\"}",
                           "{\"a\":\"\\ud83d\\ude00\"}",
                           "{\"a\":[}",
                           "{\"a\":[1,]}",
                           "{\"a\":[1 2]}",
                           "{\"a\":{\"b\":[{}]}}",
                           "{\"a\":NaN}",
                           "{\"a\":Infinity}",
                           "{\"a\":1}{}",
                           "\xef\xbb\xbf{}",
                           "{\"a\":\"\xff\"}",
                           "{\"a\":\"\xc3\xa9\"}",
                           "{\"a\":\"\xed\xa0\x80\"}",
                           "{\"a\":\"\xc0\xaf\"}",
                           "{\"a\":1}\r",
                           "// {}",
                           "{\"a\":1/**/}",
                           "{\"a\":\"open}",
                           "{\"a\":[\"]}"}) {
    const auto parsed = nlohmann::json::parse(text, nullptr, false);
    const bool byte_order_mark = std::string_view(text).starts_with("\xef\xbb\xbf");
    EXPECT_EQ(accepts(text), parsed.is_object() && !byte_order_mark) << text;
  }
  EXPECT_FALSE(accepts(std::string_view("{\"a\":\0}", 7)));
}

TEST(JsonObject, TakesNumbersOfAnySize) {
  EXPECT_TRUE(accepts(R"({"a":1e999999999,"b":)" + std::string(10'000, '9') + "}"));
}

TEST(JsonObject, BoundsTheDepthWithoutTheStack) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_TRUE(accepts(nested(9'999)));
  EXPECT_FALSE(accepts(nested(10'000)));
  EXPECT_FALSE(accepts("{\"a\":" + std::string(5'000'000, '[')));
  EXPECT_TRUE(accepts(nested(5'000'000), 10'000'000));
  EXPECT_TRUE(accepts("{}", 1));
  EXPECT_FALSE(accepts("{}", 0));
}

TEST(JsonText, ReadsEscapes) {
  EXPECT_EQ(json_text(R"("a\"\\\/\b\f\n\r\tz")"), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(json_text(R"("\u0041\u00e9\u20AC\ud83d\ude00")"), "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(json_text("7"), std::nullopt);
  EXPECT_EQ(json_text("[\"a\"]"), std::nullopt);
}

TEST(JsonText, ReplacesLoneSurrogates) {
  const std::string mark = "\xef\xbf\xbd";
  EXPECT_EQ(json_text(R"("\ud800")"), mark);
  EXPECT_EQ(json_text(R"("\udc00x")"), mark + "x");
  EXPECT_EQ(json_text(R"("\ud800\u0041")"), mark + "A");
  EXPECT_EQ(json_text(R"("\ud800\ud800\udc00")"), mark + "\xf0\x90\x80\x80");
}

TEST(JsonElements, SplitsArrays) {
  using Views = std::vector<std::string_view>;
  EXPECT_EQ(json_elements("[ ]"), Views{});
  EXPECT_EQ(json_elements("[1 , \"a,]\", [2,3], {\"b\":[]}]"),
            (Views{"1", "\"a,]\"", "[2,3]", "{\"b\":[]}"}));
  EXPECT_EQ(json_elements("{}"), std::nullopt);
}

TEST(Utf8, IsStrict) {
  for (const char* good :
       {"", "plain ascii of more than eight bytes", "\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf",
        "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "12345678\xc3\xa9"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xc1\xbf", "\xc3", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "12345678\xe2\x82", "\xe2(\xa1"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

}  // namespace
}  // namespace clusterip::ctl
