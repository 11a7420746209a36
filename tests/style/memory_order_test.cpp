// Every memory order weaker than sequentially consistent says which accesses it pairs with: a comment "pairs:
// NAME" on its line or shortly above. Each name is used at two places at least, or it would pair with
// nothing; "none" stands for hints that need no order.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/paths.hpp"

namespace clusterip::test {
namespace {

TEST(MemoryOrders, EachIsPaired) {
  const std::regex weak("memory_order_(relaxed|acquire|release|acq_rel)");
  const std::regex tag("pairs: ([a-z]+)");
  constexpr std::size_t kAbove = 6;
  std::map<std::string, int> uses;
  for (const char* rung : {"set", "ranges", "alloc"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(testing::source_path("engine")) / rung)) {
      // The seam itself forwards orders.
      if (entry.path().filename() == "platform.hpp" || entry.path().filename() == "CMakeLists.txt") continue;
      std::ifstream file(entry.path());
      std::vector<std::string> lines;
      for (std::string line; std::getline(file, line);) lines.push_back(line);
      for (std::size_t i = 0; i < lines.size(); ++i) {
        if (!std::regex_search(lines[i], weak)) continue;
        std::smatch found;
        bool tagged = false;
        for (std::size_t back = 0; back <= kAbove && back <= i && !tagged; ++back) {
          tagged = std::regex_search(lines[i - back], found, tag);
        }
        EXPECT_TRUE(tagged) << entry.path() << ":" << i + 1 << ": " << lines[i];
        if (tagged) ++uses[found[1]];
      }
    }
  }
  uses.erase("none");
  EXPECT_GE(uses.size(), 5U);
  for (const auto& [name, count] : uses) EXPECT_GE(count, 2) << name << " pairs with nothing";
}

}  // namespace
}  // namespace clusterip::test
