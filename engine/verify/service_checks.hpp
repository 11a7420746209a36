// The two kinds of answer to a request for a Service that have a file of their own.
#pragma once

#include "engine/verify/decision.hpp"

namespace clusterip::verify {

// A refusal: false-full, false-allocated, false-mismatch, false-not-ready.
Decision judge_refusal(const History& history, std::uint32_t request);
// The Service gave up `addresses`: wrong-release where the server kept them.
Decision judge_release(const History& history, std::uint32_t request, std::vector<std::string> addresses);

}  // namespace clusterip::verify
