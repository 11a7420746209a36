#include "engine/net/address.hpp"

#include <array>
#include <charconv>

namespace clusterip {
namespace {

void append_number(std::string& out, unsigned value, int base) {
  std::array<char, 8> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, base).ptr;
  out.append(buffer.data(), end);
}

void append_dotted_quad(std::string& out, std::uint32_t bits) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    append_number(out, (bits >> shift) & 0xffU, 10);
    if (shift > 0) out.push_back('.');
  }
}

struct ZeroRun {
  unsigned begin = 8;
  unsigned length = 0;
};

// The run of zero groups that "::" stands for: the longest of at least two, the first of equals (RFC
// 5952, 4.2).
ZeroRun longest_zero_run(const std::array<unsigned, 8>& groups) {
  ZeroRun best;
  for (unsigned i = 0; i < 8;) {
    unsigned end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i >= 2 && end - i > best.length) best = {i, end - i};
    i = end + 1;
  }
  return best;
}

}  // namespace

std::string Address::to_string() const {
  std::string out;
  if (family_ == Family::kIPv4) {
    append_dotted_quad(out, static_cast<std::uint32_t>(bits_));
    return out;
  }
  if (is_ipv4_mapped()) {
    out = "::ffff:";
    append_dotted_quad(out, static_cast<std::uint32_t>(bits_));
    return out;
  }
  std::array<unsigned, 8> groups{};
  for (unsigned i = 0; i < 8; ++i) groups[i] = static_cast<unsigned>(bits_ >> (112 - 16 * i)) & 0xffffU;
  const ZeroRun zeros = longest_zero_run(groups);
  for (unsigned i = 0; i < 8; ++i) {
    if (i == zeros.begin) {
      out += "::";
      i += zeros.length - 1;
      continue;
    }
    if (i > 0 && i != zeros.begin + zeros.length) out.push_back(':');
    append_number(out, groups[i], 16);
  }
  return out;
}

}  // namespace clusterip
