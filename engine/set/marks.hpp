// Reading many marks or words at once.
//
// Marks are a byte each and not a bit, so that two neighbours' plain stores cannot lose each other. Real
// machines read 64 of them with one or a few vector loads. Each byte, and each word, is read whole, but not
// all at one instant: no more than single loads would give. Vector loads have no order, and single ones ask
// for none: who concludes from a mark that something is full has a fence behind it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "engine/set/platform.hpp"

#if defined(__SSE2__) && !CLUSTERIP_UNDER_TSAN
#include <immintrin.h>
#define CLUSTERIP_VECTOR_MARKS 1
#else
#define CLUSTERIP_VECTOR_MARKS 0
#endif

namespace clusterip::set {

// Where kFan marks in a row are 0, as bits. `marks` is the first of them.
template <class P, std::size_t kFan>
std::uint64_t open_mask(const typename P::template Atomic<std::uint8_t>* marks) noexcept {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < kFan; ++i) {
    // pairs: mark
    const bool open = marks[i].load(std::memory_order_relaxed) == 0;
    mask |= std::uint64_t{open} << i;
  }
  return mask;
}

#if CLUSTERIP_VECTOR_MARKS && defined(__AVX2__) && defined(__BMI__)
// By hand. Compilers align the stack, and save registers on it, for vectors that they may have to put there,
// and the next locked instruction waits for those stores: a nanosecond and more. And they test again what the
// count of zeros has told by the carry flag.
template <std::uint64_t kDistance>
[[gnu::always_inline]] inline std::uint64_t next_open_of_64(const std::atomic<std::uint8_t>* marks,
                                                            std::uint64_t place,
                                                            std::uint64_t none) noexcept {
  const auto* halves = reinterpret_cast<const __m256i_u*>(marks + place + kDistance);
  std::uint64_t found;
  std::uint64_t low;
  __asm__(
      "vpxor %%xmm0, %%xmm0, %%xmm0\n\t"
      "vpcmpeqb %[high_half], %%ymm0, %%ymm1\n\t"
      "vpcmpeqb %[low_half], %%ymm0, %%ymm0\n\t"
      "vpmovmskb %%ymm1, %k[found]\n\t"
      "vpmovmskb %%ymm0, %k[low]\n\t"
      "shlq $32, %[found]\n\t"
      "orq %[low], %[found]\n\t"
      "tzcntq %[found], %[found]\n\t"
      "leaq %c[distance](%[place],%[found]), %[found]\n\t"
      "cmovcq %[none], %[found]"
      : [found] "=&r"(found), [low] "=&r"(low)
      : [low_half] "m"(halves[0]), [high_half] "m"(halves[1]), [place] "r"(place), [none] "r"(none),
        [distance] "i"(kDistance)
      : "xmm0", "xmm1", "cc");
  return found;
}
#define CLUSTERIP_MARKS_BY_HAND 1
#else
#define CLUSTERIP_MARKS_BY_HAND 0
#endif

// Where the first mark that is 0 is, among kFan marks in a row that begin kDistance behind `place`; `none` if
// there is none. Without a branch.
template <class P, std::size_t kFan, std::uint64_t kDistance>
[[gnu::always_inline]] inline std::uint64_t next_open(const typename P::template Atomic<std::uint8_t>* marks,
                                                      std::uint64_t place, std::uint64_t none) noexcept {
#if CLUSTERIP_MARKS_BY_HAND
  if constexpr (std::is_same_v<P, Native> && kFan == 64)
    return next_open_of_64<kDistance>(marks, place, none);
#endif
  const std::uint64_t open = open_mask<P, kFan>(marks + place + kDistance);
  return P::select(open, none, place + kDistance + static_cast<unsigned>(std::countr_zero(open)));
}

// Whether kCount marks in a row are set, all of them.
template <class P, std::size_t kCount>
bool all_marked_in_a_row(const typename P::template Atomic<std::uint8_t>* marks) noexcept {
#if CLUSTERIP_MARKS_BY_HAND
  if constexpr (std::is_same_v<P, Native> && kCount % 32 == 0) {
    const __m256i ones = _mm256_set1_epi8(1);
    __m256i all = ones;
    for (std::size_t i = 0; i < kCount; i += 32) {
      all = _mm256_and_si256(all, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(marks + i)));
    }
    return _mm256_testc_si256(all, ones) != 0;
  }
#endif
  for (std::size_t i = 0; i < kCount; ++i) {
    // pairs: mark
    if (marks[i].load(std::memory_order_relaxed) == 0) return false;
  }
  return true;
}

// Which addresses from `offset` on are free, as bits from the lowest: a window of at least kFreeWindowBits,
// over two words. What it does not reach reads as claimed. A hint: whoever takes what it shows as free learns
// from the locked instruction whether it was.
template <class P, unsigned kBits>
inline constexpr unsigned kFreeWindowBits = kBits;
template <class P, unsigned kBits>
std::uint64_t free_window(const typename P::template Atomic<std::uint64_t>* words,
                          std::uint64_t offset) noexcept {
  constexpr std::uint64_t kFullWord = ~std::uint64_t{0} >> (64 - kBits);
  const auto* word = words + offset / kBits;
  const unsigned shift = offset % kBits;
  // pairs: none
  const std::uint64_t low = ~word[0].load(std::memory_order_relaxed) & kFullWord;
  if (shift == 0) return low;
  const std::uint64_t high = ~word[1].load(std::memory_order_relaxed) & kFullWord;
  return (low >> shift | high << (kBits - shift)) & kFullWord;
}

// The window when all is free.
template <class P, unsigned kBits>
constexpr std::uint64_t free_window_mask(std::uint64_t) noexcept {
  return ~std::uint64_t{0} >> (64 - kBits);
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

#if CLUSTERIP_VECTOR_MARKS
// One load, which starts at the byte of the offset: words are little-endian.
template <>
inline constexpr unsigned kFreeWindowBits<Native, 64> = 57;
template <>
inline std::uint64_t free_window<Native, 64>(const std::atomic<std::uint64_t>* words,
                                             std::uint64_t offset) noexcept {
  std::uint64_t claimed = 0;
  std::memcpy(&claimed, reinterpret_cast<const char*>(words) + offset / 8, sizeof claimed);
  return ~claimed >> (offset % 8);
}
template <>
inline constexpr std::uint64_t free_window_mask<Native, 64>(std::uint64_t offset) noexcept {
  return ~std::uint64_t{0} >> (offset % 8);
}
#endif

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
  const __m512i bytes = _mm512_loadu_si512(marks);
  return _mm512_testn_epi8_mask(bytes, bytes);
#elif defined(__AVX2__)
  const auto part = [&](std::size_t at) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(marks + at));
    const auto mask = _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256()));
    return std::uint64_t{static_cast<std::uint32_t>(mask)};
  };
  return part(0) | part(32) << 32;
#else
  const auto part = [&](std::size_t at) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(marks + at));
    const auto mask = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_setzero_si128()));
    return std::uint64_t{static_cast<std::uint16_t>(mask)};
  };
  return part(0) | part(16) << 16 | part(32) << 32 | part(48) << 48;
#endif
}
#endif

}  // namespace clusterip::set
