// The answers to list and watch requests, from JSON: pages of lists, events of watches, Status objects.
//
// Nothing of an answer is used before all of it could be read: one object of another kind, without a name or
// with a field of a wrong type makes the page or the event a fault. managedFields are dropped on the way.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/api/object_json.hpp"
#include "daemon/mirror/mirror_fault.hpp"
#include "engine/cluster/objects.hpp"

namespace clusterip::daemon {

using MirroredObject = std::variant<cluster::Service, cluster::ServiceCidr, cluster::IpAddress>;

const cluster::ObjectMeta& meta_of(const MirroredObject& object);

struct ListPage {
  std::string resource_version;
  std::string continue_token;  // empty: the last page
  std::vector<MirroredObject> items;
};

// What a server says about its refusal.
struct ServerStatus {
  int code = 0;
  std::string reason;
  std::string message;
};

struct WatchEvent {
  enum class Type : std::uint8_t { kPut, kErased, kBookmark, kError };
  Type type = Type::kPut;
  std::string resource_version;
  std::optional<MirroredObject> object;  // kPut and kErased
  bool ends_initial_events = false;      // kBookmark
  ServerStatus status;                   // kError
};

std::variant<ListPage, Fault> read_list_page(std::string_view body, api::ObjectKind kind);
std::variant<WatchEvent, Fault> read_watch_event(std::string_view line, api::ObjectKind kind);
std::variant<MirroredObject, Fault> read_object(std::string_view body, api::ObjectKind kind);
// Of the body of a refusal; what is no Status object becomes the message, cut to one line.
ServerStatus read_server_status(std::string_view body, int http_status);

}  // namespace clusterip::daemon
