// Lines from a file descriptor for a program that answers each of them: it says whether the next line is
// already here, so that answers can be written in bulk and are never held back while the program waits for
// input.
//
// A line ends with LF (a CR before it stays) or with the input. Of a line longer than the limit nothing is
// kept. Memory is bounded by the limit and one read.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace clusterip::ctl {

class RequestLines {
 public:
  // Reads from `descriptor`, which stays the caller's.
  RequestLines(int descriptor, std::size_t longest_line);

  struct Line {
    std::string_view text;  // valid until the next call of more() or next()
    bool too_long = false;
  };
  // The next line, if it is wholly here; does not read.
  std::optional<Line> next();
  enum class More { kRead, kEnd, kFailed };
  // Waits for more input.
  More more();
  // What stands behind the last line end, once the input has ended.
  std::optional<Line> rest();

 private:
  Line take(std::size_t length, std::size_t with_end);

  int descriptor_;
  std::size_t longest_line_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;     // of what has not been handed out
  std::size_t searched_ = 0;  // no line end before this place
  std::size_t end_ = 0;
  bool dropping_ = false;  // inside a line that is too long
};

}  // namespace clusterip::ctl
