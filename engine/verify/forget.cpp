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

// What was there when the last of them was answered, if that is known.
std::optional<StartState> state_after(const Record& gone, Instant end, const ReplayOptions& how) {
  const auto state = [&](const Lives& lives) -> std::optional<StartState> {
    const bool is_whole = std::none_of(lives.gaps.begin(), lives.gaps.end(),
                                       [&](const Gap& gap) { return gap.when.from <= end; });
    if (!lives.beginning.is_known() || !is_whole) return std::nullopt;
    StartState found = final_objects(lives);
    found.since = end;
    return found;
  };
  // Servers without the old bitmap leave no bits, so there is nothing to gather for ever.
  if (!how.version.asks_bitmap_first) return state(Lives(gone, how));
  const History history(gone, how);
  auto found = state(history);
  if (found && history.bitmap.is_known()) found->left_bits = history.bitmap.left_bits();
  return found;
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
  record.start = state_after(gone, end, how);
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
