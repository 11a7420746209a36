// Reading many marks or words at once.
//
// Marks are a byte each and not a bit, so that two neighbours' plain stores cannot lose each other. Real
// machines read 64 of them with one or a few vector loads. Each byte, and each word, is read whole, but not
// all at one instant: no more than single loads would give.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/set/platform.hpp"

#if defined(__SSE2__) && !CLUSTERIP_UNDER_TSAN
#include <immintrin.h>
#define CLUSTERIP_VECTOR_MARKS 1
#else
#define CLUSTERIP_VECTOR_MARKS 0
#endif

namespace clusterip::set {

// Where the marks of a group are 0, as bits. `marks` is the first of kFan, aligned to their number.
template <class P, std::size_t kFan>
std::uint64_t open_mask(const typename P::template Atomic<std::uint8_t>* marks) noexcept {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < kFan; ++i) {
    // pairs: mark
    const bool open = marks[i].load(std::memory_order_acquire) == 0;
    mask |= std::uint64_t{open} << i;
  }
  return mask;
}

// Whether all bits of the words are set, `full` being a word with all bits set.
template <class P>
bool all_words_full(const typename P::template Atomic<std::uint64_t>* words, std::size_t count,
                    std::uint64_t full) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    // pairs: word
    if (words[i].load(std::memory_order_acquire) != full) return false;
  }
  return true;
}

#if CLUSTERIP_VECTOR_MARKS && defined(__AVX2__)
template <>
inline bool all_words_full<Native>(const std::atomic<std::uint64_t>* words, std::size_t count,
                                   std::uint64_t full) noexcept {
  __m256i all = _mm256_set1_epi64x(-1);
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    all = _mm256_and_si256(all, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words + i)));
  }
  bool rest = true;
  // pairs: word
  for (; i < count; ++i) rest = rest && words[i].load(std::memory_order_acquire) == full;
  return rest && _mm256_testc_si256(all, _mm256_set1_epi64x(-1)) != 0;
}
#endif

#if CLUSTERIP_VECTOR_MARKS
template <>
inline std::uint64_t open_mask<Native, 64>(const std::atomic<std::uint8_t>* marks) noexcept {
#if defined(__AVX512BW__)
  const __m512i bytes = _mm512_load_si512(marks);
  return _mm512_testn_epi8_mask(bytes, bytes);
#elif defined(__AVX2__)
  const auto part = [&](std::size_t at) {
    const __m256i bytes = _mm256_load_si256(reinterpret_cast<const __m256i*>(marks + at));
    const auto mask = _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256()));
    return std::uint64_t{static_cast<std::uint32_t>(mask)};
  };
  return part(0) | part(32) << 32;
#else
  const auto part = [&](std::size_t at) {
    const __m128i bytes = _mm_load_si128(reinterpret_cast<const __m128i*>(marks + at));
    const auto mask = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_setzero_si128()));
    return std::uint64_t{static_cast<std::uint16_t>(mask)};
  };
  return part(0) | part(16) << 16 | part(32) << 32 | part(48) << 48;
#endif
}
#endif

}  // namespace clusterip::set
