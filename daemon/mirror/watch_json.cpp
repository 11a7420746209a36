#include "daemon/mirror/watch_json.hpp"

#include <algorithm>

#include "daemon/api/json_member.hpp"
#include "daemon/mirror/watch_skim.hpp"

namespace clusterip::daemon {
namespace {

using Json = nlohmann::json;
using api::ObjectKind;
using api::text_of;

struct Refused {
  Fault fault;
};

// Of what a server sent, messages show the beginning.
std::string shown(std::string_view text) {
  constexpr std::size_t kShown = 60;
  std::string begin(text.substr(0, kShown));
  std::replace_if(
      begin.begin(), begin.end(), [](char c) { return c < ' ' || c > '~'; }, '.');
  return "\"" + begin + (text.size() > kShown ? "…\"" : "\"");
}

[[noreturn]] void refuse(FaultKind kind, std::string message) {
  throw Refused{{kind, std::move(message)}};
}

Json parse(std::string_view text) {
  Json value = Json::parse(text, nullptr, false);
  if (!value.is_object()) refuse(FaultKind::kMalformed, "no JSON object: " + shown(text));
  return value;
}

bool is_version_of(ObjectKind kind, const std::string& api_version) {
  if (kind == ObjectKind::kService) return api_version == "v1";
  return api_version == "networking.k8s.io/v1" || api_version == "networking.k8s.io/v1beta1";
}

// The kind must be `suffix` behind that of the objects; items of lists may leave it out.
void check_kind(const Json& object, ObjectKind kind, const std::string& suffix, bool may_be_missing) {
  const std::string wanted = std::string(api::kind_name(kind)) + suffix;
  const std::string given = text_of(object, "kind");
  const std::string version = text_of(object, "apiVersion");
  if (may_be_missing && given.empty() && version.empty()) return;
  if (given != wanted || !is_version_of(kind, version)) {
    refuse(FaultKind::kWrongKind, shown(version + " " + given) + " where " + wanted + " was asked for");
  }
}

template <class Object>
MirroredObject checked(api::Decoded<Object> decoded) {
  if (const auto* error = std::get_if<api::DecodeError>(&decoded)) {
    refuse(FaultKind::kMalformed, error->message());
  }
  return std::get<Object>(std::move(decoded));
}

MirroredObject decode(Json& object, ObjectKind kind) {
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object())
    refuse(FaultKind::kMalformed, "an object without metadata");
  metadata->erase("managedFields");
  MirroredObject decoded = kind == ObjectKind::kService       ? checked(api::decode_service(object))
                           : kind == ObjectKind::kServiceCidr ? checked(api::decode_service_cidr(object))
                                                              : checked(api::decode_ip_address(object));
  const cluster::ObjectMeta& meta = meta_of(decoded);
  if (meta.name.empty() || (kind == ObjectKind::kService && meta.name_space.empty())) {
    refuse(FaultKind::kNoVersion, "an object without a name or namespace");
  }
  if (meta.resource_version.empty()) {
    refuse(FaultKind::kNoVersion, meta.name + " has no resourceVersion");
  }
  return decoded;
}

const Json& metadata_of(const Json& list) {
  static const Json kNone = Json::object();
  const auto found = list.find("metadata");
  return found == list.end() ? kNone : *found;
}

ListPage list_page(std::string_view body, ObjectKind kind) {
  Json list = parse(body);
  check_kind(list, kind, "List", false);
  ListPage page;
  page.resource_version = text_of(metadata_of(list), "resourceVersion");
  page.continue_token = text_of(metadata_of(list), "continue");
  if (page.resource_version.empty()) refuse(FaultKind::kNoVersion, "the list has no resourceVersion");
  const auto items = list.find("items");
  if (items == list.end() || items->is_null()) return page;
  if (!items->is_array()) refuse(FaultKind::kMalformed, "items is no list");
  page.items.reserve(items->size());
  for (Json& item : *items) {
    if (!item.is_object()) refuse(FaultKind::kMalformed, "an item is no object");
    check_kind(item, kind, "", true);
    page.items.push_back(decode(item, kind));
    item = nullptr;  // a page is never held twice
  }
  return page;
}

WatchEvent watch_event(std::string_view line, ObjectKind kind) {
  Json event = parse(line);
  const std::string type = text_of(event, "type");
  const auto object = event.find("object");
  if (object == event.end() || !object->is_object())
    refuse(FaultKind::kMalformed, "an event without an object");
  WatchEvent read;
  if (type == "ERROR") {
    read.type = WatchEvent::Type::kError;
    read.status = read_server_status(object->dump(), 0);
    return read;
  }
  check_kind(*object, kind, "", false);
  if (type == "BOOKMARK") {
    read.type = WatchEvent::Type::kBookmark;
    const Json& metadata = metadata_of(*object);
    read.resource_version = text_of(metadata, "resourceVersion");
    if (read.resource_version.empty()) refuse(FaultKind::kNoVersion, "a bookmark without resourceVersion");
    const auto annotations = metadata.find("annotations");
    read.ends_initial_events =
        annotations != metadata.end() && text_of(*annotations, "k8s.io/initial-events-end") == "true";
    return read;
  }
  if (type == "DELETED") {
    read.type = WatchEvent::Type::kErased;
  } else if (type != "ADDED" && type != "MODIFIED") {
    refuse(FaultKind::kMalformed, "an event of type " + shown(type));
  }
  read.object = decode(*object, kind);
  read.resource_version = meta_of(*read.object).resource_version;
  return read;
}

template <class Value, class Read>
std::variant<Value, Fault> guarded(const Read& read) {
  try {
    return read();
  } catch (const Refused& refused) {
    return refused.fault;
  } catch (const Json::exception& error) {
    return Fault{FaultKind::kMalformed, error.what()};
  }
}

}  // namespace

const cluster::ObjectMeta& meta_of(const MirroredObject& object) {
  return std::visit([](const auto& held) -> const cluster::ObjectMeta& { return held.meta; }, object);
}

std::variant<ListPage, Fault> read_list_page(std::string_view body, ObjectKind kind) {
  if (auto page = skim_list_page(body, kind)) return *std::move(page);
  return guarded<ListPage>([&] { return list_page(body, kind); });
}

std::variant<WatchEvent, Fault> read_watch_event(std::string_view line, ObjectKind kind) {
  if (auto event = skim_watch_event(line, kind)) return *std::move(event);
  return guarded<WatchEvent>([&] { return watch_event(line, kind); });
}

std::variant<MirroredObject, Fault> read_object(std::string_view body, ObjectKind kind) {
  return guarded<MirroredObject>([&] {
    Json object = parse(body);
    check_kind(object, kind, "", false);
    return decode(object, kind);
  });
}

ServerStatus read_server_status(std::string_view body, int http_status) {
  constexpr std::size_t kLongest = 400;
  const Json status = Json::parse(body, nullptr, false);
  ServerStatus read{http_status, text_of(status, "reason"), text_of(status, "message")};
  if (status.is_object() && status.contains("code") && status["code"].is_number_integer()) {
    const auto code = status["code"].get<std::int64_t>();
    if (code >= 100 && code < 600) read.code = static_cast<int>(code);
  }
  if (read.message.empty()) read.message = std::string(body.substr(0, kLongest));
  if (read.message.size() > kLongest) read.message.resize(kLongest);
  std::replace_if(
      read.message.begin(), read.message.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return read;
}

}  // namespace clusterip::daemon
