#include "tools/clusteripctl/asked_service.hpp"

#include <memory>

#include "daemon/api/body.hpp"
#include "daemon/api/object_json.hpp"
#include "daemon/input/byte_source.hpp"
#include "daemon/input/window.hpp"

namespace clusterip::ctl {
namespace {

using Json = nlohmann::json;
using Asked = std::variant<cluster::Service, std::string>;

std::string text_of(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Asked read_service(const Json& object, const std::string& where) {
  const std::string kind = text_of(object, "kind");
  if (text_of(object, "apiVersion") != "v1" || kind != "Service") {
    return where + ": kind \"" + kind + "\" of apiVersion \"" + text_of(object, "apiVersion") +
           "\" is neither a Service of v1 nor an Event of audit.k8s.io/v1";
  }
  auto read = api::decode_service(object);
  if (const auto* error = std::get_if<api::DecodeError>(&read)) return where + ": " + error->reason;
  auto& service = std::get<cluster::Service>(read);
  if (service.meta.name_space.empty()) service.meta.name_space = "default";
  return std::move(service);
}

Asked read_event(const Json& event, const std::string& path) {
  const std::string verb = text_of(event, "verb");
  if (verb != "create")
    return path + ": verb: a request to create is explained, this one is \"" + verb + "\"";
  const auto asked = event.find("requestObject");
  if (asked == event.end() || !asked->is_object()) {
    return path + ": requestObject is missing: the audit policy needs level Request or RequestResponse";
  }
  Asked read = read_service(*asked, path + ": requestObject");
  const auto about = event.find("objectRef");
  if (auto* service = std::get_if<cluster::Service>(&read); service != nullptr && about != event.end()) {
    if (const std::string home = text_of(*about, "namespace"); !home.empty()) service->meta.name_space = home;
  }
  return read;
}

}  // namespace

Asked read_asked_service(const std::string& path, std::uint64_t most_bytes) {
  auto opened = daemon::open_source(path);
  if (const auto* reason = std::get_if<std::string>(&opened)) return path + ": " + *reason;
  const auto& source = std::get<std::unique_ptr<daemon::ByteSource>>(opened);
  daemon::Window whole(*source, most_bytes);
  while (whole.grow()) continue;
  if (!source->failure().empty()) return path + ": " + source->failure();
  if (whole.is_full())
    return path + ": is longer than " + std::to_string(most_bytes) + " bytes (--max-item-bytes)";
  auto read = api::read_yaml_body(whole.front());
  if (!read) return path + ": " + read.status().message;
  if (!read->is_object()) return path + ": is no object";
  const bool is_event =
      text_of(*read, "kind") == "Event" && text_of(*read, "apiVersion").rfind("audit.k8s.io/", 0) == 0;
  return is_event ? read_event(*read, path) : read_service(*read, path);
}

}  // namespace clusterip::ctl
