#include "engine/cluster/version_profile.hpp"

#include <gtest/gtest.h>

namespace clusterip::cluster {
namespace {

TEST(VersionProfile, ReadsVersions) {
  EXPECT_EQ(version_profile("1.36")->name, "1.36.3");
  EXPECT_EQ(version_profile("v1.33.0")->name, "1.33.0");
  EXPECT_EQ(version_profile("1.37")->name, "1.37.2");
  for (const auto* text :
       {"", "1", "1.", "1.32", "1.38", "2.36", "1.36.", "1.36.x", "1.36.3.1", "1.-36", "latest"}) {
    EXPECT_FALSE(version_profile(text)) << text;
  }
  EXPECT_EQ(modelled_versions().front(), "1.33");
  EXPECT_EQ(modelled_versions().back(), "1.37");
}

TEST(VersionProfile, KnowsWhenRulesChanged) {
  EXPECT_TRUE(version_profile("1.33")->asks_bitmap_first);
  EXPECT_FALSE(version_profile("1.34")->asks_bitmap_first);
  EXPECT_FALSE(version_profile("1.33.0")->waits_for_fresh_addresses);
  EXPECT_TRUE(version_profile("1.33.13")->waits_for_fresh_addresses);
  EXPECT_FALSE(version_profile("1.35")->names_service_when_full);
  EXPECT_TRUE(default_version_profile().names_service_when_full);
}

}  // namespace
}  // namespace clusterip::cluster
