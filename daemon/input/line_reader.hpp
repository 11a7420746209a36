// The lines of a ByteSource, one at a time, in bounded memory.
//
// A line ends with a newline; a carriage return before it is dropped. A line longer than the limit is
// reported once, with its number and length and without its text, and the reader goes on behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "daemon/input/byte_source.hpp"

namespace clusterip::daemon {

inline constexpr std::size_t kDefaultMaxLineBytes = std::size_t{16} * 1024 * 1024;

struct Line {
  std::uint64_t number = 0;  // from 1
  // Valid until the next call; empty when the line is too long.
  std::string_view text;
  std::uint64_t length = 0;  // in bytes, without the newline
  bool too_long = false;
  bool terminated = true;  // false: the input ended (or failed) before a newline came
};

class LineReader {
 public:
  explicit LineReader(ByteSource& source, std::size_t max_line_bytes = kDefaultMaxLineBytes);

  // Absent at the end of the input and after a failure of the source, which the source then describes.
  std::optional<Line> next();

 private:
  bool refill();
  Line finish(std::string_view text, bool terminated);

  ByteSource& source_;
  std::size_t max_line_bytes_;
  // [begin_, end_) of buffer_ is read and not yet given out.
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t number_ = 0;
  std::uint64_t skipped_ = 0;  // bytes of an over-long line that were dropped already
};

}  // namespace clusterip::daemon
