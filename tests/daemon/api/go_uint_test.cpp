// Numbers of resourceVersions, and the words of Go for what is none.
#include "daemon/api/go_uint.hpp"

#include <gtest/gtest.h>

namespace clusterip::api {
namespace {

std::string fault(std::string_view text) {
  const auto read = read_go_uint(text);
  const auto* words = std::get_if<std::string>(&read);
  return words == nullptr ? "" : *words;
}

TEST(GoUint, ReadsDecimalNumbers) {
  EXPECT_EQ(std::get<std::uint64_t>(read_go_uint("0")), 0U);
  EXPECT_EQ(std::get<std::uint64_t>(read_go_uint("007")), 7U);
  EXPECT_EQ(std::get<std::uint64_t>(read_go_uint("18446744073709551615")), ~std::uint64_t{0});
}

TEST(GoUint, TellsWhatIsNoNumber) {
  for (const char* text : {"", "-1", "+1", "0x1", "1e3", "1.5", " 1", "1 ", "1_0"}) {
    EXPECT_EQ(fault(text), std::string("strconv.ParseUint: parsing \"") + text + "\": invalid syntax");
  }
  EXPECT_EQ(fault("a\"b"), R"(strconv.ParseUint: parsing "a\"b": invalid syntax)");
}

TEST(GoUint, TellsWhatIsTooMuchBeforeWhatFollows) {
  for (const char* text : {"18446744073709551616", "99999999999999999999", "99999999999999999999x"}) {
    EXPECT_EQ(fault(text), std::string("strconv.ParseUint: parsing \"") + text + "\": value out of range");
  }
}

}  // namespace
}  // namespace clusterip::api
