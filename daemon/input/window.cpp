#include "daemon/input/window.hpp"

#include <algorithm>
#include <cstring>

namespace clusterip::daemon {
namespace {

constexpr std::size_t kFirstBufferBytes = std::size_t{1} << 20;

}  // namespace

Window::Window(ByteSource& source, std::size_t max_bytes)
    : source_(source),
      max_bytes_(std::max<std::size_t>(max_bytes, 1)),
      buffer_(std::min(kFirstBufferBytes, max_bytes_)) {}

void Window::drop(std::size_t count) {
  const char* first = buffer_.data() + begin_;
  line_ += static_cast<std::uint64_t>(std::count(first, first + count, '\n'));
  begin_ += count;
}

bool Window::grow() {
  if (is_full()) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(std::min(buffer_.size() * 2, max_bytes_));
  // The whole buffer is filled, for who asked may have to begin again with what comes.
  const std::size_t before = end_;
  while (end_ < buffer_.size()) {
    const std::size_t got = source_.read(buffer_.data() + end_, buffer_.size() - end_);
    if (got == 0) break;
    end_ += got;
  }
  return end_ > before;
}

}  // namespace clusterip::daemon
