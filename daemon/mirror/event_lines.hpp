// Cuts a stream that arrives in pieces into lines, in bounded memory.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace clusterip::daemon {

class EventLines {
 public:
  explicit EventLines(std::size_t longest_line) : longest_line_(longest_line) {}

  enum class Outcome { kMore, kStopped, kTooLong };
  // Calls `line` for each line that `piece` completes; it says false to stop. Empty lines are skipped. After
  // kStopped and kTooLong nothing more is to be fed.
  Outcome feed(std::string_view piece, const std::function<bool(std::string_view)>& line);

  // Bytes of a line whose end has not come.
  std::size_t pending() const { return carried_.size(); }

 private:
  std::size_t longest_line_;
  std::string carried_;
};

}  // namespace clusterip::daemon
