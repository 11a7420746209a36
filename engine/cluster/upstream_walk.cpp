#include "engine/cluster/upstream_walk.hpp"

#include <limits>

namespace clusterip::cluster {
namespace {

constexpr std::uint64_t kMaxDraw = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kMaxInt64 = std::numeric_limits<std::int64_t>::max();

Address at(Family family, Uint128 bits) {
  return {family, bits};
}

// The circle over a band that begins at an offset. An offset one past the band means its first address,
// unless there is no such address: then upstream's iterator is finished before it began.
void add_circle(WalkSpans& spans, const Span& band, std::uint64_t offset) {
  const Family family = band.first.family();
  const Uint128 start = band.first.bits() + offset;
  if (start < band.first.bits()) return;
  if (start > band.last.bits()) {
    spans.push_back(band);
    return;
  }
  spans.push_back({at(family, start), band.last});
  // The successor of the all-ones address is no address, so the walk does not come around.
  if (family == Family::kIPv6 && band.last.is_last_of_family()) return;
  if (start != band.first.bits()) spans.push_back({band.first, at(family, start - 1)});
}

std::uint64_t dynamic_offset(const Bands& bands, std::uint64_t draw) {
  if (bands.dynamic_size() < kMaxInt64) return draw % bands.dynamic_size();
  return kMaxDraw - draw < bands.static_size ? draw - bands.static_size : draw;
}

}  // namespace

WalkSpans walk_spans(const Bands& bands, const Draws& draws) {
  WalkSpans spans;
  if (const auto band = bands.dynamic_band()) {
    add_circle(spans, *band, dynamic_offset(bands, draws.dynamic_band));
  }
  if (const auto band = bands.static_band()) {
    add_circle(spans, *band, draws.static_band % bands.static_size);
  }
  return spans;
}

}  // namespace clusterip::cluster
