#include "daemon/api/protobuf_reader.hpp"

namespace clusterip::api {

std::optional<WireField> MessageReader::next() {
  if (left_.empty()) return std::nullopt;
  WireField field;
  const std::uint64_t tag = varint();
  field.number = tag >> 3;
  field.wire = static_cast<Wire>(tag & 7U);
  switch (field.wire) {
    case Wire::kVarint:
      field.value = varint();
      break;
    case Wire::kFixed64:
      take(8);
      break;
    case Wire::kFixed32:
      take(4);
      break;
    case Wire::kBytes:
      field.bytes = take(varint());
      break;
    default:
      throw MalformedProtobuf{};
  }
  return field;
}

std::uint64_t MessageReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (left_.empty()) throw MalformedProtobuf{};
    const auto byte = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 127U) << shift;
    if (byte < 128) return value;
  }
  throw MalformedProtobuf{};
}

std::string_view MessageReader::take(std::uint64_t size) {
  if (size > left_.size()) throw MalformedProtobuf{};
  const std::string_view taken = left_.substr(0, size);
  left_.remove_prefix(size);
  return taken;
}

}  // namespace clusterip::api
