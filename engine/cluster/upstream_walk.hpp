// The addresses that an upstream allocator tries for a request that names none, in order, as spans.
//
// Given the random draws, upstream walks the dynamic band up from the drawn start, around its end, and then
// the static band in the same way. Here that walk is a handful of spans, each walked upwards, so that whoever
// has a set of addresses can jump to the first free one instead of visiting every one.
//
// Mirrors allocateNextService and ipIterator of pkg/registry/core/service/ipallocator/ipallocator.go
// (since 1.35), with their corner cases: a /64 takes its draw whole, and a walk ends behind the all-ones IPv6
// address. Pure; allocates nothing.
#pragma once

#include <cstdint>

#include <boost/container/static_vector.hpp>

#include "engine/net/bands.hpp"

namespace clusterip::cluster {

// The offsets that upstream draws: into the dynamic band and, when that is full, into the static band.
// Reduced modulo the band's size where upstream draws below it.
struct Draws {
  std::uint64_t dynamic_band = 0;
  std::uint64_t static_band = 0;
};

using WalkSpans = boost::container::static_vector<Span, 4>;

WalkSpans walk_spans(const Bands& bands, const Draws& draws);

}  // namespace clusterip::cluster
