#include "daemon/control/in_flight.hpp"

namespace clusterip::daemon {

InFlight::Ticket InFlight::enter() {
  const std::lock_guard lock(mutex_);
  numbers_.insert(numbers_.end(), next_);
  return {*this, next_++};
}

void InFlight::Ticket::end() {
  InFlight* of = std::exchange(of_, nullptr);
  if (of == nullptr) return;
  const std::lock_guard lock(of->mutex_);
  of->numbers_.erase(number_);
  of->ended_.notify_all();
}

bool InFlight::wait_for_others() {
  std::unique_lock lock(mutex_);
  if (numbers_.empty()) return false;
  const std::uint64_t last = *numbers_.rbegin();
  ended_.wait(lock, [&] { return numbers_.empty() || *numbers_.begin() > last; });
  return true;
}

}  // namespace clusterip::daemon
