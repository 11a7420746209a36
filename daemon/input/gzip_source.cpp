// The only file that includes zlib.
#include <array>
#include <memory>
#include <string>
#include <utility>

#include <zlib.h>

#include "daemon/input/byte_source.hpp"

namespace clusterip::daemon {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, and gzip's header

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(std::unique_ptr<ByteSource> packed)
      : ByteSource(packed->name()), packed_(std::move(packed)) {
    if (inflateInit2(&stream_, kGzipWindow) != Z_OK) fail("zlib cannot start");
  }
  ~GzipSource() override { inflateEnd(&stream_); }

  std::size_t read(char* to, std::size_t capacity) override {
    constexpr std::size_t kMost = std::size_t{1} << 30;
    const auto wanted = static_cast<uInt>(std::min(capacity, kMost));
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = wanted;
    while (stream_.avail_out == wanted && !ended_ && failure().empty()) step();
    return wanted - stream_.avail_out;
  }

 private:
  void step() {
    if (stream_.avail_in == 0 && !refill()) return;
    if (between_members_ && !begin_member()) return;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      between_members_ = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      fail("damaged gzip data: " + std::string(stream_.msg == nullptr ? "unknown error" : stream_.msg));
    }
  }

  // False at the end of the packed bytes, which is an end only between two members.
  bool refill() {
    const std::size_t got = packed_->read(input_.data(), input_.size());
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(got);
    if (got > 0) return true;
    if (!packed_->failure().empty()) {
      fail(packed_->failure());
    } else if (!between_members_) {
      fail("the gzip data ends in the middle");
    }
    ended_ = true;
    return false;
  }

  // Another member may follow the one that ended; zeros are padding that tools append.
  bool begin_member() {
    while (stream_.avail_in > 0 && *stream_.next_in == 0) {
      ++stream_.next_in;
      --stream_.avail_in;
    }
    if (stream_.avail_in == 0) return false;
    between_members_ = false;
    inflateReset(&stream_);
    return true;
  }

  std::unique_ptr<ByteSource> packed_;
  z_stream stream_{};
  std::array<char, std::size_t{64} * 1024> input_{};
  bool between_members_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> gzip_source(std::unique_ptr<ByteSource> packed) {
  return std::make_unique<GzipSource>(std::move(packed));
}

}  // namespace clusterip::daemon
