#include "daemon/input/line_reader.hpp"

#include <algorithm>
#include <cstring>

namespace clusterip::daemon {
namespace {

constexpr std::size_t kFirstBufferBytes = std::size_t{256} * 1024;

}  // namespace

LineReader::LineReader(ByteSource& source, std::size_t max_line_bytes)
    : source_(source),
      max_line_bytes_(max_line_bytes),
      buffer_(std::min(kFirstBufferBytes, max_line_bytes + 2)) {}

std::optional<Line> LineReader::next() {
  std::size_t looked_at = 0;
  for (;;) {
    const char* front = buffer_.data() + begin_;
    const void* newline = std::memchr(front + looked_at, '\n', end_ - begin_ - looked_at);
    if (newline != nullptr) {
      const auto length = static_cast<std::size_t>(static_cast<const char*>(newline) - front);
      begin_ += length + 1;
      return finish({front, length}, true);
    }
    looked_at = end_ - begin_;
    if (looked_at > max_line_bytes_ + 1) {
      // The last byte stays, for it may be the carriage return of the line's end.
      skipped_ += looked_at - 1;
      begin_ = end_ - 1;
      looked_at = 1;
    }
    if (refill()) continue;
    if (begin_ == end_ && skipped_ == 0) return std::nullopt;
    const std::string_view rest{buffer_.data() + begin_, end_ - begin_};
    begin_ = end_;
    return finish(rest, false);
  }
}

// Moves what is left to the front and reads behind it; the buffer grows up to one line of the largest size.
bool LineReader::refill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(std::min(buffer_.size() * 2, max_line_bytes_ + 2));
  const std::size_t got = source_.read(buffer_.data() + end_, buffer_.size() - end_);
  end_ += got;
  return got > 0;
}

Line LineReader::finish(std::string_view text, bool terminated) {
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  Line line{++number_, text, skipped_ + text.size(), false, terminated};
  line.too_long = line.length > max_line_bytes_;
  if (line.too_long) line.text = {};
  skipped_ = 0;
  return line;
}

}  // namespace clusterip::daemon
