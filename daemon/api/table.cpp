#include "daemon/api/table.hpp"

#include <algorithm>
#include <set>

#include "daemon/api/served_document.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

constexpr const char* kNone = "<none>";

std::string text_at(const Json& object, const char* pointer) {
  const Json::json_pointer path(pointer);
  if (!object.contains(path) || !object.at(path).is_string()) return "";
  return object.at(path).get<std::string>();
}

const Json& list_at(const Json& object, const char* pointer) {
  static const Json kEmpty = Json::array();
  const Json::json_pointer path(pointer);
  return object.contains(path) && object.at(path).is_array() ? object.at(path) : kEmpty;
}

std::string joined(const Json& texts) {
  std::string all;
  for (const Json& text : texts) all += (all.empty() ? "" : ",") + text.get<std::string>();
  return all;
}

std::string or_none(const std::string& text) {
  return text.empty() ? kNone : text;
}

std::string age_of(const Json& object, cluster::Instant now) {
  const auto created = cluster::read_instant(text_at(object, "/metadata/creationTimestamp"));
  return created ? age_text(now - *created) : "<unknown>";
}

std::string ports_of(const Json& service) {
  std::string all;
  for (const Json& port : list_at(service, "/spec/ports")) {
    if (!all.empty()) all += ',';
    all += port.at("port").dump();
    if (port.value("nodePort", 0) > 0) all += ":" + port.at("nodePort").dump();
    all += "/" + port.value("protocol", "TCP");
  }
  return or_none(all);
}

std::string external_ips_of(const Json& service) {
  const std::string type = text_at(service, "/spec/type");
  const std::string own = joined(list_at(service, "/spec/externalIPs"));
  if (type == "ClusterIP" || type == "NodePort") return or_none(own);
  if (type == "ExternalName") return text_at(service, "/spec/externalName");
  if (type != "LoadBalancer") return "<unknown>";
  std::set<std::string> ingress;
  for (const Json& entry : list_at(service, "/status/loadBalancer/ingress")) {
    const std::string ip = entry.value("ip", "");
    ingress.insert(ip.empty() ? entry.value("hostname", "") : ip);
  }
  std::string all;
  for (const std::string& entry : ingress) all += (all.empty() ? "" : ",") + entry;
  if (!own.empty()) all += (all.empty() ? "" : ",") + own;
  return all.empty() ? "<pending>" : all;
}

std::string selector_of(const Json& service) {
  std::string all;
  const Json::json_pointer path("/spec/selector");
  if (service.contains(path)) {
    for (const auto& [key, value] : service.at(path).items()) {
      all += (all.empty() ? "" : ",") + key + "=" + value.get<std::string>();
    }
  }
  return or_none(all);
}

std::string parent_of(const Json& address) {
  if (!address.contains("/spec/parentRef"_json_pointer)) return kNone;
  std::string text = text_at(address, "/spec/parentRef/resource");
  const std::string group = text_at(address, "/spec/parentRef/group");
  const std::string name_space = text_at(address, "/spec/parentRef/namespace");
  if (!group.empty()) text += "." + group;
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (!name_space.empty()) text += "/" + name_space;
  return text + "/" + text_at(address, "/spec/parentRef/name");
}

std::string last_seen(const Json& event, cluster::Instant now) {
  for (const char* pointer :
       {"/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/firstTimestamp"}) {
    const auto seen = cluster::read_instant(text_at(event, pointer));
    if (seen) return age_text(now - *seen);
  }
  return "<unknown>";
}

std::string trimmed(const std::string& text) {
  constexpr const char* kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

std::string first_seen(const Json& event, cluster::Instant now) {
  for (const char* pointer : {"/firstTimestamp", "/eventTime"}) {
    const auto seen = cluster::read_instant(text_at(event, pointer));
    if (seen) return age_text(now - *seen);
  }
  return "<unknown>";
}

// "component, host" of the reporter.
std::string source_of(const Json& event) {
  std::string component = text_at(event, "/source/component");
  if (component.empty()) component = text_at(event, "/reportingComponent");
  std::string host = text_at(event, "/source/host");
  if (host.empty()) host = text_at(event, "/reportingInstance");
  return host.empty() ? component : component + ", " + host;
}

std::int64_t count_of(const Json& event) {
  for (const char* pointer : {"/series/count", "/count"}) {
    const Json::json_pointer path(pointer);
    if (event.contains(path) && event.at(path).is_number_integer() && event.at(path) != 0) {
      return event.at(path).get<std::int64_t>();
    }
  }
  return 1;
}

std::string involved(const Json& event) {
  std::string kind = text_at(event, "/involvedObject/kind");
  std::transform(kind.begin(), kind.end(), kind.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::string name = text_at(event, "/involvedObject/name");
  return name.empty() ? kind : kind + "/" + name;
}

Json column(const char* name, int priority = 0, const char* type = "string") {
  return {{"name", name},
          {"type", type},
          {"format", std::string_view(name) == "Name" ? "name" : ""},
          {"description", ""},
          {"priority", priority}};
}

Json event_cells(const Json& event, cluster::Instant now) {
  return {last_seen(event, now),
          text_at(event, "/type"),
          text_at(event, "/reason"),
          involved(event),
          text_at(event, "/involvedObject/fieldPath"),
          source_of(event),
          trimmed(text_at(event, "/message")),
          first_seen(event, now),
          count_of(event),
          text_at(event, "/metadata/name")};
}

Json cells_of(const Resource& resource, const Json& object, cluster::Instant now) {
  const std::string name = text_at(object, "/metadata/name");
  switch (resource.index) {
    case ResourceIndex::kServices: {
      const Json& addresses = list_at(object, "/spec/clusterIPs");
      return {name,
              text_at(object, "/spec/type"),
              addresses.empty() ? kNone : addresses.front().get<std::string>(),
              external_ips_of(object),
              ports_of(object),
              age_of(object, now),
              selector_of(object)};
    }
    case ResourceIndex::kServiceCidrs:
      return {name, joined(list_at(object, "/spec/cidrs")), age_of(object, now)};
    case ResourceIndex::kIpAddresses:
      // The third cell has no column; upstream sends it too.
      return {name, parent_of(object), age_of(object, now)};
    case ResourceIndex::kNamespaces:
      return {name, text_at(object, "/status/phase"), age_of(object, now)};
    case ResourceIndex::kEvents:
      return event_cells(object, now);
    case ResourceIndex::kGroupedEvents:
      break;
  }
  return event_cells(stored_form(resource, object), now);
}

}  // namespace

std::string age_text(cluster::Duration age) {
  const std::int64_t seconds = age.microseconds / 1'000'000;
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  const std::int64_t minutes = seconds / 60;
  const std::int64_t hours = minutes / 60;
  const std::int64_t days = hours / 24;
  const auto with_rest = [](std::int64_t whole, const char* unit, std::int64_t rest, const char* rest_unit) {
    return std::to_string(whole) + unit + (rest == 0 ? "" : std::to_string(rest) + rest_unit);
  };
  if (seconds < 120) return std::to_string(seconds) + "s";
  if (minutes < 10) return with_rest(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return std::to_string(minutes) + "m";
  if (hours < 8) return with_rest(hours, "h", minutes % 60, "m");
  if (hours < 48) return std::to_string(hours) + "h";
  if (days < 8) return with_rest(days, "d", hours % 24, "h");
  if (days < 2 * 365) return std::to_string(days) + "d";
  if (days < 8 * 365) return with_rest(days / 365, "y", days % 365, "d");
  return std::to_string(days / 365) + "y";
}

Json table_columns(const Resource& resource) {
  switch (resource.index) {
    case ResourceIndex::kServices:
      return {column("Name"),    column("Type"), column("Cluster-IP"), column("External-IP"),
              column("Port(s)"), column("Age"),  column("Selector", 1)};
    case ResourceIndex::kServiceCidrs:
      return {column("Name"), column("CIDRs"), column("Age")};
    case ResourceIndex::kIpAddresses:
      return {column("Name"), column("ParentRef")};
    case ResourceIndex::kNamespaces:
      return {column("Name"), column("Status"), column("Age")};
    case ResourceIndex::kEvents:
    case ResourceIndex::kGroupedEvents:
      break;
  }
  return {column("Last Seen"),    column("Type"),      column("Reason"),  column("Object"),
          column("Subobject", 1), column("Source", 1), column("Message"), column("First Seen", 1),
          column("Count", 1),     column("Name", 1)};
}

Json table_row(const Resource& resource, const Json& object, cluster::Instant now, RowObject carried) {
  Json row{{"cells", cells_of(resource, object, now)}};
  row["object"] = nullptr;
  if (carried == RowObject::kObject) row["object"] = object;
  if (carried == RowObject::kMetadata) {
    row["object"] = {{"kind", "PartialObjectMetadata"},
                     {"apiVersion", "meta.k8s.io/v1"},
                     {"metadata", object.at("metadata")}};
  }
  return row;
}

Json table(std::string_view version, Json metadata, Json columns, Json rows) {
  const std::string api_version = "meta.k8s.io/" + std::string(version);
  for (Json& row : rows) {
    Json& object = row["object"];
    if (object.is_object() && object["kind"] == "PartialObjectMetadata") object["apiVersion"] = api_version;
  }
  return {{"kind", "Table"},
          {"apiVersion", api_version},
          {"metadata", std::move(metadata)},
          {"columnDefinitions", std::move(columns)},
          {"rows", std::move(rows)}};
}

}  // namespace clusterip::api
