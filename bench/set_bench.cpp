// The set against its peers: claim, release, look-up, "full", and claim_next in the steady state. Prints
// JSON; tools/bench makes the table.
//
// Steady state: the oldest of my addresses is released and another is taken, after a warm-up of three times
// the free ones. "Random start, next free" clusters, so a freshly shuffled bitmap would be too kind. Calls of
// one thread are timed in batches, without the releases between them; "pairs" are a release and a claim_next
// of each thread among its own addresses, all at once, and its time is that of all threads together.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <malloc.h>
#include <memory>
#include <thread>
#include <unistd.h>
#include <vector>

#include "bench/peers/bounds.hpp"
#include "bench/peers/peers.hpp"
#include "bench/peers/sbitmap.hpp"
#include "bench/rounds.hpp"
#include "bench/team.hpp"

namespace clusterip::bench {
namespace {

struct Load {
  explicit Load(const Figure& figure)
      : size(std::uint64_t{1} << figure.bits),
        used(size * static_cast<std::uint64_t>(figure.permille) / 1000),
        // Few are free when nearly full: a large batch of releases would empty it noticeably.
        batch(figure.permille >= 999 ? 64 : 256) {}
  std::uint64_t warm_up() const { return std::min(3 * (size - used), most_warm_up); }
  std::uint64_t size;
  std::uint64_t used;
  std::size_t batch;
  std::uint64_t most_warm_up = std::uint64_t{1} << 32;
};

constexpr double kNano = 1e9;

template <class Peer>
class ClaimNext {
 public:
  explicit ClaimNext(const Load& load) : load_(load), peer_(load.size), held_(load.used + load.batch) {
    for (std::uint64_t i = 0; i < load.used; ++i) held_.push(peer_.claim_next(random_.below(load.size)));
    for (std::uint64_t warm = 0; warm < load.warm_up(); warm += load.batch) batch();
  }
  double batch() {
    for (std::size_t i = 0; i < load_.batch; ++i) peer_.release(held_.pop());
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < load_.batch; ++i) held_.push(peer_.claim_next(random_.below(load_.size)));
    return seconds_between(begin, Clock::now());
  }
  std::size_t calls() const { return load_.batch; }

 private:
  Load load_;
  Peer peer_;
  Random random_{1};
  Held<std::uint64_t> held_;
};

// "Full" asked of a full set.
template <class Peer>
class Full {
 public:
  explicit Full(const Load& load) : size_(load.size), peer_(load.size) {
    for (std::uint64_t offset = 0; offset < size_; ++offset) found_ += peer_.claim_next(offset);
  }
  double batch() {
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < calls(); ++i) found_ += peer_.claim_next(random_.below(size_));
    return seconds_between(begin, Clock::now());
  }
  static std::size_t calls() { return 64; }

 private:
  std::uint64_t size_;
  Peer peer_;
  Random random_{1};
  std::uint64_t found_ = 0;
};

enum class Call { kClaim, kRelease, kContains };

// Calls that name the offset: claims of free ones, releases of claimed ones, look-ups of either.
template <class Peer, Call kCall>
class Named {
 public:
  explicit Named(const Load& load) : size_(load.size), peer_(load.size) {}
  double batch() {
    for (std::uint64_t& offset : offsets_) offset = random_.below(size_);
    if constexpr (kCall == Call::kContains) {
      return each([&](std::uint64_t offset) { return peer_.contains(offset); });
    } else {
      const double claims = each([&](std::uint64_t offset) { return peer_.claim(offset); });
      const double releases = each([&](std::uint64_t offset) { return peer_.release(offset); });
      return kCall == Call::kClaim ? claims : releases;
    }
  }
  std::size_t calls() const { return offsets_.size(); }

 private:
  template <class Do>
  double each(Do call) {
    const auto begin = Clock::now();
    for (const std::uint64_t offset : offsets_) true_ += call(offset) ? 1U : 0U;
    return seconds_between(begin, Clock::now());
  }
  std::uint64_t size_;
  Peer peer_;
  Random random_{1};
  std::vector<std::uint64_t> offsets_ = std::vector<std::uint64_t>(256);
  std::uint64_t true_ = 0;
};

// Several threads, each with addresses of its own.
template <class Peer>
class Pairs {
 public:
  Pairs(const Load& load, Team& team, std::size_t threads)
      : load_(load), team_(team), peer_(load.size), members_(threads) {
    for (std::size_t t = 0; t < threads; ++t) members_[t] = std::make_unique<Member>(t, load.used / threads);
    team_.run([&](std::size_t t) {
      Member& own = *members_[t];
      const std::uint64_t share = load_.used / members_.size();
      for (std::uint64_t i = 0; i < share; ++i) own.held.push(peer_.claim_next(own.random.below(load_.size)));
      for (std::uint64_t i = 0; i < load_.warm_up() / members_.size(); ++i) pair(own);
    });
  }
  double slot(double milliseconds) {
    team_.run([&](std::size_t t) {
      Member& own = *members_[t];
      team_.meet();
      own.seconds = SlotTimer(milliseconds).run([&] {
        const auto begin = Clock::now();
        for (int i = 0; i < kPairs; ++i) pair(own);
        return seconds_between(begin, Clock::now());
      });
    });
    std::vector<double> all;
    for (const auto& member : members_) all.insert(all.end(), member->seconds.begin(), member->seconds.end());
    return median(std::move(all)) * kNano / kPairs / static_cast<double>(members_.size());
  }

 private:
  static constexpr int kPairs = 256;
  struct alignas(128) Member {
    Member(std::size_t number, std::uint64_t share) : random(number + 1), held(share + 1) {}
    Random random;
    Held<std::uint64_t> held;
    std::vector<double> seconds;
  };
  // A call would save registers on the stack, and each locked instruction waits for every store before it.
  [[gnu::always_inline]] void pair(Member& own) {
    peer_.release(own.held.pop());
    own.held.push(peer_.claim_next(own.random.below(load_.size)));
  }
  Load load_;
  Team& team_;
  Peer peer_;
  std::vector<std::unique_ptr<Member>> members_;
};

// Everything measured for one figure, and what it is measured with.
class Suite {
 public:
  explicit Suite(const Options& options) : options_(options), rounds_(options) {}

  template <template <class> class Measured, class... Peers>
  void run(const Figure& figure) {
    if (!rounds_.wants(figure)) return;
    std::vector<Contender> contenders;
    (add<Measured<Peers>, Peers>(contenders, figure), ...);
    rounds_.run(figure, contenders);
  }

  template <class... Peers>
  void run_pairs(const Figure& figure) {
    if (!rounds_.wants(figure)) return;
    Team team(static_cast<std::size_t>(figure.threads));
    std::vector<Contender> contenders;
    (add_pairs<Peers>(contenders, figure, team), ...);
    rounds_.run(figure, contenders);
  }

  // So few addresses that most of a large space is free.
  template <class... Peers>
  void run_sparse(int bits) {
    const Figure figure{.what = "claim_next_sparse", .bits = bits};
    if (!rounds_.wants(figure)) return;
    std::vector<Contender> contenders;
    (add_sparse<Peers>(contenders, figure), ...);
    rounds_.run(figure, contenders);
  }

 private:
  template <class Peer>
  static constexpr bool is_absent() {
    if constexpr (std::is_same_v<Peer, Sbitmap>) return !Sbitmap::is_loaded();
    return false;
  }
  template <class Measured, class Peer>
  void add(std::vector<Contender>& contenders, const Figure& figure) {
    if (is_absent<Peer>()) return;
    add_measured<Measured, Peer>(contenders, std::make_shared<Measured>(Load(figure)));
  }
  template <class Measured, class Peer>
  void add_measured(std::vector<Contender>& contenders, std::shared_ptr<Measured> measured,
                    double bytes = 0) {
    const auto slot = [measured, milliseconds = options_.slot_ms] {
      const auto seconds = SlotTimer(milliseconds).run([&] { return measured->batch(); });
      return median(seconds) * kNano / static_cast<double>(measured->calls());
    };
    contenders.push_back({.peer = Peer::kName, .slot = slot, .bytes = bytes});
  }
  template <class Peer>
  void add_pairs(std::vector<Contender>& contenders, const Figure& figure, Team& team) {
    if (is_absent<Peer>()) return;
    auto pairs = std::make_shared<Pairs<Peer>>(Load(figure), team, static_cast<std::size_t>(figure.threads));
    contenders.push_back({.peer = Peer::kName, .slot = [pairs, milliseconds = options_.slot_ms] {
                            return pairs->slot(milliseconds);
                          }});
  }
  // Half full, but no more than 2^20 addresses. Bytes are what became resident, by address.
  template <class Peer>
  void add_sparse(std::vector<Contender>& contenders, const Figure& figure) {
    if (is_absent<Peer>()) return;
    Load load(figure);
    load.used = std::min(load.size / 2, std::uint64_t{1} << 20);
    load.most_warm_up = load.used;
    const double ring = static_cast<double>((load.used + load.batch) * sizeof(std::uint64_t));
    malloc_trim(0);
    const double before = resident_bytes();
    auto measured = std::make_shared<ClaimNext<Peer>>(load);
    const double bytes = (resident_bytes() - before - ring) / static_cast<double>(load.used);
    add_measured<ClaimNext<Peer>, Peer>(contenders, std::move(measured), bytes);
  }
  static double resident_bytes() {
    std::ifstream file("/proc/self/statm");
    double pages = 0;
    file >> pages >> pages;
    return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
  }

  const Options& options_;
  Rounds rounds_;
};

template <class Peer>
using Claims = Named<Peer, Call::kClaim>;
template <class Peer>
using Releases = Named<Peer, Call::kRelease>;
template <class Peer>
using LookUps = Named<Peer, Call::kContains>;

void run_all(const Options& options) {
  Suite suite(options);
  for (const int permille : {500, 900, 990, 999}) {
    suite.run<ClaimNext, Floor, Engine, SpinlockedTree, Sbitmap>({"claim_next", 16, permille});
    suite.run<ClaimNext, Floor, OneLook, TwoLooks, BareSearch, Tree, LockedTree, Engine, SpinlockedTree,
              Sbitmap, MutexBitset, MutexOrderedSet>({"claim_next", 20, permille});
    suite.run<ClaimNext, Floor, Engine, SpinlockedTree, Sbitmap>({"claim_next", 24, permille});
  }
  suite.run<Claims, Floor, Engine, SpinlockedTree, MutexBitset, MutexOrderedSet>({"claim", 20});
  suite.run<Releases, Floor, Engine, SpinlockedTree, MutexBitset, MutexOrderedSet>({"release", 20});
  suite.run<LookUps, Floor, Engine, SpinlockedTree, Sbitmap, MutexBitset, MutexOrderedSet>({"contains", 20});
  suite.run<Full, Engine, SpinlockedTree, Sbitmap, MutexBitset>({"full", 20, 1000});
  for (const int bits : {16, 20, 24, 28}) suite.run_sparse<Floor, Engine, SpinlockedTree, Sbitmap>(bits);
  suite.run_sparse<Floor, WholeEngine, SpinlockedTree>(32);
  // Threads that share a processor do not meet each other's lines.
  const auto processors = static_cast<int>(std::thread::hardware_concurrency());
  for (int threads = 1; threads <= std::clamp(processors, 2, 16); threads *= 2) {
    for (const int permille : {500, 900, 990, 999}) {
      suite
          .run_pairs<Floor, OneLook, TwoLooks, Engine, SpinlockedTree, Sbitmap, MutexBitset, MutexOrderedSet>(
              {"pairs", 20, permille, threads});
    }
  }
}

}  // namespace
}  // namespace clusterip::bench

int main(int argc, char** argv) {
  namespace bench = clusterip::bench;
  const bench::Options options = bench::read_options(argc, argv);
  if (!options.sbitmap.empty()) {
    const std::string wrong = bench::Sbitmap::load(options.sbitmap);
    if (!wrong.empty()) {
      std::fprintf(stderr, "set_bench: %s\n", wrong.c_str());
      return 1;
    }
  }
  // glibc leaves the lock prefix out of a mutex until a second thread has been seen, which would flatter the
  // peers.
  std::thread([] {}).join();
  bench::run_all(options);
  return 0;
}
