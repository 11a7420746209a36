// A sliding window onto a ByteSource: the bytes that are not used up yet lie together in memory, and more of
// them come when asked for, up to a limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "daemon/input/byte_source.hpp"

namespace clusterip::daemon {

class Window {
 public:
  Window(ByteSource& source, std::size_t max_bytes);

  std::string_view front() const { return {buffer_.data() + begin_, end_ - begin_}; }
  // The first `count` bytes are done with.
  void drop(std::size_t count);
  // Brings more bytes behind front(), which moves. False: the input has ended, or the window is full.
  bool grow();
  // Whether grow() failed because of the limit.
  bool is_full() const { return end_ - begin_ >= max_bytes_; }
  // The line that front() begins in, from 1.
  std::uint64_t line() const { return line_; }
  const ByteSource& source() const { return source_; }

 private:
  ByteSource& source_;
  std::size_t max_bytes_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t line_ = 1;
};

}  // namespace clusterip::daemon
