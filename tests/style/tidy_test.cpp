// House rules that a reader would otherwise spend a remark on: the size of files, and words that promise
// later work.
#include <algorithm>
#include <regex>

#include <gtest/gtest.h>

#include "tests/style/include_rules.hpp"
#include "tests/support/paths.hpp"

namespace clusterip::style {
namespace {

constexpr long kLongestFile = 500;

std::vector<std::string> promises(const Sources& sources) {
  // Assembled from parts so that this file does not find itself.
  const std::regex words(std::string("\\b(TO") + "DO|FIX" + "ME|XX" + "X|HA" + "CK)\\b");
  std::vector<std::string> found;
  for (const auto& [path, text] : sources) {
    if (std::regex_search(text, words)) found.push_back(path);
  }
  return found;
}

std::vector<std::string> long_files(const Sources& sources) {
  std::vector<std::string> found;
  for (const auto& [path, text] : sources) {
    const auto lines = std::count(text.begin(), text.end(), '\n');
    if (lines > kLongestFile) found.push_back(path + ": " + std::to_string(lines) + " lines");
  }
  return found;
}

TEST(Tidy, FilesHaveOneSubject) {
  for (const std::string& file : long_files(read_sources(testing::source_path("")))) ADD_FAILURE() << file;
}

TEST(Tidy, NothingIsPutOff) {
  for (const std::string& file : promises(read_sources(testing::source_path("")))) ADD_FAILURE() << file;
}

TEST(Tidy, CatchesWhatIsPlanted) {
  EXPECT_EQ(long_files({{"a.cpp", std::string(501, '\n')}}).size(), 1U);
  EXPECT_EQ(promises({{"a.cpp", std::string("// TO") + "DO later\n"}}).size(), 1U);
  EXPECT_TRUE(promises({{"a.cpp", "// nothing\n"}}).empty());
}

}  // namespace
}  // namespace clusterip::style
