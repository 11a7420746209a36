// What threads may see in weak memory: every store to a cell stays in its history, and every thread knows,
// for each cell, the oldest store that it may still see (a view). Release stores carry the view of their
// thread, acquire loads and fences take it over. Stores to one cell keep the order in which they ran.
//
// Views also carry how many accesses of each thread are known to have happened. So the memory can tell when a
// thread uses what another one has set up, or frees what another one has read, and no order stands between.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tests/support/model_memory.hpp"

namespace clusterip::test {

class WeakMemory {
 public:
  void reset(std::size_t threads);

  // Every access begins with this. False: no order stands between it and the making of the cell.
  bool touch(std::size_t thread, ModelCell& cell);
  void begin(std::size_t thread, ModelCell& cell);
  // False: another thread has touched the cell, and this one does not know that it is done.
  bool end(std::size_t thread, const ModelCell& cell) const;

  // How many stores a load may choose among.
  std::size_t choices(std::size_t thread, const ModelCell& cell) const;
  // `back`: how many stores before the newest.
  std::uint64_t load(std::size_t thread, ModelCell& cell, std::size_t back, std::memory_order order);
  void store(std::size_t thread, ModelCell& cell, std::uint64_t value, std::memory_order order);
  // Looks at the newest store; then, if it writes, stores on top of it.
  void change(std::size_t thread, ModelCell& cell, bool writes, std::uint64_t value, std::memory_order order);
  void fence(std::size_t thread, std::memory_order order);
  void fence_all();

 private:
  static constexpr std::size_t kMostCells = 120;  // that one run stores to

  struct View {
    std::array<std::uint16_t, kMostThreads> clock{};  // accesses of each thread that are known to be done
    std::array<std::uint16_t, kMostCells> oldest{};
  };
  struct Message {
    std::uint64_t value;
    View view;
  };
  struct Thread {
    View view;      // what its loads may not miss
    View acquired;  // what an acquire fence would add
    View released;  // what a relaxed store passes on: the view at the last release fence
  };

  void join(View& into, const View& other) const;
  void clear(View& view) const;
  std::vector<Message>& history(ModelCell& cell);
  void read(Thread& self, std::size_t cell, const Message& message, std::size_t index,
            std::memory_order order);
  void append(Thread& self, ModelCell& cell, std::uint64_t value, std::memory_order order,
              const View* read_from);

  std::array<Thread, kMostThreads> threads_;
  std::size_t thread_count_ = 0;
  std::vector<std::vector<Message>> histories_;
  std::size_t cells_ = 0;
  std::size_t most_cells_ = 0;  // that any run used so far
  View sequential_;             // what sequentially consistent fences passed on
};

}  // namespace clusterip::test
