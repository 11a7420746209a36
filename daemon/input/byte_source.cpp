#include "daemon/input/byte_source.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace clusterip::daemon {
namespace {

constexpr std::string_view kGzipMark = "\x1f\x8b";

std::string system_text(int code) {
  return std::generic_category().message(code);
}

class DescriptorSource final : public ByteSource {
 public:
  DescriptorSource(std::string name, int descriptor, bool owned)
      : ByteSource(std::move(name)), descriptor_(descriptor), owned_(owned) {}
  ~DescriptorSource() override {
    if (owned_) ::close(descriptor_);
  }

  std::size_t read(char* to, std::size_t capacity) override {
    while (failure().empty()) {
      const ssize_t got = ::read(descriptor_, to, capacity);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) fail(system_text(errno));
    }
    return 0;
  }

 private:
  int descriptor_;
  bool owned_;
};

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string name, std::string bytes) : ByteSource(std::move(name)), bytes_(std::move(bytes)) {}

  std::size_t read(char* to, std::size_t capacity) override {
    const std::size_t count = std::min(capacity, bytes_.size() - offset_);
    std::memcpy(to, bytes_.data() + offset_, count);
    offset_ += count;
    return count;
  }

 private:
  std::string bytes_;
  std::size_t offset_ = 0;
};

// Gives back the bytes that were looked at, then the rest.
class PeekedSource final : public ByteSource {
 public:
  explicit PeekedSource(std::unique_ptr<ByteSource> rest) : ByteSource(rest->name()), rest_(std::move(rest)) {
    while (size_ < front_.size()) {
      const std::size_t got = rest_->read(front_.data() + size_, front_.size() - size_);
      if (got == 0) break;
      size_ += got;
    }
  }

  std::string_view front() const { return {front_.data(), size_}; }

  std::size_t read(char* to, std::size_t capacity) override {
    if (offset_ < size_) {
      const std::size_t count = std::min(capacity, size_ - offset_);
      std::memcpy(to, front_.data() + offset_, count);
      offset_ += count;
      return count;
    }
    const std::size_t got = rest_->read(to, capacity);
    if (got == 0 && !rest_->failure().empty()) fail(rest_->failure());
    return got;
  }

 private:
  std::unique_ptr<ByteSource> rest_;
  std::array<char, kGzipMark.size()> front_{};
  std::size_t size_ = 0;
  std::size_t offset_ = 0;
};

// Unpacks where the content asks for it.
std::unique_ptr<ByteSource> unpacked(std::unique_ptr<ByteSource> source) {
  auto peeked = std::make_unique<PeekedSource>(std::move(source));
  if (peeked->front() == kGzipMark) return gzip_source(std::move(peeked));
  return peeked;
}

}  // namespace

std::unique_ptr<ByteSource> memory_source(std::string name, std::string bytes) {
  return unpacked(std::make_unique<MemorySource>(std::move(name), std::move(bytes)));
}

std::variant<std::unique_ptr<ByteSource>, std::string> open_source(const std::string& path) {
  if (path == "-") {
    return unpacked(std::make_unique<DescriptorSource>("standard input", STDIN_FILENO, false));
  }
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return system_text(errno);
  auto source = std::make_unique<DescriptorSource>(path, descriptor, true);
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) return system_text(EISDIR);
  return unpacked(std::move(source));
}

}  // namespace clusterip::daemon
