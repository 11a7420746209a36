// The state at the end of a record, as the rules of `verify` look at it.
#pragma once

#include "engine/verify/history.hpp"
#include "engine/verify/state.hpp"

namespace clusterip::verify {

State final_state(const History& history);

}  // namespace clusterip::verify
