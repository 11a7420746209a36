// The expectations of a scenario: what must hold at their line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/cluster/upstream.hpp"
#include "engine/verify/finding.hpp"
#include "tools/clusteripctl/scenario_text.hpp"

namespace clusterip::ctl {

// What expectations look at.
struct ScenarioView {
  const cluster::Upstream& upstream;
  const std::vector<cluster::UpstreamRecord>& records;  // all so far
  const cluster::ApiAnswer* answer = nullptr;           // of the last request
};

// The words behind "expect". Empty where the expectation holds, else what was found instead. Throws a
// ScenarioError for words that are no expectation.
std::string check_expectation(const std::vector<std::string>& words, const ScenarioView& view);

// Whether the words are about the answer to the last request.
bool is_about_answer(const std::vector<std::string>& words);

// The stored state by the rules of `clusteripctl verify`.
std::vector<verify::Finding> findings_of(const cluster::Upstream& upstream);

}  // namespace clusterip::ctl
