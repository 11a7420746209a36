// A clusteripd with a planted fault: its disk says that it has written, and writes a little later. All else
// is the daemon as it is. The crash loop has to find it out.
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "daemon/serve.hpp"

namespace clusterip::daemon {
namespace {

class EarlyDisk : public Disk {
 public:
  explicit EarlyDisk(std::unique_ptr<Disk> disk) : disk_(std::move(disk)), thread_([this] { write(); }) {}
  ~EarlyDisk() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  EarlyDisk(const EarlyDisk&) = delete;
  EarlyDisk& operator=(const EarlyDisk&) = delete;

  Kept load() override { return disk_->load(); }

  void commit(std::span<const Event> events, std::uint64_t revision) override {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back({{events.begin(), events.end()}, revision});
    }
    wake_.notify_one();
  }

 private:
  struct Group {
    std::vector<Event> events;
    std::uint64_t revision = 0;
  };

  void write() {
    constexpr std::chrono::milliseconds kLate{10};
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return !waiting_.empty() || ending_; });
      if (waiting_.empty()) return;
      const Group group = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      std::this_thread::sleep_for(kLate);
      disk_->commit(group.events, group.revision);
      lock.lock();
    }
  }

  std::unique_ptr<Disk> disk_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Group> waiting_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace
}  // namespace clusterip::daemon

int main(int argc, char** argv) {
  using namespace clusterip::daemon;
  // The mode's name comes first, as for clusteripd.
  const auto options = read_serve_options({argv + 2, argv + argc});
  return options ? serve(*options,
                         [](const ServeOptions& chosen) {
                           return std::make_unique<EarlyDisk>(open_disk(chosen));
                         })
                 : 0;
}
