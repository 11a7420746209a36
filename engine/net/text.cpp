#include "engine/net/text.hpp"

#include <array>

namespace clusterip {
namespace {

// The legacy reader gives up on numbers from here on, before they could overflow.
constexpr std::uint32_t kNumberLimit = 0xFFFFFF;

struct Number {
  std::uint32_t value = 0;
  std::size_t digits = 0;
  bool zero_padded = false;
};

int digit_value(char c, std::uint32_t base) {
  if (c >= '0' && c <= '9') return c - '0';
  if (base == 16 && c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (base == 16 && c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<Number> read_number(std::string_view text, std::uint32_t base) {
  Number number;
  for (const char c : text) {
    const int digit = digit_value(c, base);
    if (digit < 0) break;
    number.value = number.value * base + static_cast<std::uint32_t>(digit);
    if (number.value >= kNumberLimit) return std::nullopt;
    ++number.digits;
  }
  if (number.digits == 0) return std::nullopt;
  number.zero_padded = number.digits > 1 && text.front() == '0';
  return number;
}

// An address as the legacy reader takes it, still in the family of its notation.
struct Notation {
  Address address;
  // Refused by the strict reader: leading zeros in a decimal number, more than four hexadecimal digits.
  bool padded = false;
};

std::optional<Notation> read_dotted_quad(std::string_view text) {
  std::uint32_t bits = 0;
  bool padded = false;
  for (int octet = 0; octet < 4; ++octet) {
    if (octet > 0) {
      if (text.empty() || text.front() != '.') return std::nullopt;
      text.remove_prefix(1);
    }
    const auto number = read_number(text, 10);
    if (!number || number->value > 0xff) return std::nullopt;
    padded = padded || number->zero_padded;
    bits = (bits << 8) | number->value;
    text.remove_prefix(number->digits);
  }
  if (!text.empty()) return std::nullopt;
  return Notation{Address::v4(bits), padded};
}

// The 16-bit groups of an IPv6 text, left to right, and where "::" stood.
struct Groups {
  std::array<std::uint32_t, 8> values{};
  std::size_t count = 0;
  std::optional<std::size_t> ellipsis;
  bool padded = false;

  void push(std::uint32_t value) { values[count++] = value; }
};

std::optional<Notation> assemble(const Groups& groups) {
  if (groups.ellipsis ? groups.count == 8 : groups.count != 8) return std::nullopt;
  const std::size_t missing = 8 - groups.count;
  Uint128 bits = 0;
  for (std::size_t i = 0; i < groups.count; ++i) {
    if (groups.ellipsis && *groups.ellipsis == i) bits <<= 16 * missing;
    bits = (bits << 16) | groups.values[i];
  }
  if (groups.ellipsis && *groups.ellipsis == groups.count) {
    bits = missing == 8 ? Uint128{0} : bits << (16 * missing);
  }
  return Notation{Address(Family::kIPv6, bits), groups.padded};
}

// The IPv4 tail of an IPv6 text; false where it cannot stand there.
bool push_dotted_tail(std::string_view text, Groups& groups) {
  if (groups.ellipsis ? groups.count > 6 : groups.count != 6) return false;
  const auto tail = read_dotted_quad(text);
  if (!tail) return false;
  const auto bits = static_cast<std::uint32_t>(tail->address.bits());
  groups.push(bits >> 16);
  groups.push(bits & 0xffffU);
  groups.padded = groups.padded || tail->padded;
  return true;
}

std::optional<Notation> read_colon_groups(std::string_view text) {
  Groups groups;
  if (text.starts_with("::")) {
    groups.ellipsis = 0;
    text.remove_prefix(2);
    if (text.empty()) return assemble(groups);
  }
  while (groups.count < 8) {
    const auto number = read_number(text, 16);
    if (!number || number->value > 0xffff) return std::nullopt;
    if (number->digits < text.size() && text[number->digits] == '.') {
      if (!push_dotted_tail(text, groups)) return std::nullopt;
      text = {};
      break;
    }
    groups.push(number->value);
    groups.padded = groups.padded || number->digits > 4;
    text.remove_prefix(number->digits);
    if (text.empty()) break;
    if (text.front() != ':' || text.size() == 1) return std::nullopt;
    text.remove_prefix(1);
    if (text.front() == ':') {
      if (groups.ellipsis) return std::nullopt;
      groups.ellipsis = groups.count;
      text.remove_prefix(1);
      if (text.empty()) break;
    }
  }
  if (!text.empty()) return std::nullopt;
  return assemble(groups);
}

std::optional<Notation> read_notation(std::string_view text) {
  const std::size_t mark = text.find_first_of(".:");
  if (mark == std::string_view::npos) return std::nullopt;
  return text[mark] == '.' ? read_dotted_quad(text) : read_colon_groups(text);
}

// What the legacy reader makes of a CIDR: host bits dropped first, then an IPv4-mapped network read as IPv4.
Cidr legacy_network(const Cidr& written) {
  if (!written.network().is_ipv4_mapped() || written.length() < 96) return written;
  return {written.network().unmapped(), written.length() - 96};
}

}  // namespace

AddressText examine_address(std::string_view text) {
  const auto notation = read_notation(text);
  if (!notation) return {};
  const Address value = notation->address.unmapped();
  if (notation->padded) return {value, TextFault::kLeadingZeros};
  if (notation->address.is_ipv4_mapped()) return {value, TextFault::kIpv4Mapped};
  return {value, value.to_string() == text ? TextFault::kNone : TextFault::kNotCanonical};
}

CidrText examine_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {};
  const auto notation = read_notation(text.substr(0, slash));
  const auto length = read_number(text.substr(slash + 1), 10);
  if (!notation || !length || length->digits != text.size() - slash - 1) return {};
  if (length->value > address_bits(notation->address.family())) return {};

  const Cidr written(notation->address, length->value);
  CidrText result{legacy_network(written), TextFault::kNone, written};
  if (notation->padded || length->zero_padded) {
    result.fault = TextFault::kLeadingZeros;
  } else if (notation->address.is_ipv4_mapped()) {
    result.fault = TextFault::kIpv4Mapped;
  } else if (notation->address != written.network()) {
    result.fault = TextFault::kHostBits;
  } else if (written.to_string() != text) {
    result.fault = TextFault::kNotCanonical;
  }
  return result;
}

std::optional<Address> read_address_sloppy(std::string_view text) {
  return examine_address(text).sloppy;
}
std::optional<Cidr> read_cidr_sloppy(std::string_view text) {
  return examine_cidr(text).sloppy;
}

std::optional<Address> read_address(std::string_view text) {
  const AddressText read = examine_address(text);
  return read.fault == TextFault::kNone ? read.sloppy : std::nullopt;
}

std::optional<Cidr> read_cidr(std::string_view text) {
  const CidrText read = examine_cidr(text);
  return read.fault == TextFault::kNone ? read.sloppy : std::nullopt;
}

}  // namespace clusterip
