#include "tools/clusteripctl/request_lines.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace clusterip::ctl {
namespace {

constexpr std::size_t kReadSize = std::size_t{64} * 1024;

}  // namespace

RequestLines::RequestLines(int descriptor, std::size_t longest_line)
    : descriptor_(descriptor), longest_line_(longest_line) {}

RequestLines::Line RequestLines::take(std::size_t length, std::size_t with_end) {
  const Line line{{buffer_.data() + begin_, length}, dropping_ || length > longest_line_};
  begin_ += with_end;
  searched_ = begin_;
  dropping_ = false;
  return line.too_long ? Line{{}, true} : line;
}

std::optional<RequestLines::Line> RequestLines::next() {
  if (searched_ == end_) return std::nullopt;
  const void* found = std::memchr(buffer_.data() + searched_, '\n', end_ - searched_);
  if (found == nullptr) {
    searched_ = end_;
    return std::nullopt;
  }
  const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data()) - begin_;
  return take(length, length + 1);
}

RequestLines::More RequestLines::more() {
  if (dropping_ || end_ - begin_ > longest_line_) {
    dropping_ = true;
    begin_ = end_;
  }
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
            buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
  end_ -= begin_;
  searched_ = end_;
  begin_ = 0;
  if (buffer_.size() < end_ + kReadSize) buffer_.resize(std::max(end_ + kReadSize, buffer_.size() * 2));
  while (true) {
    const ssize_t count = ::read(descriptor_, buffer_.data() + end_, buffer_.size() - end_);
    if (count > 0) {
      end_ += static_cast<std::size_t>(count);
      return More::kRead;
    }
    if (count == 0) return More::kEnd;
    if (errno != EINTR) return More::kFailed;
  }
}

std::optional<RequestLines::Line> RequestLines::rest() {
  if (begin_ == end_ && !dropping_) return std::nullopt;
  return take(end_ - begin_, end_ - begin_);
}

}  // namespace clusterip::ctl
