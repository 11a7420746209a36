// The shipped scenarios: every expectation holds, and the transcripts are those of before.
//
// CLUSTERIP_REWRITE_GOLDEN=1 in the environment rewrites tests/recordings/scenarios instead; the difference
// is then for the reader of the change.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/support/paths.hpp"
#include "tools/clusteripctl/scenario_report.hpp"
#include "tools/clusteripctl/scenario_runner.hpp"

namespace clusterip::ctl {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Paths below tools/scenarios, in order.
std::vector<std::string> shipped_scenarios() {
  const fs::path root = testing::source_path("tools/scenarios");
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".scenario") continue;
    names.push_back(fs::relative(entry.path(), root).string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Scenario : public ::testing::TestWithParam<std::string> {};

TEST_P(Scenario, HoldsAndGoesAsBefore) {
  const std::string text = read_file(testing::source_path("tools/scenarios/" + GetParam()));
  const ScenarioResult result = run_scenario(text);
  EXPECT_EQ(result.error.value_or(""), "");
  for (const ScenarioFailure& failure : result.failures) {
    ADD_FAILURE() << GetParam() << ":" << failure.line << ": " << failure.wanted
                  << "\nfound: " << failure.found;
  }
  EXPECT_GE(result.expectations, 4U);
  EXPECT_NE(result.title, "");

  std::ostringstream transcript;
  write_scenario_text(result, GetParam(), /*quiet=*/false, transcript);
  const fs::path golden =
      fs::path(testing::source_path("tests/recordings/scenarios/" + GetParam())).replace_extension(".txt");
  if (std::getenv("CLUSTERIP_REWRITE_GOLDEN") != nullptr) {
    fs::create_directories(golden.parent_path());
    std::ofstream(golden, std::ios::binary) << transcript.str();
  }
  EXPECT_EQ(transcript.str(), read_file(golden)) << "CLUSTERIP_REWRITE_GOLDEN=1 rewrites " << golden;
}

INSTANTIATE_TEST_SUITE_P(Shipped, Scenario, ::testing::ValuesIn(shipped_scenarios()), [](const auto& file) {
  std::string name = file.param.substr(0, file.param.rfind('.'));
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
});

}  // namespace
}  // namespace clusterip::ctl
