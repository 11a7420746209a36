#include "daemon/api/protobuf_write.hpp"

#include <algorithm>

#include <boost/container/static_vector.hpp>

#include "engine/cluster/instant.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kMagic("k8s\0", 4);
constexpr std::uint32_t kVarint = 0;
constexpr std::uint32_t kBytes = 2;
constexpr std::size_t kMostFields = 32;

void append_varint(std::string& out, std::uint64_t value) {
  for (; value > 127; value >>= 7) out += static_cast<char>((value & 127U) | 128U);
  out += static_cast<char>(value);
}

std::string_view text_of(const Json* value) {
  return value != nullptr && value->is_string() ? std::string_view(value->get_ref<const std::string&>())
                                                : std::string_view();
}

std::int64_t number_of(const Json* value) {
  if (value == nullptr) return 0;
  if (value->is_boolean()) return value->get<bool>() ? 1 : 0;
  return value->is_number_integer() ? value->get<std::int64_t>() : 0;
}

// Time and MicroTime: seconds and nanoseconds; nothing for no time.
std::string time_message(const Json* value) {
  std::string message;
  const auto instant = cluster::read_instant(text_of(value));
  if (!instant) return message;
  const std::int64_t seconds = instant->whole_second().microseconds / 1'000'000;
  append_protobuf_number(message, 1, seconds);
  append_protobuf_number(message, 2, (instant->microseconds - seconds * 1'000'000) * 1000);
  return message;
}

std::string int_or_string_message(const Json* value) {
  std::string message;
  append_protobuf_number(message, 1, value != nullptr && value->is_string() ? 1 : 0);
  append_protobuf_number(message, 2, number_of(value));
  append_protobuf_field(message, 3, text_of(value));
  return message;
}

std::string tree_message(const Json* value) {
  std::string message;
  if (value != nullptr) append_protobuf_field(message, 1, value->dump());
  return message;
}

void append_value(std::string& out, const FieldSchema& field, const Json* value) {
  switch (field.type) {
    case FieldType::kText:
      return append_protobuf_field(out, field.number, text_of(value));
    case FieldType::kInt32:
    case FieldType::kInt64:
    case FieldType::kBoolean:
      return append_protobuf_number(out, field.number, number_of(value));
    case FieldType::kTime:
    case FieldType::kMicroTime:
      return append_protobuf_field(out, field.number, time_message(value));
    case FieldType::kIntOrString:
      return append_protobuf_field(out, field.number, int_or_string_message(value));
    case FieldType::kTree:
      return append_protobuf_field(out, field.number, tree_message(value));
    case FieldType::kTextMap:
      return;
    case FieldType::kObject:
      break;
  }
  append_protobuf_field(out, field.number,
                        protobuf_message(value == nullptr ? Json::object() : *value, *field.object));
}

void append_map(std::string& out, const FieldSchema& field, const Json& map) {
  for (const auto& [key, value] : map.items()) {
    std::string entry;
    append_protobuf_field(entry, 1, key);
    append_protobuf_field(entry, 2, text_of(&value));
    append_protobuf_field(out, field.number, entry);
  }
}

void append_known(std::string& out, const FieldSchema& field, const Json* value) {
  if (field.type == FieldType::kTextMap) {
    if (value != nullptr && value->is_object()) append_map(out, field, *value);
  } else if (field.list != ListType::kNone) {
    if (value == nullptr || !value->is_array()) return;
    for (const Json& item : *value) append_value(out, field, &item);
  } else if (value != nullptr || !is_pointer(field)) {
    append_value(out, field, value);
  }
}

}  // namespace

void append_protobuf_number(std::string& out, std::uint32_t number, std::int64_t value) {
  append_varint(out, (number << 3U) | kVarint);
  append_varint(out, static_cast<std::uint64_t>(value));
}

void append_protobuf_field(std::string& out, std::uint32_t number, std::string_view bytes) {
  append_varint(out, (number << 3U) | kBytes);
  append_varint(out, bytes.size());
  out.append(bytes);
}

std::string protobuf_message(const Json& object, const ObjectSchema& schema) {
  boost::container::static_vector<const FieldSchema*, kMostFields> fields;
  for (const FieldSchema& field : schema.fields) fields.push_back(&field);
  std::sort(fields.begin(), fields.end(),
            [](const FieldSchema* a, const FieldSchema* b) { return a->number < b->number; });
  std::string message;
  for (const FieldSchema* field : fields) {
    const auto found = object.is_object() ? object.find(field->name) : object.end();
    const bool there = object.is_object() && found != object.end() && !found->is_null();
    append_known(message, *field, there ? &*found : nullptr);
  }
  return message;
}

void append_protobuf_envelope(std::string& out, std::string_view api_version, std::string_view kind,
                              std::string_view message) {
  std::string type;
  append_protobuf_field(type, 1, api_version);
  append_protobuf_field(type, 2, kind);
  out.append(kMagic);
  append_protobuf_field(out, 1, type);
  append_protobuf_field(out, 2, message);
  append_protobuf_field(out, 3, "");  // the encoding and the type of the content: none of their own
  append_protobuf_field(out, 4, "");
}

void append_protobuf_event(std::string& out, std::string_view type, std::string_view object) {
  std::string raw;
  append_protobuf_field(raw, 1, object);
  std::string event;
  append_protobuf_field(event, 1, type);
  append_protobuf_field(event, 2, raw);
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((event.size() >> shift) & 255U);
  out.append(event);
}

}  // namespace clusterip::api
