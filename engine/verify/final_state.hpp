// The state at the end of a record: its objects, and as the rules of `verify` look at them.
#pragma once

#include "engine/verify/history.hpp"
#include "engine/verify/state.hpp"

namespace clusterip::verify {

StartState final_objects(const Lives& lives);
State final_state(const Lives& lives);

}  // namespace clusterip::verify
