// The requests that hold addresses which the store does not show yet, or no longer shows.
//
// A request claims its addresses first and stores them later; if it fails, they are free again. Somebody who
// is refused because of such a claim would be refused for what never was. So who is refused while others are
// under way waits until those have come to their end, and asks again. Nobody waits while holding a claim:
// there is no circle. Any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <utility>

namespace clusterip::daemon {

class InFlight {
 public:
  // From before the first claim until what was claimed is stored or given back.
  class Ticket {
   public:
    Ticket(InFlight& of, std::uint64_t number) : of_(&of), number_(number) {}
    ~Ticket() { end(); }
    Ticket(Ticket&& other) noexcept : of_(std::exchange(other.of_, nullptr)), number_(other.number_) {}
    Ticket& operator=(Ticket&&) = delete;
    void end();

   private:
    InFlight* of_;  // null: has ended
    std::uint64_t number_;
  };

  Ticket enter();
  // Waits for those who are under way now, not for those who come meanwhile. False: there was nobody.
  [[nodiscard]] bool wait_for_others();

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  std::set<std::uint64_t> numbers_;
  std::uint64_t next_ = 0;
};

}  // namespace clusterip::daemon
