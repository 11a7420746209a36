#include "daemon/api/served_document.hpp"

#include "daemon/api/event_object_json.hpp"

namespace clusterip::api {
namespace {

using cluster::EventApi;
using Json = nlohmann::json;

Json converted(const Json& event, EventApi from, EventApi to) {
  // What is stored was decoded before.
  const auto decoded = decode_event(event, from);
  const auto* known = std::get_if<cluster::EventObject>(&decoded);
  Json object = known != nullptr ? encode(*known, to) : Json{{"metadata", event.at("metadata")}};
  object.erase("kind");
  object.erase("apiVersion");
  return object;
}

}  // namespace

Json served_form(const Resource& resource, Json stored) {
  return resource.is_view() ? converted(stored, EventApi::kCore, EventApi::kEvents) : std::move(stored);
}

Json stored_form(const Resource& resource, Json served) {
  return resource.is_view() ? converted(served, EventApi::kEvents, EventApi::kCore) : std::move(served);
}

std::string write_served(const Resource& resource, const Json& object) {
  return resource.is_view() ? write_document(stored_form(resource, object)) : write_document(object);
}

Json read_served(const Resource& resource, std::string_view document, std::uint64_t revision) {
  return served_form(resource, read_document(document, revision));
}

void append_served(std::string& out, const Resource& resource, std::string_view document,
                   std::uint64_t revision, std::string_view api_version, std::string_view kind) {
  if (!resource.is_view()) return append_object(out, document, revision, api_version, kind);
  append_object(out, write_document(read_served(resource, document, revision)), revision, api_version, kind);
}

Json unset_object(const Resource& resource, Json metadata) {
  Json object{{"metadata", std::move(metadata)}};
  switch (resource.index) {
    case ResourceIndex::kServices:
      object["status"] = {{"loadBalancer", Json::object()}};
      object["spec"] = Json::object();
      break;
    case ResourceIndex::kNamespaces:
    case ResourceIndex::kServiceCidrs:
      object["status"] = Json::object();
      object["spec"] = Json::object();
      break;
    case ResourceIndex::kIpAddresses:
      object["spec"] = Json::object();
      break;
    case ResourceIndex::kEvents:
    case ResourceIndex::kGroupedEvents:
      for (const char* member : {"involvedObject", "source"}) object[member] = Json::object();
      for (const char* member : {"firstTimestamp", "lastTimestamp", "eventTime"}) object[member] = nullptr;
      for (const char* member : {"reportingComponent", "reportingInstance"}) object[member] = "";
      break;
  }
  return object;
}

}  // namespace clusterip::api
