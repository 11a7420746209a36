#include "tests/support/explorer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "tests/support/fiber.hpp"
#include "tests/support/model_memory.hpp"

namespace clusterip::test {
namespace {

constexpr std::size_t kMostThreads = 8;
constexpr std::size_t kMostCells = 96;  // that one run stores to, in weak mode

// What a thread knows: for each cell the oldest store that it may still see.
struct View {
  std::array<std::uint16_t, kMostCells> oldest{};
  void join(const View& other, std::size_t cells) {
    for (std::size_t i = 0; i < cells; ++i) oldest[i] = std::max(oldest[i], other.oldest[i]);
  }
};

struct Message {
  std::uint64_t value;
  View view;
};

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
  View view;      // what its loads may not miss
  View acquired;  // what an acquire fence would add
  View released;  // what a relaxed store passes on: the view at the last release fence
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
  bool inside() const { return running_; }
  void step(const Access& access);
  std::uint64_t load(ModelCell& cell, std::memory_order order);
  void store(ModelCell& cell, std::uint64_t value, std::memory_order order);
  std::uint64_t change(ModelCell& cell, std::uint64_t (*how)(std::uint64_t, std::uint64_t),
                       std::uint64_t operand, std::memory_order order);
  bool compare_exchange(ModelCell& cell, std::uint64_t& expected, std::uint64_t wanted,
                        std::memory_order order);
  void fence(std::memory_order order);
  void fence_all();
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
  bool choose_thread();
  std::size_t choose(std::size_t count);
  Node* visit_node(bool& fresh);
  bool backtrack();
  std::uint64_t random() {
    random_ = random_ * 6364136223846793005U + 1442695040888963407U;
    return random_ >> 33;
  }
  bool sleeping() const { return !options_.weak && !options_.preemptions; }

  std::vector<Message>& history(ModelCell& cell);
  void read(ModelCell& cell, std::size_t index, std::memory_order order);
  void append(ModelCell& cell, std::uint64_t value, std::memory_order order, const View* read_from);

  ExploreOptions options_;
  std::uint64_t random_ = options_.seed;
  std::vector<Node> path_;
  std::size_t depth_ = 0;
  std::array<std::unique_ptr<Thread>, kMostThreads> threads_;
  std::size_t thread_count_ = 0;
  std::size_t current_ = 0;
  bool running_ = false;
  bool redundant_ = false;
  unsigned sleep_ = 0;
  unsigned preemptions_ = 0;
  unsigned stale_ = 0;
  std::uint64_t clock_ = 0;
  std::uint64_t stores_ = 0;
  std::string failure_;
  std::vector<std::vector<Message>> histories_;
  std::size_t cells_ = 0;
  View sequential_;  // what sequentially consistent fences passed on
};

Explorer* g_explorer = nullptr;

bool acquires(std::memory_order order) {
  return order != std::memory_order_relaxed && order != std::memory_order_release;
}
bool releases(std::memory_order order) {
  return order == std::memory_order_release || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}

void Explorer::step(const Access& access) {
  Thread& self = *threads_[current_];
  self.next = access;
  self.fiber.switch_back();
  ++clock_;
  ++self.steps;
  if (std::exchange(self.call_begins, false)) self.call_begin = clock_;
}

void Explorer::reset(std::size_t threads) {
  depth_ = 0;
  thread_count_ = threads;
  current_ = 0;
  redundant_ = false;
  sleep_ = 0;
  preemptions_ = 0;
  stale_ = 0;
  clock_ = 0;
  stores_ = 0;
  cells_ = 0;
  sequential_ = View{};
  for (std::size_t t = 0; t < threads; ++t) {
    if (!threads_[t]) threads_[t] = std::make_unique<Thread>();
    Thread& thread = *threads_[t];
    thread.steps = 0;
    thread.paused = false;
    if (!options_.weak) continue;
    thread.view = View{};
    thread.acquired = View{};
    thread.released = View{};
  }
}

unsigned Explorer::enabled() const {
  unsigned mask = 0;
  for (std::size_t t = 0; t < thread_count_; ++t) {
    const Thread& thread = *threads_[t];
    if (thread.fiber.finished()) continue;
    if (options_.frozen_thread == t && thread.steps >= options_.frozen_after) continue;
    if (thread.paused && thread.paused_at == stores_) continue;
    mask |= 1U << t;
  }
  if (mask != 0) return mask;
  // Nobody else can store any more: whoever paused looks again. One that waits for ever will take too many
  // steps.
  for (std::size_t t = 0; t < thread_count_; ++t) {
    const bool frozen = options_.frozen_thread == t && threads_[t]->steps >= options_.frozen_after;
    if (!threads_[t]->fiber.finished() && !frozen) mask |= 1U << t;
  }
  return mask;
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
  if (can == 0) return false;
  const bool current_can = ((can >> current_) & 1U) != 0;
  if (redundant_) {
    current_ = static_cast<std::size_t>(__builtin_ctz(can));
    return true;
  }
  if (current_can && options_.preemptions && preemptions_ >= *options_.preemptions) can = 1U << current_;
  if (options_.random_runs != 0) {
    if (current_can && random() % 6 != 0) return true;
    auto skip = random() % static_cast<unsigned>(__builtin_popcount(can));
    for (; skip > 0; --skip) can &= can - 1;
    current_ = static_cast<std::size_t>(__builtin_ctz(can));
    return true;
  }
  unsigned awake = sleeping() ? can & ~sleep_ : can;
  if (awake == 0) {
    redundant_ = true;
    return choose_thread();
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
  return true;
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
  running_ = true;
  for (current_ = 0; current_ < thread_count_; ++current_) {
    threads_[current_]->fiber.restart(program.threads[current_]);
    threads_[current_]->fiber.switch_to();  // to its first access
  }
  current_ = 0;
  while (failure_.empty() && choose_thread()) {
    Thread& thread = *threads_[current_];
    thread.paused = false;
    thread.fiber.switch_to();
    if (thread.steps > options_.most_steps) fail("thread " + std::to_string(current_) + " never ends");
  }
  running_ = false;
  for (std::size_t t = 0; t < thread_count_ && failure_.empty(); ++t) {
    if (options_.frozen_thread == t || threads_[t]->fiber.finished()) continue;
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

std::vector<Message>& Explorer::history(ModelCell& cell) {
  if (cell.history < 0) {
    if (cells_ == kMostCells) {
      std::fputs("explorer: a run stores to too many cells\n", stderr);
      std::abort();
    }
    cell.history = static_cast<int>(cells_++);
    if (histories_.size() < cells_) histories_.emplace_back();
    auto& fresh = histories_[static_cast<std::size_t>(cell.history)];
    fresh.clear();
    fresh.push_back({cell.value, View{}});
  }
  return histories_[static_cast<std::size_t>(cell.history)];
}

void Explorer::read(ModelCell& cell, std::size_t index, std::memory_order order) {
  Thread& self = *threads_[current_];
  const auto id = static_cast<std::size_t>(cell.history);
  self.view.oldest[id] = std::max(self.view.oldest[id], static_cast<std::uint16_t>(index));
  const View& passed = histories_[id][index].view;
  (acquires(order) ? self.view : self.acquired).join(passed, cells_);
}

void Explorer::append(ModelCell& cell, std::uint64_t value, std::memory_order order, const View* read_from) {
  Thread& self = *threads_[current_];
  auto& messages = history(cell);
  const auto id = static_cast<std::size_t>(cell.history);
  self.view.oldest[id] = static_cast<std::uint16_t>(messages.size());
  View passed = releases(order) ? self.view : self.released;
  passed.oldest[id] = static_cast<std::uint16_t>(messages.size());
  if (read_from != nullptr) passed.join(*read_from, cells_);
  messages.push_back({value, passed});
  cell.value = value;
}

std::uint64_t Explorer::load(ModelCell& cell, std::memory_order order) {
  step({.cell = &cell});
  if (!options_.weak || cell.history < 0) return cell.value;
  auto& messages = history(cell);
  const auto id = static_cast<std::size_t>(cell.history);
  const std::size_t newest = messages.size() - 1;
  const std::size_t oldest = threads_[current_]->view.oldest[id];
  std::size_t back = 0;
  if (newest > oldest && stale_ < options_.stale_loads && order != std::memory_order_seq_cst) {
    back = choose(newest - oldest + 1);
    if (back != 0) ++stale_;
  }
  read(cell, newest - back, order);
  return messages[newest - back].value;
}

void Explorer::store(ModelCell& cell, std::uint64_t value, std::memory_order order) {
  step({.cell = &cell, .writes = true});
  ++stores_;
  if (options_.weak) {
    append(cell, value, order, nullptr);
  } else {
    cell.value = value;
  }
}

std::uint64_t Explorer::change(ModelCell& cell, std::uint64_t (*how)(std::uint64_t, std::uint64_t),
                               std::uint64_t operand, std::memory_order order) {
  step({.cell = &cell, .writes = true});
  ++stores_;
  const std::uint64_t was = cell.value;
  if (options_.weak) {
    const std::size_t last = history(cell).size() - 1;
    read(cell, last, order);
    const View passed = history(cell)[last].view;
    append(cell, how(was, operand), order, &passed);
  } else {
    cell.value = how(was, operand);
  }
  return was;
}

bool Explorer::compare_exchange(ModelCell& cell, std::uint64_t& expected, std::uint64_t wanted,
                                std::memory_order order) {
  step({.cell = &cell, .writes = true});
  const std::uint64_t was = cell.value;
  if (options_.weak) {
    const std::size_t last = history(cell).size() - 1;
    read(cell, last, order);
    const View passed = history(cell)[last].view;
    if (was == expected) append(cell, wanted, order, &passed);
  } else if (was == expected) {
    cell.value = wanted;
  }
  if (was == expected) {
    ++stores_;
    return true;
  }
  expected = was;
  return false;
}

void Explorer::fence(std::memory_order order) {
  if (!options_.weak) return;
  if (order == std::memory_order_seq_cst) step({.wild = true});
  Thread& self = *threads_[current_];
  if (acquires(order)) self.view.join(self.acquired, cells_);
  if (order == std::memory_order_seq_cst) {
    self.view.join(sequential_, cells_);
    sequential_ = self.view;
  }
  if (releases(order)) self.released = self.view;
}

void Explorer::fence_all() {
  if (!options_.weak) return;
  step({.wild = true});
  for (std::size_t t = 0; t < thread_count_; ++t) sequential_.join(threads_[t]->view, cells_);
  for (std::size_t t = 0; t < thread_count_; ++t) {
    threads_[t]->view = sequential_;
    threads_[t]->released = sequential_;
  }
}

void Explorer::pause() {
  Thread& self = *threads_[current_];
  self.paused = true;
  self.paused_at = stores_;
  step({.wild = true});
}

}  // namespace

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
  return g_explorer == nullptr || !g_explorer->inside() ? 0 : g_explorer->current();
}
void explorer_fail(const std::string& what) {
  g_explorer->fail(what);
}

// Outside of a run, while structures are built and checked, accesses are plain.
static bool exploring() {
  return g_explorer != nullptr && g_explorer->inside();
}

std::uint64_t model_load(ModelCell& cell, std::memory_order order) {
  return exploring() ? g_explorer->load(cell, order) : cell.value;
}
void model_store(ModelCell& cell, std::uint64_t value, std::memory_order order) {
  if (exploring()) return g_explorer->store(cell, value, order);
  cell.value = value;
}
std::uint64_t model_change(ModelCell& cell, std::uint64_t (*change)(std::uint64_t, std::uint64_t),
                           std::uint64_t operand, std::memory_order order) {
  if (exploring()) return g_explorer->change(cell, change, operand, order);
  const std::uint64_t was = cell.value;
  cell.value = change(was, operand);
  return was;
}
bool model_compare_exchange(ModelCell& cell, std::uint64_t& expected, std::uint64_t wanted,
                            std::memory_order order) {
  if (exploring()) return g_explorer->compare_exchange(cell, expected, wanted, order);
  if (cell.value != expected) {
    expected = cell.value;
    return false;
  }
  cell.value = wanted;
  return true;
}
void model_fence(std::memory_order order) {
  if (exploring()) g_explorer->fence(order);
}
void model_fence_all() {
  if (exploring()) g_explorer->fence_all();
}
void model_pause() {
  if (exploring()) g_explorer->pause();
}

}  // namespace clusterip::test
