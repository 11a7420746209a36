#include "tools/clusteripctl/load_requests_json.hpp"

#include <nlohmann/json.hpp>

#include "daemon/mirror/watch_json.hpp"

namespace clusterip::ctl {
namespace {

using Json = nlohmann::json;
using daemon::ApiCall;

constexpr const char* kRanges = "/apis/networking.k8s.io/v1/servicecidrs";
constexpr const char* kMergePatch = "application/merge-patch+json";

std::string services_of(const std::string& name_space) {
  return "/api/v1/namespaces/" + name_space + "/services";
}

ApiCall create(const LoadStep& step, const std::string& name_space) {
  Json service{{"apiVersion", "v1"}, {"kind", "Service"}, {"metadata", {{"name", step.name}}}};
  service["spec"] = {{"ports", {{{"port", 80}, {"protocol", "TCP"}}}}, {"selector", {{"app", step.name}}}};
  if (step.action == LoadAction::kCreateDual) service["spec"]["ipFamilyPolicy"] = "RequireDualStack";
  if (step.action == LoadAction::kCreateStatic) {
    service["spec"]["clusterIP"] = step.address;
    service["spec"]["ipFamilies"] = {step.address.find(':') == std::string::npos ? "IPv4" : "IPv6"};
  }
  return {.method = "POST", .target = services_of(name_space), .body = service.dump()};
}

ApiCall patch(const LoadStep& step, const std::string& name_space, const char* policy) {
  return {.method = "PATCH",
          .target = services_of(name_space) + "/" + step.name,
          .body = Json{{"spec", {{"ipFamilyPolicy", policy}}}}.dump(),
          .content_type = kMergePatch};
}

// The cause in a refusal's text, without the names and addresses in it.
std::string cause_in(const std::string& message) {
  for (const char* cause :
       {"range is full", "provided IP is already allocated",
        "the provided network does not match the current range", "allocator not ready", "already exists",
        "not found", "object is being deleted", "has been modified",
        "this cluster is not configured for dual-stack services", "not configured on this cluster",
        "is being terminated", "context deadline exceeded", "too many requests"}) {
    if (message.find(cause) != std::string::npos) return cause;
  }
  constexpr std::size_t kShown = 80;
  return message.size() > kShown ? message.substr(0, kShown) + "…" : message;
}

}  // namespace

std::string range_name(const std::string& name_space, const std::string& name) {
  return name_space + "-" + name;
}

ApiCall request_of(const LoadStep& step, const std::string& name_space) {
  switch (step.action) {
    case LoadAction::kMakeDual:
      return patch(step, name_space, "PreferDualStack");
    case LoadAction::kMakeSingle:
      return patch(step, name_space, "SingleStack");
    case LoadAction::kDelete:
      return {.method = "DELETE", .target = services_of(name_space) + "/" + step.name};
    case LoadAction::kAddRange: {
      const Json range{{"apiVersion", "networking.k8s.io/v1"},
                       {"kind", "ServiceCIDR"},
                       {"metadata", {{"name", range_name(name_space, step.name)}}},
                       {"spec", {{"cidrs", {step.cidr}}}}};
      return {.method = "POST", .target = kRanges, .body = range.dump()};
    }
    case LoadAction::kDropRange:
      return {.method = "DELETE", .target = std::string(kRanges) + "/" + range_name(name_space, step.name)};
    default:
      return create(step, name_space);
  }
}

ApiCall namespace_request(const std::string& name) {
  const Json body{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}};
  return {.method = "POST", .target = "/api/v1/namespaces", .body = body.dump()};
}

std::string error_class(const daemon::ApiAnswer& answer) {
  const daemon::ServerStatus status = daemon::read_server_status(answer.body, answer.status);
  return std::to_string(answer.status) + " " + status.reason + ": " + cause_in(status.message);
}

std::variant<std::vector<ListedItem>, std::string> read_items(std::string_view body) {
  try {
    std::vector<ListedItem> items;
    const Json list = Json::parse(body);
    for (const Json& item : list.at("items")) {
      ListedItem listed{item.at("metadata").at("name").get<std::string>(), {}};
      if (item.contains("spec") && item["spec"].contains("cidrs")) {
        listed.cidrs = item["spec"]["cidrs"].get<std::vector<std::string>>();
      }
      items.push_back(std::move(listed));
    }
    return items;
  } catch (const Json::exception& error) {
    return std::string("no list: ") + error.what();
  }
}

}  // namespace clusterip::ctl
