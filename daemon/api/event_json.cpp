#include "daemon/api/event_json.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

// "<object>.<nanoseconds in hex>". A colon may not stand in a name, so IPv6 addresses get dashes for it.
std::string event_name(const cluster::Event& event, cluster::Instant now) {
  std::array<char, 16> digits{};
  const auto nanoseconds = static_cast<std::uint64_t>(now.microseconds) * 1000;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), nanoseconds, 16).ptr;
  std::string name = event.name;
  std::replace(name.begin(), name.end(), ':', '-');
  return name + "." + std::string(digits.data(), end);
}

}  // namespace

Json encode_event(const cluster::Event& event, cluster::Instant now) {
  const std::string name_space = event.name_space.empty() ? "default" : event.name_space;
  Json object{{"kind", event.kind},
              {"apiVersion", event.kind == "Service" ? "v1" : "networking.k8s.io/v1"},
              {"name", event.name}};
  if (!event.name_space.empty()) object["namespace"] = event.name_space;
  Json encoded{{"apiVersion", "v1"},
               {"kind", "Event"},
               {"metadata", {{"name", event_name(event, now)}, {"namespace", name_space}}},
               {"involvedObject", std::move(object)},
               {"reason", event.reason},
               {"message", event.note},
               {"type", "Warning"},
               {"reportingComponent", event.reporter},
               {"reportingInstance", event.action.empty() ? "" : event.reporter}};
  if (event.action.empty()) {
    encoded["source"] = {{"component", event.reporter}};
    encoded["count"] = 1;
    encoded["firstTimestamp"] = cluster::to_text(now.whole_second());
    encoded["lastTimestamp"] = cluster::to_text(now.whole_second());
    encoded["eventTime"] = nullptr;
  } else {
    encoded["action"] = event.action;
    encoded["eventTime"] = cluster::to_text_micro(now);
  }
  return encoded;
}

}  // namespace clusterip::api
