// A record that goes on for ever, kept in bounded memory: its oldest requests go, what they led to stays.
//
// What existed at the cut becomes the start of the record, as a dump would say it, and later decisions stay
// decidable; where the beginning of the record was not known, that of the rest is not either, and a gap in
// what goes makes it unknown. The cut lies where none of the requests behind the first `count` had begun, so
// that none of those is torn from the requests inside it; of the first ones, some that overlap them stay and
// may be torn. So whoever cuts has judged the first `count`. Requests that may have changed the store without
// saying so stay for ten more minutes: the repair loop needs one to clean up behind them.
#pragma once

#include "engine/verify/history.hpp"

namespace clusterip::verify {

// Lets at most `count` of the first requests go. The record is in order (put_in_order). Returns when the last
// of them was answered; nothing where none went.
std::optional<Instant> forget_first(Record& record, std::size_t count, const ReplayOptions& how);

}  // namespace clusterip::verify
