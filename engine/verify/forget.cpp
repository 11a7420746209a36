#include "engine/verify/forget.hpp"

#include <algorithm>
#include <iterator>

#include "engine/verify/final_state.hpp"

namespace clusterip::verify {
namespace {

constexpr Duration kDoubtLasts = Duration::seconds(600);

// How many of the first `count` were answered before any behind them was received.
std::size_t clean_cut(const std::vector<AuditedRequest>& requests, std::size_t count) {
  Instant first_begin = kEnd;
  for (std::size_t i = count; i < requests.size(); ++i)
    first_begin = std::min(first_begin, requests[i].during.from);
  while (count > 0 && requests[count - 1].during.to >= first_begin) --count;
  return count;
}

}  // namespace

std::optional<Instant> forget_first(Record& record, std::size_t count, const ReplayOptions& how) {
  count = clean_cut(record.requests, std::min(count, record.requests.size()));
  if (count == 0) return std::nullopt;
  const auto cut = record.requests.begin() + static_cast<std::ptrdiff_t>(count);
  Record gone;
  gone.servers = record.servers;
  gone.start = std::move(record.start);
  gone.gaps = record.gaps;
  gone.requests.assign(std::make_move_iterator(record.requests.begin()), std::make_move_iterator(cut));
  record.requests.erase(record.requests.begin(), cut);
  const Instant end = gone.requests.back().during.to;
  {
    const History history(gone, how);
    record.start.reset();
    const bool is_whole = std::none_of(gone.gaps.begin(), gone.gaps.end(),
                                       [&](const Gap& gap) { return gap.when.from <= end; });
    if (history.beginning.is_known() && is_whole) {
      record.start = final_objects(history);
      record.start->since = end;
      // Servers without the old bitmap leave no bits, so there is nothing to gather for ever.
      if (how.version.asks_bitmap_first && history.bitmap.is_known())
        record.start->left_bits = history.bitmap.left_bits();
    }
  }
  std::erase_if(record.gaps, [&](const Gap& gap) { return gap.when.to <= end; });
  std::vector<AuditedRequest> doubtful;
  for (AuditedRequest& request : gone.requests) {
    if (request.is_doubtful() && end - request.during.to < kDoubtLasts)
      doubtful.push_back(std::move(request));
  }
  record.requests.insert(record.requests.begin(), std::make_move_iterator(doubtful.begin()),
                         std::make_move_iterator(doubtful.end()));
  return end;
}

}  // namespace clusterip::verify
