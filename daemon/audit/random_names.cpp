#include "daemon/audit/random_names.hpp"

#include <array>
#include <cstdint>
#include <random>
#include <string_view>

namespace clusterip::daemon {
namespace {

std::uint64_t random_bits() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  return generator();
}

}  // namespace

std::string random_uid() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::array<std::uint64_t, 2> bits{random_bits(), random_bits()};
  std::string uid;
  for (std::size_t i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) uid += '-';
    std::size_t digit = (bits[i / 16] >> (4 * (i % 16))) & 15U;
    if (i == 12) digit = 4;                 // version
    if (i == 16) digit = 8 + (digit & 3U);  // variant
    uid += kDigits[digit];
  }
  return uid;
}

std::string random_name_end() {
  constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  std::string end;
  for (int i = 0; i < 5; ++i) end += kLetters[random_bits() % kLetters.size()];
  return end;
}

}  // namespace clusterip::daemon
