// Expected texts come from Go's strconv.Quote and encoding/json.
#include "engine/cluster/go_text.hpp"

#include <gtest/gtest.h>

namespace clusterip::cluster {
namespace {

using namespace std::string_literals;

TEST(GoText, QuotesAsStrconv) {
  EXPECT_EQ(go_quote("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(go_quote("\a\b\t\n\v\f\r\x1b\x7f"s), R"("\a\b\t\n\v\f\r\x1b\x7f")");
  EXPECT_EQ(go_quote("\xC3\xA9\xC2\xA0\xF3\xA0\x80\x81"), "\"\xC3\xA9\\u00a0\\U000e0001\"");
  EXPECT_EQ(go_quote("\xff\xC3"), R"("\xff\xc3")");
  EXPECT_EQ(go_quote("<>&"), R"("<>&")");
}

TEST(GoText, QuotesAsJsonMarshal) {
  EXPECT_EQ(json_quote("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(json_quote("\a\b\t\n\f\r\x7f"s), "\"\\u0007\\b\\t\\n\\f\\r\x7f\"");
  EXPECT_EQ(json_quote("<>&"), R"("\u003c\u003e\u0026")");
  EXPECT_EQ(json_quote("\xE2\x80\xA8"), R"("\u2028")");
  EXPECT_EQ(json_quote("\xff"), R"("\ufffd")");
  EXPECT_EQ(json_list({"a", "b"}), R"(["a","b"])");
}

TEST(GoText, ReadsUtf8AsGo) {
  EXPECT_FALSE(first_rune("\xC0\x80").valid);          // overlong
  EXPECT_FALSE(first_rune("\xED\xA0\x80").valid);      // surrogate
  EXPECT_FALSE(first_rune("\xF4\x90\x80\x80").valid);  // beyond Unicode
  EXPECT_FALSE(first_rune("\xE2\x82").valid);          // cut short
  EXPECT_EQ(first_rune("\xF0\x9F\x98\x80").code_point, 0x1F600U);
}

TEST(GoText, KnowsWhatPrints) {
  EXPECT_TRUE(is_printable(' ') && is_printable('~') && is_printable(0xE9) && is_printable(0xFFFD));
  EXPECT_FALSE(is_printable(0) || is_printable(0x7F) || is_printable(0xA0) || is_printable(0xAD));
  EXPECT_FALSE(is_printable(0xE000) || is_printable(0x10FFFF));
}

}  // namespace
}  // namespace clusterip::cluster
