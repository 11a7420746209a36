// Threads of control that switch when told to: what the schedule explorer runs its programs on.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace clusterip::test {

class Fiber {
 public:
  Fiber();
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Makes `body` what the next switch_to starts. A body that was left unfinished is dropped as it is.
  void restart(std::function<void()> body);
  bool finished() const noexcept { return finished_; }

  // From the explorer's own stack into the fiber, until it calls switch_back or ends.
  void switch_to();
  // From inside the fiber.
  void switch_back();

 private:
  struct Context;
  static void enter(Fiber* self);
  std::function<void()> body_;
  bool finished_ = true;
  std::unique_ptr<Context> context_;
};

}  // namespace clusterip::test
