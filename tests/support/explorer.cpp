#include "tests/support/explorer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "tests/support/fiber.hpp"
#include "tests/support/freed_memory.hpp"
#include "tests/support/model_memory.hpp"
#include "tests/support/weak_memory.hpp"

namespace clusterip::test {
namespace {

// What a thread will do next.
struct Access {
  const ModelCell* cell = nullptr;
  bool writes = false;
  bool wild = false;  // depends on everything
};

bool independent(const Access& a, const Access& b) {
  if (a.wild || b.wild) return false;
  return a.cell != b.cell || (!a.writes && !b.writes);
}

struct Thread {
  Fiber fiber;
  Access next;
  std::uint64_t steps = 0;
  std::uint64_t call_begin = 0;
  bool call_begins = false;
  bool paused = false;
  std::uint64_t paused_at = 0;
};

// A choice of the depth-first search.
struct Node {
  std::array<std::uint8_t, 16> options{};
  std::size_t count = 0;
  std::size_t at = 0;
  unsigned sleep = 0;  // threads whose next access was explored from an equal state
};

class Explorer {
 public:
  explicit Explorer(const ExploreOptions& options) : options_(options) {}

  ExploreResult run(const std::function<Program()>& make);

  // Called from inside fibers.
  void step(const Access& access);
  std::uint64_t load(ModelCell& cell, std::memory_order order, const Site& site);
  void store(ModelCell& cell, std::uint64_t value, std::memory_order order, const Site& site);
  std::uint64_t change(ModelCell& cell, std::uint64_t (*how)(std::uint64_t, std::uint64_t),
                       std::uint64_t operand, std::memory_order order, const Site& site);
  bool compare_exchange(ModelCell& cell, std::uint64_t& expected, std::uint64_t wanted,
                        std::memory_order order, const Site& site);
  void fence(std::memory_order order, const Site& site);
  void fence_all();
  void begin(ModelCell& cell);
  void end(ModelCell& cell);
  void pause();
  std::uint64_t now() const { return clock_; }
  std::size_t current() const { return current_; }
  Thread& thread() { return *threads_[current_]; }
  void fail(const std::string& what) {
    if (failure_.empty()) failure_ = what;
  }

 private:
  void run_once(const std::function<Program()>& make);
  void reset(std::size_t threads);
  unsigned enabled() const;
  bool goes_on(const Thread& self) const;
  bool is_frozen(std::size_t thread) const {
    return options_.frozen_thread == thread && threads_[thread]->steps >= options_.frozen_after && !thawed_;
  }
  bool choose_thread();
  void choose_among(unsigned can);
  std::size_t choose(std::size_t count);
  Node* visit_node(bool& fresh);
  bool backtrack();
  std::uint64_t random() {
    random_ = random_ * 6364136223846793005U + 1442695040888963407U;
    return random_ >> 33;
  }
  bool sleeping() const { return !options_.weak && !options_.preemptions; }
  void touch(ModelCell& cell);
  [[noreturn]] void die(const std::string& what);
  std::memory_order weakened(std::memory_order order, const Site& site);
  bool drops(const Weakening& weakening);

  ExploreOptions options_;
  std::uint64_t random_ = options_.seed;
  std::vector<Node> path_;
  std::size_t depth_ = 0;
  std::array<std::unique_ptr<Thread>, kMostThreads> threads_;
  std::size_t thread_count_ = 0;
  std::size_t current_ = 0;
  bool starting_ = false;
  bool nobody_ = false;  // can go on
  bool thawed_ = false;
  bool redundant_ = false;
  unsigned sleep_ = 0;
  unsigned preemptions_ = 0;
  unsigned stale_ = 0;
  std::uint64_t clock_ = 0;
  std::uint64_t stores_ = 0;
  std::string failure_;
  WeakMemory memory_;
};

Explorer* g_explorer = nullptr;

// Before every access. Who goes on is chosen here, on the fiber's own stack, so that a thread that goes on
// itself costs no switch.
void Explorer::step(const Access& access) {
  const std::size_t own = current_;
  Thread& self = *threads_[own];
  self.next = access;
  if (self.steps > options_.most_steps) fail("thread " + std::to_string(own) + " never ends");
  if (starting_ || !failure_.empty() || !(goes_on(self) || choose_thread()) || current_ != own) {
    self.fiber.switch_back();
  }
  ++clock_;
  ++self.steps;
  if (std::exchange(self.call_begins, false)) self.call_begin = clock_;
}

// Whether the running thread goes on without a choice.
bool Explorer::goes_on(const Thread& self) const {
  if (self.paused || is_frozen(current_) || options_.random_runs != 0) return false;
  return redundant_ || (options_.preemptions && preemptions_ >= *options_.preemptions);
}

void Explorer::reset(std::size_t threads) {
  depth_ = 0;
  thread_count_ = threads;
  current_ = 0;
  redundant_ = false;
  thawed_ = false;
  sleep_ = 0;
  preemptions_ = 0;
  stale_ = 0;
  clock_ = 0;
  stores_ = 0;
  if (options_.weak) memory_.reset(threads);
  for (std::size_t t = 0; t < threads; ++t) {
    if (!threads_[t]) threads_[t] = std::make_unique<Thread>();
    Thread& thread = *threads_[t];
    thread.steps = 0;
    thread.paused = false;
  }
}

unsigned Explorer::enabled() const {
  unsigned mask = 0;
  unsigned paused = 0;
  for (std::size_t t = 0; t < thread_count_; ++t) {
    const Thread& thread = *threads_[t];
    if (thread.fiber.finished() || is_frozen(t)) continue;
    const bool waits = thread.paused && thread.paused_at == stores_;
    (waits ? paused : mask) |= 1U << t;
  }
  // Nobody else can store any more: whoever paused looks again. One that waits for ever will take too many
  // steps.
  return mask != 0 ? mask : paused;
}

Node* Explorer::visit_node(bool& fresh) {
  fresh = depth_ == path_.size();
  if (fresh) path_.emplace_back();
  return &path_[depth_++];
}

std::size_t Explorer::choose(std::size_t count) {
  if (count == 1 || redundant_) return 0;
  if (options_.random_runs != 0) return random() % 4 != 0 ? 0 : random() % count;
  bool fresh = false;
  Node* node = visit_node(fresh);
  if (fresh) {
    node->count = std::min<std::size_t>(count, node->options.size());
    for (std::size_t i = 0; i < node->count; ++i) node->options[i] = static_cast<std::uint8_t>(i);
  }
  return node->options[node->at];
}

// Sets current_; false: nobody can go on.
bool Explorer::choose_thread() {
  unsigned can = enabled();
  if (can == 0 && !thawed_) {
    thawed_ = true;
    can = enabled();
  }
  nobody_ = can == 0;
  if (nobody_) return false;
  choose_among(can);
  threads_[current_]->paused = false;
  return true;
}

void Explorer::choose_among(unsigned can) {
  const bool current_can = ((can >> current_) & 1U) != 0;
  if (redundant_) {
    if (!current_can) current_ = static_cast<std::size_t>(__builtin_ctz(can));
    return;
  }
  if (current_can && options_.preemptions && preemptions_ >= *options_.preemptions) can = 1U << current_;
  if (options_.random_runs != 0) {
    if (current_can && random() % 6 != 0) return;
    auto skip = random() % static_cast<unsigned>(__builtin_popcount(can));
    for (; skip > 0; --skip) can &= can - 1;
    current_ = static_cast<std::size_t>(__builtin_ctz(can));
    return;
  }
  unsigned awake = sleeping() ? can & ~sleep_ : can;
  if (awake == 0) {
    redundant_ = true;
    return choose_among(can);
  }
  std::size_t chosen = 0;
  unsigned tried = 0;
  if (__builtin_popcount(can) == 1) {
    chosen = static_cast<std::size_t>(__builtin_ctz(can));
  } else {
    bool fresh = false;
    Node* node = visit_node(fresh);
    if (fresh) {
      node->sleep = sleep_;
      if (((awake >> current_) & 1U) != 0) {
        node->options[node->count++] = static_cast<std::uint8_t>(current_);
        awake &= ~(1U << current_);
      }
      for (; awake != 0; awake &= awake - 1) {
        node->options[node->count++] = static_cast<std::uint8_t>(__builtin_ctz(awake));
      }
    }
    chosen = node->options[node->at];
    for (std::size_t i = 0; i < node->at; ++i) tried |= 1U << node->options[i];
  }
  if (current_can && chosen != current_) ++preemptions_;
  if (sleeping()) {
    unsigned still = 0;
    for (unsigned rest = sleep_ | tried; rest != 0; rest &= rest - 1) {
      const auto t = static_cast<std::size_t>(__builtin_ctz(rest));
      if (independent(threads_[t]->next, threads_[chosen]->next)) still |= 1U << t;
    }
    sleep_ = still;
  }
  current_ = chosen;
}

bool Explorer::backtrack() {
  while (!path_.empty()) {
    if (++path_.back().at < path_.back().count) return true;
    path_.pop_back();
  }
  return false;
}

void Explorer::run_once(const std::function<Program()>& make) {
  Program program = make();
  reset(program.threads.size());
  g_model_running = true;
  starting_ = true;
  for (current_ = 0; current_ < thread_count_; ++current_) {
    threads_[current_]->fiber.restart(program.threads[current_]);
    threads_[current_]->fiber.switch_to();  // to its first access
  }
  starting_ = false;
  current_ = 0;
  choose_thread();
  while (failure_.empty() && !nobody_) {
    const std::size_t chosen = current_;
    threads_[chosen]->fiber.switch_to();
    if (threads_[chosen]->fiber.finished()) choose_thread();
  }
  g_model_running = false;
  freed_clear();
  for (std::size_t t = 0; t < thread_count_ && failure_.empty(); ++t) {
    if (threads_[t]->fiber.finished()) continue;
    fail("thread " + std::to_string(t) + " waits for ever");
  }
  if (failure_.empty() && !redundant_ && program.check) failure_ = program.check();
}

ExploreResult Explorer::run(const std::function<Program()>& make) {
  ExploreResult result;
  do {
    run_once(make);
    if (!redundant_) ++result.runs;
    result.failure = failure_;
    if (!failure_.empty()) return result;
    if (result.runs >= options_.most_runs) return result;
  } while (options_.random_runs != 0 ? result.runs < options_.random_runs : backtrack());
  result.complete = true;
  return result;
}

// Ends the run in the middle of the running thread.
void Explorer::die(const std::string& what) {
  fail(what);
  for (;;) threads_[current_]->fiber.switch_back();
}

void Explorer::touch(ModelCell& cell) {
  if (freed_holds(&cell)) die("thread " + std::to_string(current_) + " uses memory that was freed");
  if (options_.weak && !memory_.touch(current_, cell)) {
    die("thread " + std::to_string(current_) + " may use memory before it was set up");
  }
}

void Explorer::begin(ModelCell& cell) {
  if (options_.weak) memory_.begin(current_, cell);
}

void Explorer::end(ModelCell& cell) {
  if (freed_holds(&cell)) die("thread " + std::to_string(current_) + " frees memory twice");
  if (options_.weak && !memory_.end(current_, cell)) {
    die("thread " + std::to_string(current_) + " frees memory that another may still be reading");
  }
  freed_note(&cell);
}

// Whether the order that this is about is the one to weaken.
bool Explorer::drops(const Weakening& weakening) {
  if (options_.found != nullptr) options_.found->insert(weakening);
  return options_.weaken != nullptr && *options_.weaken == weakening;
}

std::memory_order Explorer::weakened(std::memory_order order, const Site& site) {
  if (options_.weaken == nullptr && options_.found == nullptr) return order;
  if (options_.found == nullptr && options_.weaken->line != site.line) return order;
  using What = Weakening::What;
  if (order == std::memory_order_seq_cst) return order;
  const bool acquires = order == std::memory_order_acquire || order == std::memory_order_acq_rel;
  const bool releases = order == std::memory_order_release || order == std::memory_order_acq_rel;
  const bool drop_acquire = acquires && drops(Weakening(site, What::kAcquire));
  const bool drop_release = releases && drops(Weakening(site, What::kRelease));
  if (order == std::memory_order_acq_rel && drop_acquire) return std::memory_order_release;
  if (order == std::memory_order_acq_rel && drop_release) return std::memory_order_acquire;
  return drop_acquire || drop_release ? std::memory_order_relaxed : order;
}

std::uint64_t Explorer::load(ModelCell& cell, std::memory_order order, const Site& site) {
  step({.cell = &cell});
  touch(cell);
  if (!options_.weak) return cell.value;
  std::size_t back = 0;
  const std::size_t choices = memory_.choices(current_, cell);
  if (choices > 1 && stale_ < options_.stale_loads && order != std::memory_order_seq_cst) {
    back = choose(choices);
    if (back != 0) ++stale_;
  }
  return memory_.load(current_, cell, back, weakened(order, site));
}

void Explorer::store(ModelCell& cell, std::uint64_t value, std::memory_order order, const Site& site) {
  step({.cell = &cell, .writes = true});
  touch(cell);
  ++stores_;
  if (options_.weak) {
    memory_.store(current_, cell, value, weakened(order, site));
  } else {
    cell.value = value;
  }
}

std::uint64_t Explorer::change(ModelCell& cell, std::uint64_t (*how)(std::uint64_t, std::uint64_t),
                               std::uint64_t operand, std::memory_order order, const Site& site) {
  step({.cell = &cell, .writes = true});
  touch(cell);
  ++stores_;
  const std::uint64_t was = cell.value;
  if (options_.weak) {
    memory_.change(current_, cell, true, how(was, operand), weakened(order, site));
  } else {
    cell.value = how(was, operand);
  }
  return was;
}

bool Explorer::compare_exchange(ModelCell& cell, std::uint64_t& expected, std::uint64_t wanted,
                                std::memory_order order, const Site& site) {
  step({.cell = &cell, .writes = true});
  touch(cell);
  const std::uint64_t was = cell.value;
  const bool equal = was == expected;
  if (options_.weak) {
    memory_.change(current_, cell, equal, wanted, weakened(order, site));
  } else if (equal) {
    cell.value = wanted;
  }
  if (equal) ++stores_;
  expected = equal ? expected : was;
  return equal;
}

void Explorer::fence(std::memory_order order, const Site& site) {
  if (!options_.weak) return;
  if (order == std::memory_order_seq_cst) step({.wild = true});
  const bool named = options_.weaken != nullptr || options_.found != nullptr;
  if (named && drops(Weakening(site, Weakening::What::kFence))) return;
  memory_.fence(current_, order);
}

void Explorer::fence_all() {
  if (!options_.weak) return;
  step({.wild = true});
  memory_.fence_all();
}

void Explorer::pause() {
  Thread& self = *threads_[current_];
  self.paused = true;
  self.paused_at = stores_;
  step({.wild = true});
}

}  // namespace

bool g_model_running = false;

Weakening::Weakening(const Site& site, What dropped)
    : file(std::string_view(site.file).substr(std::string_view(site.file).rfind('/') + 1)),
      line(site.line),
      function(site.function),
      what(dropped) {}

ExploreResult explore(const ExploreOptions& options, const std::function<Program()>& make) {
  Explorer explorer(options);
  g_explorer = &explorer;
  ExploreResult result = explorer.run(make);
  g_explorer = nullptr;
  return result;
}

std::uint64_t explorer_now() {
  return g_explorer->now();
}
void explorer_begin_call() {
  g_explorer->thread().call_begins = true;
}
std::uint64_t explorer_call_begin() {
  return g_explorer->thread().call_begin;
}
std::size_t explorer_thread() {
  return g_model_running ? g_explorer->current() : 0;
}
void explorer_fail(const std::string& what) {
  g_explorer->fail(what);
}

void model_begin_slowly(ModelCell& cell) {
  g_explorer->begin(cell);
}
void model_end_slowly(ModelCell& cell) {
  g_explorer->end(cell);
}
std::uint64_t model_load(ModelCell& cell, std::memory_order order, const Site& site) {
  return g_model_running ? g_explorer->load(cell, order, site) : cell.value;
}
void model_store(ModelCell& cell, std::uint64_t value, std::memory_order order, const Site& site) {
  if (g_model_running) return g_explorer->store(cell, value, order, site);
  cell.value = value;
}
std::uint64_t model_change(ModelCell& cell, std::uint64_t (*change)(std::uint64_t, std::uint64_t),
                           std::uint64_t operand, std::memory_order order, const Site& site) {
  if (g_model_running) return g_explorer->change(cell, change, operand, order, site);
  const std::uint64_t was = cell.value;
  cell.value = change(was, operand);
  return was;
}
bool model_compare_exchange(ModelCell& cell, std::uint64_t& expected, std::uint64_t wanted,
                            std::memory_order order, const Site& site) {
  if (g_model_running) return g_explorer->compare_exchange(cell, expected, wanted, order, site);
  if (cell.value != expected) {
    expected = cell.value;
    return false;
  }
  cell.value = wanted;
  return true;
}
void model_fence(std::memory_order order, const Site& site) {
  if (g_model_running) g_explorer->fence(order, site);
}
void model_fence_all() {
  if (g_model_running) g_explorer->fence_all();
}
void model_pause() {
  if (g_model_running) g_explorer->pause();
}

}  // namespace clusterip::test
