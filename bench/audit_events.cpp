#include "bench/audit_events.hpp"

#include <cstdint>

#include <nlohmann/json.hpp>

#include "engine/cluster/instant.hpp"
#include "engine/net/address.hpp"

namespace clusterip::bench {
namespace {

using Json = nlohmann::json;

std::string time_text(std::int64_t microseconds) {
  return cluster::to_text_micro({1'700'000'000'000'000 + microseconds});
}

// What a server writes about one write, with the noise that real events carry.
Json event(int number, const char* verb, const char* user, Json object_ref, int code, Json answer,
           std::int64_t from, std::int64_t to) {
  return {
      {"kind", "Event"},
      {"apiVersion", "audit.k8s.io/v1"},
      {"level", "RequestResponse"},
      {"auditID", "00000000-0000-4000-8000-" + std::to_string(100'000'000'000 + number)},
      {"stage", "ResponseComplete"},
      {"requestURI", "/a/path/of/the/usual/length/for/such/an/object"},
      {"verb", verb},
      {"user", {{"username", user}, {"uid", "7d2a"}, {"groups", {"system:authenticated", "system:masters"}}}},
      {"sourceIPs", {"127.0.0.1"}},
      {"userAgent", "kube-apiserver/v1.36.3 (linux/amd64) kubernetes/abcdef0"},
      {"objectRef", std::move(object_ref)},
      {"responseStatus", {{"metadata", Json::object()}, {"code", code}}},
      {"requestObject", answer},
      {"responseObject", std::move(answer)},
      {"requestReceivedTimestamp", time_text(from)},
      {"stageTimestamp", time_text(to)},
      {"annotations", {{"authorization.k8s.io/decision", "allow"}, {"authorization.k8s.io/reason", ""}}}};
}

Json metadata(const std::string& name, int revision) {
  const Json fields{
      {"f:metadata", {{"f:labels", {{".", Json::object()}, {"f:a-label-of-some-length", Json::object()}}}}}};
  return {
      {"name", name},
      {"uid", "uid-" + name},
      {"resourceVersion", std::to_string(revision)},
      {"creationTimestamp", "2023-11-14T22:13:20Z"},
      {"labels",
       {{"ipaddress.kubernetes.io/ip-family", "IPv4"},
        {"ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io"}}},
      {"managedFields", {{{"manager", "kube-apiserver"}, {"operation", "Update"}, {"fieldsV1", fields}}}}};
}

}  // namespace

void make_audit_events(int count, const std::function<void(const std::string&)>& line) {
  const Json range{{"kind", "ServiceCIDR"},
                   {"metadata", metadata("kubernetes", 5)},
                   {"spec", {{"cidrs", {"10.0.0.0/12"}}}}};
  line(event(0, "create", "system:apiserver",
             {{"resource", "servicecidrs"}, {"name", "kubernetes"}, {"apiGroup", "networking.k8s.io"}}, 201,
             range, 0, 900)
           .dump() +
       "\n");
  for (int i = 1; i < count; i += 2) {
    const std::string name = "service-" + std::to_string(i);
    const std::string ip = Address::v4(0x0a000200U + static_cast<std::uint32_t>(i)).to_string();
    const std::int64_t at = i * std::int64_t{5'000};
    const Json parent{{"resource", "services"}, {"namespace", "default"}, {"name", name}};
    const Json address{
        {"kind", "IPAddress"}, {"metadata", metadata(ip, 2 * i)}, {"spec", {{"parentRef", parent}}}};
    line(event(i, "create", "system:apiserver",
               {{"resource", "ipaddresses"}, {"name", ip}, {"apiGroup", "networking.k8s.io"}}, 201, address,
               at + 1'000, at + 2'000)
             .dump() +
         "\n");
    Json service{{"kind", "Service"},
                 {"metadata", metadata(name, 2 * i + 1)},
                 {"spec",
                  {{"type", "ClusterIP"},
                   {"clusterIP", ip},
                   {"clusterIPs", {ip}},
                   {"ipFamilies", {"IPv4"}},
                   {"ipFamilyPolicy", "SingleStack"},
                   {"ports", {{{"port", 80}, {"protocol", "TCP"}}}}}}};
    service["metadata"]["namespace"] = "default";
    line(event(i + 1, "create", "admin", {{"resource", "services"}, {"namespace", "default"}, {"name", name}},
               201, service, at, at + 3'000)
             .dump() +
         "\n");
  }
}

}  // namespace clusterip::bench
