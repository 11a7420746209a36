#include "tests/support/weak_memory.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace clusterip::test {
namespace {

bool acquires(std::memory_order order) {
  return order != std::memory_order_relaxed && order != std::memory_order_release;
}
bool releases(std::memory_order order) {
  return order == std::memory_order_release || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}

}  // namespace

void WeakMemory::join(View& into, const View& other) const {
  for (std::size_t i = 0; i < kMostThreads; ++i) into.clock[i] = std::max(into.clock[i], other.clock[i]);
  for (std::size_t i = 0; i < cells_; ++i) into.oldest[i] = std::max(into.oldest[i], other.oldest[i]);
}

void WeakMemory::clear(View& view) const {
  view.clock.fill(0);
  std::fill_n(view.oldest.begin(), most_cells_, std::uint16_t{0});
}

void WeakMemory::reset(std::size_t threads) {
  most_cells_ = std::max(most_cells_, cells_);
  thread_count_ = threads;
  cells_ = 0;
  clear(sequential_);
  for (Thread& thread : threads_) {
    clear(thread.view);
    clear(thread.acquired);
    clear(thread.released);
  }
}

bool WeakMemory::touch(std::size_t thread, ModelCell& cell) {
  View& view = threads_[thread].view;
  cell.touched[thread] = ++view.clock[thread];
  return cell.born_by == kNobody || view.clock[cell.born_by] >= cell.born_at;
}

void WeakMemory::begin(std::size_t thread, ModelCell& cell) {
  cell.born_by = static_cast<std::uint8_t>(thread);
  cell.born_at = ++threads_[thread].view.clock[thread];
}

bool WeakMemory::end(std::size_t thread, const ModelCell& cell) const {
  const View& view = threads_[thread].view;
  for (std::size_t other = 0; other < thread_count_; ++other) {
    if (cell.touched[other] > view.clock[other]) return false;
  }
  return true;
}

std::vector<WeakMemory::Message>& WeakMemory::history(ModelCell& cell) {
  if (cell.history < 0) {
    if (cells_ == kMostCells) {
      std::fputs("explorer: a run stores to too many cells\n", stderr);
      std::abort();
    }
    cell.history = static_cast<std::int16_t>(cells_++);
    if (histories_.size() < cells_) histories_.emplace_back();
    auto& fresh = histories_[cells_ - 1];
    fresh.clear();
    fresh.push_back({cell.value, View{}});
  }
  return histories_[static_cast<std::size_t>(cell.history)];
}

void WeakMemory::read(Thread& self, std::size_t cell, const Message& message, std::size_t index,
                      std::memory_order order) {
  self.view.oldest[cell] = std::max(self.view.oldest[cell], static_cast<std::uint16_t>(index));
  join(acquires(order) ? self.view : self.acquired, message.view);
}

void WeakMemory::append(Thread& self, ModelCell& cell, std::uint64_t value, std::memory_order order,
                        const View* read_from) {
  auto& messages = history(cell);
  const auto id = static_cast<std::size_t>(cell.history);
  const auto index = static_cast<std::uint16_t>(messages.size());
  self.view.oldest[id] = index;
  View passed = releases(order) ? self.view : self.released;
  passed.oldest[id] = index;
  if (read_from != nullptr) join(passed, *read_from);
  messages.push_back({value, passed});
  cell.value = value;
}

std::size_t WeakMemory::choices(std::size_t thread, const ModelCell& cell) const {
  if (cell.history < 0) return 1;
  const auto id = static_cast<std::size_t>(cell.history);
  return histories_[id].size() - threads_[thread].view.oldest[id];
}

std::uint64_t WeakMemory::load(std::size_t thread, ModelCell& cell, std::size_t back,
                               std::memory_order order) {
  if (cell.history < 0) return cell.value;
  const auto id = static_cast<std::size_t>(cell.history);
  const std::size_t index = histories_[id].size() - 1 - back;
  read(threads_[thread], id, histories_[id][index], index, order);
  return histories_[id][index].value;
}

void WeakMemory::store(std::size_t thread, ModelCell& cell, std::uint64_t value, std::memory_order order) {
  append(threads_[thread], cell, value, order, nullptr);
}

void WeakMemory::change(std::size_t thread, ModelCell& cell, bool writes, std::uint64_t value,
                        std::memory_order order) {
  const auto& messages = history(cell);
  const std::size_t last = messages.size() - 1;
  read(threads_[thread], static_cast<std::size_t>(cell.history), messages[last], last, order);
  if (!writes) return;
  const View passed = messages[last].view;
  append(threads_[thread], cell, value, order, &passed);
}

void WeakMemory::fence(std::size_t thread, std::memory_order order) {
  Thread& self = threads_[thread];
  if (acquires(order)) join(self.view, self.acquired);
  if (order == std::memory_order_seq_cst) {
    join(self.view, sequential_);
    sequential_ = self.view;
  }
  if (releases(order)) self.released = self.view;
}

void WeakMemory::fence_all() {
  for (std::size_t t = 0; t < thread_count_; ++t) {
    join(threads_[t].view, threads_[t].acquired);
    join(sequential_, threads_[t].view);
  }
  for (std::size_t t = 0; t < thread_count_; ++t) {
    threads_[t].view = sequential_;
    threads_[t].released = sequential_;
  }
}

}  // namespace clusterip::test
