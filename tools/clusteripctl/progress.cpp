#include "tools/clusteripctl/progress.hpp"

#include <iostream>
#include <string>
#include <unistd.h>
#include <utility>

namespace clusterip::ctl {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(1);
constexpr auto kPause = std::chrono::milliseconds(200);

class ProgressSource final : public daemon::ByteSource {
 public:
  explicit ProgressSource(std::unique_ptr<daemon::ByteSource> source)
      : ByteSource(source->name()), source_(std::move(source)), next_(Clock::now() + kPatience) {}
  ~ProgressSource() override { wipe(); }

  std::size_t read(char* to, std::size_t capacity) override {
    const std::size_t got = source_->read(to, capacity);
    bytes_ += got;
    if (got == 0) {
      wipe();
      if (!source_->failure().empty()) fail(source_->failure());
    } else if (Clock::now() >= next_) {
      show();
    }
    return got;
  }

 private:
  void show() {
    std::cerr << "\r" << name() << ": " << bytes_ / 1'000'000 << " MB read" << std::flush;
    shown_ = true;
    next_ = Clock::now() + kPause;
  }
  void wipe() {
    if (shown_) std::cerr << "\r\033[K" << std::flush;
    shown_ = false;
  }

  std::unique_ptr<daemon::ByteSource> source_;
  Clock::time_point next_;
  std::uint64_t bytes_ = 0;
  bool shown_ = false;
};

}  // namespace

std::unique_ptr<daemon::ByteSource> with_progress(std::unique_ptr<daemon::ByteSource> source) {
  if (::isatty(STDERR_FILENO) == 0) return source;
  return std::make_unique<ProgressSource>(std::move(source));
}

}  // namespace clusterip::ctl
