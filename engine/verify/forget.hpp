// A record that goes on for ever, kept in bounded memory: its oldest requests go, what they led to stays.
//
// The cut lies where no request that stays had begun, so no request is torn from those inside it. What
// existed there becomes the start of the record, as a dump would say it, and later decisions stay decidable;
// where the beginning of the record was not known, that of the rest is not either. Requests that may have
// changed the store without saying so stay for ten more minutes: the repair loop needs one to clean up behind
// them.
#pragma once

#include "engine/verify/history.hpp"

namespace clusterip::verify {

// Lets at most `count` of the first requests go. The record is in order (put_in_order).
void forget_first(Record& record, std::size_t count, const ReplayOptions& how);

}  // namespace clusterip::verify
