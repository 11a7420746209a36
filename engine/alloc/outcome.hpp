// What an allocator answers: an address and where it came from, or one of upstream's five errors.
//
// Mirrors pkg/registry/core/service/ipallocator/interfaces.go; the texts are upstream's, byte for byte.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "engine/net/cidr.hpp"

namespace clusterip {

enum class AllocateError : std::uint8_t {
  kFull,               // no usable address is free
  kAllocated,          // the address is taken
  kNotInRange,         // the address is not a usable one of the range that was asked
  kMismatchedNetwork,  // no ready range has the address
  kNotReady,           // the range that was asked does not allocate now
};

enum class BandKind : std::uint8_t { kStatic, kDynamic };

// An address given out through a range. `band` says where in that range it lies.
struct Allocation {
  Address address;
  Cidr range;
  BandKind band = BandKind::kDynamic;
  friend bool operator==(const Allocation&, const Allocation&) = default;
};

using AllocateOutcome = std::variant<Allocation, AllocateError>;

// Upstream's words. `address` and `range` are needed by kNotInRange alone.
std::string to_text(AllocateError error, const Address& address, const Cidr& range);
// For the errors whose text names nothing; kNotInRange without its operands is a programmer's error.
std::string to_text(AllocateError error);

}  // namespace clusterip
