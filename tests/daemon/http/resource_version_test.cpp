// The resourceVersion of a request for one object, and what is wrong with it.
#include "daemon/http/resource_version.hpp"

#include <gtest/gtest.h>

namespace clusterip::daemon {
namespace {

constexpr std::uint64_t kCurrent = 100;

std::string refused(std::string_view text, bool cached) {
  const auto refusal = check_minimum(text, kCurrent, cached);
  return refusal ? std::to_string(refusal->code) + " " + refusal->message : "";
}

TEST(ResourceVersion, WhatIsThereIsServed) {
  for (const char* text : {"", "0", "1", "100", "0100"}) {
    EXPECT_EQ(refused(text, true), "") << text;
    EXPECT_EQ(refused(text, false), "") << text;
  }
}

TEST(ResourceVersion, CacheAndStorageRefuseWhatIsNoNumberInWordsOfTheirOwn) {
  for (const char* text : {"-1", "0x1", "1e3", " 1", "+1"}) {
    const std::string fault = std::string("resourceVersion: Invalid value: \"") + text +
                              "\": strconv.ParseUint: parsing \"" + text + "\": invalid syntax";
    EXPECT_EQ(refused(text, true), "500 " + fault);
    EXPECT_EQ(refused(text, false), "400 invalid resource version: " + fault);
  }
}

TEST(ResourceVersion, OnlyTheCacheMayCatchUpWithWhatIsAhead) {
  for (const bool cached : {true, false}) {
    const auto refusal = check_minimum("101", kCurrent, cached);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->code, 504);
    EXPECT_EQ(refusal->reason, "Timeout");
    EXPECT_EQ(refusal->message, "Timeout: Too large resource version: 101, current: 100");
    ASSERT_EQ(refusal->details->causes.size(), 1U);
    EXPECT_EQ(refusal->details->causes[0].reason, "ResourceVersionTooLarge");
    EXPECT_EQ(refusal->details->retry_after_seconds, cached ? 1 : 0);
  }
}

TEST(ResourceVersion, TheGreatestNumberIsAheadAndTheNextIsNone) {
  EXPECT_EQ(refused("18446744073709551615", true),
            "504 Timeout: Too large resource version: 18446744073709551615, current: 100");
  EXPECT_EQ(refused("18446744073709551616", true),
            R"(500 resourceVersion: Invalid value: "18446744073709551616": strconv.ParseUint: )"
            R"(parsing "18446744073709551616": value out of range)");
}

}  // namespace
}  // namespace clusterip::daemon
