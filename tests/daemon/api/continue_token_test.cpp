// The tokens with which lists go on.
#include "daemon/api/continue_token.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace clusterip::api {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Unlike encode, of any bytes.
std::string base64(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view part = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < part.size() ? static_cast<unsigned char>(part[i]) : 0U);
    for (std::size_t i = 0; i <= part.size(); ++i) text += kDigits[bits >> (18 - 6 * i) & 63U];
  }
  return text;
}

std::string token_of(const nlohmann::json& start, const nlohmann::json& revision = 7) {
  return base64(nlohmann::json{{"v", "meta.k8s.io/v1"}, {"rv", revision}, {"start", start}}.dump());
}

std::string refused(const std::string& token) {
  const auto read = read_continue_token(token);
  return read ? "" : read.status().message;
}

TEST(ContinueToken, IsReadAsItWasWritten) {
  for (const std::string& from :
       {std::string("a"), std::string("default/a\0", 10), std::string("\xc3\xa9/b")}) {
    const auto read = read_continue_token(encode(ContinueToken{42, from}));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->revision, 42);
    EXPECT_EQ(read->from, from);
  }
}

TEST(ContinueToken, TheNewestRevisionMayBeAskedFor) {
  const auto read = read_continue_token(token_of("a", -1));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->revision, -1);
}

TEST(ContinueToken, AnyCleanPathBelowTheListIsTaken) {
  const auto from = [](const std::string& start) {
    const auto read = read_continue_token(token_of(start));
    return read ? read->from : read.status().message;
  };
  EXPECT_EQ(from("default/b/c"), "default/b/c");
  EXPECT_EQ(from("/default/b"), "default/b");
  EXPECT_EQ(from("/"), "");
}

TEST(ContinueToken, APathThatLeavesTheListIsRefused) {
  for (const char* start : {"../a", "a/../b", "a/", "//a", "a//b", ".", "./a"}) {
    EXPECT_EQ(refused(token_of(start)),
              std::string("invalid continue token: continue key is not valid: ") + start);
  }
}

TEST(ContinueToken, WhatIsNoTokenIsToldInTheWordsOfItsReader) {
  const std::string begin = "invalid continue token: continue key is not valid: ";
  EXPECT_EQ(refused("a b"), begin + "illegal base64 data at input byte 1");
  EXPECT_EQ(refused("e"), begin + "illegal base64 data at input byte 0");
  EXPECT_EQ(refused(token_of("a", 0)),
            begin + "incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  EXPECT_EQ(refused(token_of("")), begin + "encoded start key empty (version meta.k8s.io/v1)");
  EXPECT_EQ(refused(base64("{}")), begin + "server does not recognize this encoded version ");
  EXPECT_EQ(refused(base64("[]")),
            begin + "json: cannot unmarshal array into Go value of type storage.continueToken");
}

}  // namespace
}  // namespace clusterip::api
