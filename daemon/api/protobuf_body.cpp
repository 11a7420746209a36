#include "daemon/api/protobuf_body.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "daemon/api/protobuf_reader.hpp"
#include "engine/cluster/instant.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kMagic("k8s\0", 4);
// Objects of the API nest a handful of levels; recursion needs a bound.
constexpr int kDeepest = 32;

// Texts go on as JSON, which holds valid UTF-8 alone.
Json text_value(std::string_view bytes) {
  Json text = std::string(bytes);
  try {
    (void)text.dump();
  } catch (const Json::exception&) {
    throw MalformedProtobuf{};
  }
  return text;
}

// Time and MicroTime: seconds and nanoseconds. An empty message is no time.
Json time_value(std::string_view bytes, bool micro) {
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  MessageReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 1) seconds = static_cast<std::int64_t>(field->value);
    if (field->number == 2) nanoseconds = static_cast<std::int64_t>(field->value);
  }
  constexpr std::int64_t kFirst = -62'135'596'800;  // the year 1
  constexpr std::int64_t kLast = 253'402'300'799;   // the end of the year 9999
  if (seconds < kFirst || seconds > kLast) throw MalformedProtobuf{};
  if (bytes.empty() || seconds == kFirst) return nullptr;
  const cluster::Instant instant{seconds * 1'000'000 +
                                 std::clamp<std::int64_t>(nanoseconds / 1000, 0, 999'999)};
  return micro ? cluster::to_text_micro(instant) : cluster::to_text(instant);
}

Json int_or_string_value(std::string_view bytes) {
  bool is_text = false;
  std::int32_t number = 0;
  Json text = "";
  MessageReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 1) is_text = field->value == 1;
    if (field->number == 2) number = static_cast<std::int32_t>(field->value);
    if (field->number == 3) text = text_value(field->bytes);
  }
  return is_text ? text : Json(number);
}

Json tree_value(std::string_view bytes) {
  MessageReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number != 1) continue;
    Json tree = Json::parse(field->bytes, nullptr, false);
    if (tree.is_discarded()) throw MalformedProtobuf{};
    return tree;
  }
  return Json::object();
}

void add_map_entry(Json& map, std::string_view bytes) {
  std::string key;
  Json value = "";
  MessageReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 1) key = text_value(field->bytes).get<std::string>();
    if (field->number == 2) value = text_value(field->bytes);
  }
  map[key] = std::move(value);
}

Json message_value(std::string_view bytes, const ObjectSchema& schema, int depth);

bool is_number(FieldType type) {
  return type == FieldType::kInt32 || type == FieldType::kInt64 || type == FieldType::kBoolean;
}

Json field_value(const WireField& field, const FieldSchema& schema, int depth) {
  if (is_number(schema.type) != (field.wire == Wire::kVarint)) throw MalformedProtobuf{};
  if (!is_number(schema.type) && field.wire != Wire::kBytes) throw MalformedProtobuf{};
  switch (schema.type) {
    case FieldType::kText:
      return text_value(field.bytes);
    case FieldType::kInt32:
      return static_cast<std::int32_t>(field.value);
    case FieldType::kInt64:
      return static_cast<std::int64_t>(field.value);
    case FieldType::kBoolean:
      return field.value != 0;
    case FieldType::kTime:
    case FieldType::kMicroTime:
      return time_value(field.bytes, schema.type == FieldType::kMicroTime);
    case FieldType::kIntOrString:
      return int_or_string_value(field.bytes);
    case FieldType::kTree:
      return tree_value(field.bytes);
    case FieldType::kTextMap:
    case FieldType::kObject:
      break;
  }
  return message_value(field.bytes, *schema.object, depth + 1);
}

// All other fields are always written, so what is empty is as good as absent.
bool says_nothing(const Json& value) {
  return value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty()) ||
         (value.is_number_integer() && value == 0) || (value.is_boolean() && value == false);
}

Json message_value(std::string_view bytes, const ObjectSchema& schema, int depth) {
  if (depth > kDeepest) throw MalformedProtobuf{};
  Json object = Json::object();
  MessageReader reader(bytes);
  while (const auto field = reader.next()) {
    const auto known =
        std::find_if(schema.fields.begin(), schema.fields.end(),
                     [&](const FieldSchema& candidate) { return candidate.number == field->number; });
    if (known == schema.fields.end()) continue;
    const std::string name(known->name);
    if (known->type == FieldType::kTextMap) {
      if (field->wire != Wire::kBytes) throw MalformedProtobuf{};
      add_map_entry(object[name], field->bytes);
      continue;
    }
    Json value = field_value(*field, *known, depth);
    if (known->list != ListType::kNone) {
      object[name].push_back(std::move(value));
    } else if (!value.is_null() && (!says_nothing(value) || is_pointer(*known))) {
      object[name] = std::move(value);
    }
  }
  return object;
}

struct Envelope {
  std::string api_version;
  std::string kind;
  std::string_view raw;
};

Envelope read_envelope(std::string_view bytes) {
  Envelope envelope;
  MessageReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 2) envelope.raw = field->bytes;
    if (field->number != 1) continue;
    MessageReader type(field->bytes);
    while (const auto member = type.next()) {
      if (member->number == 1) envelope.api_version = member->bytes;
      if (member->number == 2) envelope.kind = member->bytes;
    }
  }
  return envelope;
}

}  // namespace

Result<Json> read_protobuf(std::string_view body, const ObjectSchema& schema) {
  if (body.substr(0, kMagic.size()) != kMagic) {
    return bad_request(
        "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  try {
    const Envelope envelope = read_envelope(body.substr(kMagic.size()));
    Json object = message_value(envelope.raw, schema, 0);
    if (!envelope.api_version.empty()) object["apiVersion"] = text_value(envelope.api_version);
    if (!envelope.kind.empty()) object["kind"] = text_value(envelope.kind);
    return object;
  } catch (const MalformedProtobuf&) {
    return bad_request("the protobuf message is malformed");
  }
}

}  // namespace clusterip::api
