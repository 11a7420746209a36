#include "daemon/mirror/event_lines.hpp"

namespace clusterip::daemon {

EventLines::Outcome EventLines::feed(std::string_view piece,
                                     const std::function<bool(std::string_view)>& line) {
  while (true) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    if (carried_.size() + part.size() > longest_line_) return Outcome::kTooLong;
    if (end == std::string_view::npos) {
      carried_.append(part);
      return Outcome::kMore;
    }
    piece.remove_prefix(end + 1);
    if (carried_.empty()) {
      if (!part.empty() && !line(part)) return Outcome::kStopped;
      continue;
    }
    carried_.append(part);
    const bool go_on = line(carried_);
    carried_.clear();
    if (!go_on) return Outcome::kStopped;
  }
}

}  // namespace clusterip::daemon
