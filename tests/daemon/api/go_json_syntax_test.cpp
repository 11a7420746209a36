// Go's words for texts that are no JSON; the cases are Go's own answers.
#include "daemon/api/go_json_syntax.hpp"

#include <gtest/gtest.h>

namespace clusterip::api {
namespace {

TEST(GoJsonFault, IsAbsentForJson) {
  for (const char* text :
       {"{}", " [1, -0.5e+3, \"a\\u00e9\\n\", true, false, null, {\"a\": []}] \n", "0", "\"\xff\""}) {
    EXPECT_FALSE(go_json_fault(text).has_value()) << text;
  }
}

TEST(GoJsonFault, NamesCharacterAndPlace) {
  const std::pair<const char*, const char*> table[] = {
      {"", "unexpected end of JSON input"},
      {"{", "unexpected end of JSON input"},
      {"[1,2", "unexpected end of JSON input"},
      {"\"a", "unexpected end of JSON input"},
      {"{\"a\":}", "invalid character '}' looking for beginning of value"},
      {"{\"a\":1,}", "invalid character '}' looking for beginning of object key string"},
      {"{a:1}", "invalid character 'a' looking for beginning of object key string"},
      {"{\"a\" 1}", "invalid character '1' after object key"},
      {"{\"a\":01}", "invalid character '1' after object key:value pair"},
      {"[1 2]", "invalid character '2' after array element"},
      {"{} {}", "invalid character '{' after top-level value"},
      {"nonsense", "invalid character 'o' in literal null (expecting 'u')"},
      {"tru", "invalid character ' ' in literal true (expecting 'e')"},
      {"-", "invalid character ' ' in numeric literal"},
      {"1.", "invalid character ' ' after decimal point in numeric literal"},
      {"1e+", "invalid character ' ' in exponent of numeric literal"},
      {"\"\\x\"", "invalid character 'x' in string escape code"},
      {"\"\\u12g\"", "invalid character 'g' in \\u hexadecimal character escape"},
      {"\"\x01\"", "invalid character '\\x01' in string literal"},
      {"'", "invalid character '\\'' looking for beginning of value"},
      {"\xff", "invalid character '\xc3\xbf' looking for beginning of value"},
  };
  for (const auto& [text, words] : table) EXPECT_EQ(go_json_fault(text), words) << text;
}

TEST(GoJsonFault, BearsAnyDepth) {
  EXPECT_EQ(go_json_fault(std::string(1'000'000, '[')), "unexpected end of JSON input");
}

}  // namespace
}  // namespace clusterip::api
