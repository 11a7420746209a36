// Recorded histories of real threads, each window checked for linearizability. CLUSTERIP_WINDOWS sets how
// many windows; the long part asks for more.
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine/alloc/draws.hpp"
#include "engine/set/flat_set.hpp"
#include "engine/set/thread_index.hpp"
#include "tests/support/linearize.hpp"

namespace clusterip::test {
namespace {

using Kind = Call::Kind;
// 64 addresses, 4 to a word, 4 words to a block: marks of each kind come and go.
using Shape = set::FlatShape<6, 2, 2>;
using Set = set::FlatSet<set::Native, Shape>;

struct Pair {
  std::uint64_t word;
  std::uint64_t bits;
  bool operator==(const Pair&) const = default;
};

class Recorder {
 public:
  explicit Recorder(std::size_t threads) : threads_(threads), histories_(threads) {}

  // Runs one window after the other; the text of the first that is not linearizable, or nothing.
  std::string run(std::size_t windows) {
    std::vector<std::thread> workers;
    for (std::size_t t = 1; t < threads_; ++t) workers.emplace_back([this, t, windows] { work(t, windows); });
    work(0, windows);
    for (std::thread& worker : workers) worker.join();
    return failure_;
  }
  std::uint64_t calls() const { return calls_; }

 private:
  static constexpr int kCalls = 6;

  void work(std::size_t thread, std::size_t windows) {
    SeededDraws draws(thread + 1);
    for (std::size_t window = 0; window < windows; ++window) {
      meet(thread);
      histories_[thread].clear();
      for (int i = 0; i < kCalls; ++i) histories_[thread].push_back(make_call(draws));
      meet(thread);
      if (thread == 0) check();
    }
    meet(thread);
  }

  // All threads wait for all; a turn for each.
  void meet(std::size_t) {
    const std::uint64_t round = arrived_.fetch_add(1) / threads_;
    while (arrived_.load() < (round + 1) * threads_) std::this_thread::yield();
  }

  Call make_call(SeededDraws& draws) {
    // A small part of the set, so that threads meet and it is often full.
    Call call{.first = 8 + draws.below(3)};
    call.last = call.first + draws.below(7);
    set::Line<set::Native>& line = lines_[set::thread_index()];
    const set::OffsetSpan span{call.first, call.last};
    const std::uint64_t start = call.first + draws.below(call.last - call.first + 1);
    constexpr Kind kKinds[] = {Kind::kClaim, Kind::kRelease,   Kind::kRelease,   Kind::kContains,
                               Kind::kFind,  Kind::kClaimNext, Kind::kClaimNext, Kind::kSnapshot};
    call.kind = kKinds[draws.below(8)];
    if (call.kind == Kind::kClaim || call.kind == Kind::kRelease || call.kind == Kind::kContains)
      call.first = start;
    call.begin = clock_.fetch_add(1);
    switch (call.kind) {
      case Kind::kClaim:
        call.result = set_.claim(line, start) ? 1 : 0;
        break;
      case Kind::kRelease:
        call.result = set_.release(line, start) ? 1 : 0;
        break;
      case Kind::kContains:
        call.result = set_.contains(start) ? 1 : 0;
        break;
      case Kind::kFind:
        call.result = set_.find_free(line, span, start);
        break;
      case Kind::kSnapshot:
        call.result = take_snapshot(line, span);
        break;
      default:
        call.result = set_.claim_next(line, span, start);
    }
    call.end = clock_.fetch_add(1);
    return call;
  }

  std::uint64_t take_snapshot(set::Line<set::Native>& line, const set::OffsetSpan& span) {
    std::vector<Pair> image;
    set_.snapshot(line, span, image);
    std::uint64_t bits = 0;
    for (const Pair& pair : image) bits |= pair.bits << (pair.word * Set::kBits);
    return bits;
  }

  void check() {
    std::vector<Call> history;
    for (const auto& part : histories_) history.insert(history.end(), part.begin(), part.end());
    calls_ += history.size();
    std::uint64_t now = 0;
    for (std::uint64_t a = 0; a < 64; ++a) now |= std::uint64_t{set_.contains(a)} << a;
    const std::uint64_t end = clock_.fetch_add(1);
    history.push_back(
        {.kind = Kind::kSnapshot, .begin = end, .end = end, .first = 0, .last = 63, .result = now});
    if (failure_.empty() && !linearizable(history, held_)) failure_ = to_text(history);
    if (failure_.empty() && !set_.marks_hold({0, 63})) failure_ = "a mark is wrong at rest";
    held_ = now;
  }

  std::size_t threads_;
  set::Lines<set::Native> lines_{set::kMostThreads, set::thread_index_bound};
  Set set_{lines_};
  std::vector<std::vector<Call>> histories_;
  std::atomic<std::uint64_t> arrived_{0};
  std::atomic<std::uint64_t> clock_{1};
  std::uint64_t held_ = 0;
  std::uint64_t calls_ = 0;
  std::string failure_;
};

TEST(History, EveryWindowIsLinearizable) {
  const char* asked = std::getenv("CLUSTERIP_WINDOWS");
  Recorder recorder(3);
  EXPECT_EQ(recorder.run(asked == nullptr ? 3000 : std::stoul(asked)), "");
  RecordProperty("calls", std::to_string(recorder.calls()));
}

// The checker itself refuses what cannot be.
TEST(History, WrongAnswersAreRefused) {
  const Call taken{.kind = Kind::kClaim, .begin = 1, .end = 2, .first = 3, .result = 1};
  Call again = taken;
  again.begin = 3;
  again.end = 4;
  EXPECT_TRUE(linearizable({taken}, 0));
  EXPECT_FALSE(linearizable({taken, again}, 0));
  const Call full{
      .kind = Kind::kClaimNext, .begin = 1, .end = 4, .first = 2, .last = 3, .result = Call::kNone};
  EXPECT_FALSE(linearizable({taken, full}, 0));
  EXPECT_TRUE(linearizable({taken, full}, 0b100));
}

}  // namespace
}  // namespace clusterip::test
