// Runs a scenario: the directives of a file against upstream's model, under virtual time.
//
// The language is described by scenario_help() and by `clusteripctl simulate --help`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/cluster/upstream.hpp"
#include "engine/verify/finding.hpp"
#include "tools/clusteripctl/scenario_text.hpp"

namespace clusterip::ctl {

// An expectation that does not hold, or a request that was refused though nothing expects it.
struct ScenarioFailure {
  std::size_t line = 0;
  std::string wanted;
  std::string found;
};

// One entry of the transcript: a record of the model, or a remark of the file.
struct TranscriptEntry {
  std::optional<cluster::UpstreamRecord> record;
  std::string remark;
};

struct ScenarioResult {
  std::string title;
  cluster::Instant start;
  std::vector<TranscriptEntry> transcript;
  std::size_t expectations = 0;
  std::vector<ScenarioFailure> failures;
  // The state at the end, by the rules of `clusteripctl verify`.
  std::vector<verify::Finding> findings;
  // Set where the file could not be run to its end: "LINE: what is wrong".
  std::optional<std::string> error;
};

struct ScenarioOptions {
  std::uint64_t seed = 1;
  cluster::VersionProfile version = cluster::default_version_profile();
  // Steps that may be taken; more of them are an error.
  std::uint64_t most_steps = 1'000'000;
};

ScenarioResult run_scenario(std::string_view text, const ScenarioOptions& options = {});

// The language, for --help.
std::string_view scenario_help();

}  // namespace clusterip::ctl
