// The fields of a protobuf message, one after the other, without regard to what they mean.
//
// Any bytes may come in; nothing is copied, so the bytes must outlive the fields. Linear in their number.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace clusterip::api {

// Thrown where the bytes are no message. Whoever reads one turns it into a value.
struct MalformedProtobuf {};

enum class Wire : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

// One field of a message: its number, and its value as a number or as bytes.
struct WireField {
  std::uint64_t number = 0;
  Wire wire = Wire::kVarint;
  std::uint64_t value = 0;
  std::string_view bytes;
};

class MessageReader {
 public:
  explicit MessageReader(std::string_view bytes) : left_(bytes) {}

  // The next field; none at the end. Throws MalformedProtobuf.
  std::optional<WireField> next();

 private:
  std::uint64_t varint();
  std::string_view take(std::uint64_t size);

  std::string_view left_;
};

}  // namespace clusterip::api
