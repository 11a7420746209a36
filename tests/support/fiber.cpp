#include "tests/support/fiber.hpp"

#include <cstdint>
#include <cstdlib>
#include <vector>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace clusterip::test {
namespace {

constexpr std::size_t kStackBytes = std::size_t{256} * 1024;

}  // namespace

#if defined(__x86_64__)

// Saves the registers that a call must keep, swaps the stacks, restores: a few nanoseconds, where swapcontext
// asks the kernel twice.
extern "C" void clusterip_test_switch(void** save, void* load);
__asm__(
    ".text\n"
    ".type clusterip_test_switch,@function\n"
    "clusterip_test_switch:\n"
    "  pushq %rbp\n  pushq %rbx\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
    "  movq %rsp, (%rdi)\n"
    "  movq %rsi, %rsp\n"
    "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbx\n  popq %rbp\n"
    "  ret\n"
    ".size clusterip_test_switch,.-clusterip_test_switch\n"
    ".section .note.GNU-stack,\"\",@progbits\n"
    ".text\n");

struct Fiber::Context {
  std::vector<char> stack = std::vector<char>(kStackBytes);
  void* inside = nullptr;
  void* outside = nullptr;
  static Fiber* starting_;
  static void trampoline() { enter(starting_); }
};
Fiber* Fiber::Context::starting_ = nullptr;

void Fiber::restart(std::function<void()> body) {
  body_ = std::move(body);
  finished_ = false;
  char* end = context_->stack.data() + kStackBytes;
  auto* slot = reinterpret_cast<void**>(end - reinterpret_cast<std::uintptr_t>(end) % 16);
  *--slot = nullptr;  // keeps the alignment that a called function expects
  *--slot = reinterpret_cast<void*>(&Context::trampoline);
  for (int i = 0; i < 6; ++i) *--slot = nullptr;
  context_->inside = slot;
}

void Fiber::switch_to() {
  Context::starting_ = this;
  clusterip_test_switch(&context_->outside, context_->inside);
}

void Fiber::switch_back() {
  clusterip_test_switch(&context_->inside, context_->outside);
}

#else

struct Fiber::Context {
  std::vector<char> stack = std::vector<char>(kStackBytes);
  ucontext_t inside{};
  ucontext_t outside{};
  static Fiber* starting_;
  static void trampoline() { enter(starting_); }
};
Fiber* Fiber::Context::starting_ = nullptr;

void Fiber::restart(std::function<void()> body) {
  body_ = std::move(body);
  finished_ = false;
  getcontext(&context_->inside);
  context_->inside.uc_stack.ss_sp = context_->stack.data();
  context_->inside.uc_stack.ss_size = kStackBytes;
  context_->inside.uc_link = nullptr;
  makecontext(&context_->inside, &Context::trampoline, 0);
}

void Fiber::switch_to() {
  Context::starting_ = this;
  swapcontext(&context_->outside, &context_->inside);
}

void Fiber::switch_back() {
  swapcontext(&context_->inside, &context_->outside);
}

#endif

Fiber::Fiber() : context_(std::make_unique<Context>()) {}
Fiber::~Fiber() = default;

void Fiber::enter(Fiber* self) {
  self->body_();
  self->finished_ = true;
  self->switch_back();
  std::abort();  // a finished fiber is never switched to
}

}  // namespace clusterip::test
