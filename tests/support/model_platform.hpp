// The explorer's stand-in for set::Native. Model<kDropped> leaves one step out, to show that it is needed.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "engine/set/steps.hpp"
#include "tests/support/model_memory.hpp"

namespace clusterip::test {

template <class T>
class ModelAtomic {
 public:
  ModelAtomic() = default;
  explicit(false) ModelAtomic(T value) : cell_{.value = to_bits(value)} {}
  ModelAtomic(const ModelAtomic&) = delete;
  ModelAtomic& operator=(const ModelAtomic&) = delete;

  T load(std::memory_order order = std::memory_order_seq_cst) const {
    return from_bits(model_load(cell_, order));
  }
  void store(T value, std::memory_order order = std::memory_order_seq_cst) {
    model_store(cell_, to_bits(value), order);
  }
  T exchange(T value, std::memory_order order = std::memory_order_seq_cst) {
    return change([](std::uint64_t, std::uint64_t wanted) { return wanted; }, to_bits(value), order);
  }
  T fetch_or(T bits, std::memory_order order = std::memory_order_seq_cst) {
    return change([](std::uint64_t a, std::uint64_t b) { return a | b; }, to_bits(bits), order);
  }
  T fetch_and(T bits, std::memory_order order = std::memory_order_seq_cst) {
    return change([](std::uint64_t a, std::uint64_t b) { return a & b; }, to_bits(bits), order);
  }
  T fetch_add(T operand, std::memory_order order = std::memory_order_seq_cst) {
    return change([](std::uint64_t a, std::uint64_t b) { return to_bits(from_bits(a + b)); },
                  to_bits(operand), order);
  }
  T fetch_sub(T operand, std::memory_order order = std::memory_order_seq_cst) {
    return change([](std::uint64_t a, std::uint64_t b) { return to_bits(from_bits(a - b)); },
                  to_bits(operand), order);
  }
  bool compare_exchange_strong(T& expected, T wanted, std::memory_order order = std::memory_order_seq_cst) {
    std::uint64_t bits = to_bits(expected);
    const bool done = model_compare_exchange(cell_, bits, to_bits(wanted), order);
    expected = from_bits(bits);
    return done;
  }
  bool compare_exchange_weak(T& expected, T wanted, std::memory_order order = std::memory_order_seq_cst) {
    return compare_exchange_strong(expected, wanted, order);
  }

 private:
  static std::uint64_t to_bits(T value) {
    if constexpr (std::is_pointer_v<T>) {
      return std::bit_cast<std::uint64_t>(value);
    } else {
      return static_cast<std::uint64_t>(value);
    }
  }
  static T from_bits(std::uint64_t bits) {
    if constexpr (std::is_pointer_v<T>) {
      return std::bit_cast<T>(bits);
    } else {
      return static_cast<T>(bits);
    }
  }
  T change(std::uint64_t (*how)(std::uint64_t, std::uint64_t), std::uint64_t operand,
           std::memory_order order) {
    return from_bits(model_change(cell_, how, operand, order));
  }
  mutable ModelCell cell_;
};

// No step is dropped where none is given.
inline constexpr auto kNoStep = static_cast<set::Step>(255);

template <set::Step kDropped = kNoStep>
struct Model {
  template <class T>
  using Atomic = ModelAtomic<T>;

  static constexpr bool keeps(set::Step step) noexcept { return step != kDropped; }
  static void full_fence() { model_fence(std::memory_order_seq_cst); }
  static void fence_after_locked() { model_fence(std::memory_order_seq_cst); }
  static void read_fence() { model_fence(std::memory_order_acquire); }
  // As on a machine whose kernel orders other threads on request: nothing here, all there.
  static void light_fence() {}
  static void heavy_fence() { model_fence_all(); }
  static void about_to_write(const void*) {}
  static void pause() { model_pause(); }
  template <class T>
  static T select(std::uint64_t test, T zero, T other) {
    return test == 0 ? zero : other;
  }
};

}  // namespace clusterip::test
