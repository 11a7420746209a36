// The explorer's stand-in for set::Native. Model<kDropped> leaves one step out, to show that it is needed.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <type_traits>

#include "engine/set/steps.hpp"
#include "tests/support/model_memory.hpp"

// As last parameters: where the call stands, so that the explorer can weaken the order of this one access.
#define CLUSTERIP_SITE_PARAMETERS                                        \
  const char *file = __builtin_FILE(), unsigned line = __builtin_LINE(), \
             const char *function = __builtin_FUNCTION()
#define CLUSTERIP_SITE (Site{file, line, function})

namespace clusterip::test {

template <class T>
class ModelAtomic {
 public:
  ModelAtomic() { model_begin(cell_); }
  explicit(false) ModelAtomic(T value) : cell_{.value = to_bits(value)} { model_begin(cell_); }
  ~ModelAtomic() { model_end(cell_); }
  ModelAtomic(const ModelAtomic&) = delete;
  ModelAtomic& operator=(const ModelAtomic&) = delete;

  T load(std::memory_order order = std::memory_order_seq_cst, CLUSTERIP_SITE_PARAMETERS) const {
    return from_bits(model_load(cell_, order, CLUSTERIP_SITE));
  }
  void store(T value, std::memory_order order = std::memory_order_seq_cst, CLUSTERIP_SITE_PARAMETERS) {
    model_store(cell_, to_bits(value), order, CLUSTERIP_SITE);
  }
  T exchange(T value, std::memory_order order = std::memory_order_seq_cst, CLUSTERIP_SITE_PARAMETERS) {
    return change([](std::uint64_t, std::uint64_t wanted) { return wanted; }, value, order, CLUSTERIP_SITE);
  }
  T fetch_or(T bits, std::memory_order order = std::memory_order_seq_cst, CLUSTERIP_SITE_PARAMETERS) {
    return change([](std::uint64_t a, std::uint64_t b) { return a | b; }, bits, order, CLUSTERIP_SITE);
  }
  T fetch_and(T bits, std::memory_order order = std::memory_order_seq_cst, CLUSTERIP_SITE_PARAMETERS) {
    return change([](std::uint64_t a, std::uint64_t b) { return a & b; }, bits, order, CLUSTERIP_SITE);
  }
  T fetch_add(T operand, std::memory_order order = std::memory_order_seq_cst, CLUSTERIP_SITE_PARAMETERS) {
    return change([](std::uint64_t a, std::uint64_t b) { return to_bits(from_bits(a + b)); }, operand, order,
                  CLUSTERIP_SITE);
  }
  T fetch_sub(T operand, std::memory_order order = std::memory_order_seq_cst, CLUSTERIP_SITE_PARAMETERS) {
    return change([](std::uint64_t a, std::uint64_t b) { return to_bits(from_bits(a - b)); }, operand, order,
                  CLUSTERIP_SITE);
  }
  bool compare_exchange_strong(T& expected, T wanted, std::memory_order order = std::memory_order_seq_cst,
                               CLUSTERIP_SITE_PARAMETERS) {
    std::uint64_t bits = to_bits(expected);
    const bool done = model_compare_exchange(cell_, bits, to_bits(wanted), order, CLUSTERIP_SITE);
    expected = from_bits(bits);
    return done;
  }
  bool compare_exchange_weak(T& expected, T wanted, std::memory_order order = std::memory_order_seq_cst,
                             CLUSTERIP_SITE_PARAMETERS) {
    return compare_exchange_strong(expected, wanted, order, file, line, function);
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
  T change(std::uint64_t (*how)(std::uint64_t, std::uint64_t), T operand, std::memory_order order,
           const Site& site) {
    return from_bits(model_change(cell_, how, to_bits(operand), order, site));
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
  static void full_fence(CLUSTERIP_SITE_PARAMETERS) {
    model_fence(std::memory_order_seq_cst, CLUSTERIP_SITE);
  }
  static void fence_after_locked(CLUSTERIP_SITE_PARAMETERS) {
    model_fence(std::memory_order_seq_cst, CLUSTERIP_SITE);
  }
  static void read_fence(CLUSTERIP_SITE_PARAMETERS) {
    model_fence(std::memory_order_acquire, CLUSTERIP_SITE);
  }
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

#undef CLUSTERIP_SITE
#undef CLUSTERIP_SITE_PARAMETERS

}  // namespace clusterip::test
