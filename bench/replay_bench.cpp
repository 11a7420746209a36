// A replay of an audit log of 100,000 events, beside a plain parse of the same lines by nlohmann::json, which
// any reader of audit logs would do at least.
//
//   build/release/bin/replay_bench
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include "daemon/api/audit_reader.hpp"
#include "engine/verify/replay.hpp"

namespace {

using namespace clusterip;
using Json = nlohmann::json;

constexpr int kEvents = 100'000;

std::string time_text(std::int64_t microseconds) {
  return cluster::to_text_micro({1'800'000'000'000'000 + microseconds});
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
      {"creationTimestamp", "2027-01-15T08:00:00Z"},
      {"labels",
       {{"ipaddress.kubernetes.io/ip-family", "IPv4"},
        {"ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io"}}},
      {"managedFields", {{{"manager", "kube-apiserver"}, {"operation", "Update"}, {"fieldsV1", fields}}}}};
}

// A new cluster in which a Service is created, with its IPAddress, every 10 ms.
const std::string& audit_log() {
  static const std::string log = [] {
    std::string text;
    const Json range{{"kind", "ServiceCIDR"},
                     {"metadata", metadata("kubernetes", 5)},
                     {"spec", {{"cidrs", {"10.0.0.0/12"}}}}};
    text += event(0, "create", "system:apiserver",
                  {{"resource", "servicecidrs"}, {"name", "kubernetes"}, {"apiGroup", "networking.k8s.io"}},
                  201, range, 0, 900)
                .dump() +
            "\n";
    for (int i = 1; i < kEvents; i += 2) {
      const std::string name = "service-" + std::to_string(i);
      const std::string ip = Address::v4(0x0a000200U + static_cast<std::uint32_t>(i)).to_string();
      const std::int64_t at = i * std::int64_t{5'000};
      const Json parent{{"resource", "services"}, {"namespace", "default"}, {"name", name}};
      const Json address{
          {"kind", "IPAddress"}, {"metadata", metadata(ip, 2 * i)}, {"spec", {{"parentRef", parent}}}};
      text += event(i, "create", "system:apiserver",
                    {{"resource", "ipaddresses"}, {"name", ip}, {"apiGroup", "networking.k8s.io"}}, 201,
                    address, at + 1'000, at + 2'000)
                  .dump() +
              "\n";
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
      text += event(i + 1, "create", "admin",
                    {{"resource", "services"}, {"namespace", "default"}, {"name", name}}, 201, service, at,
                    at + 3'000)
                  .dump() +
              "\n";
    }
    return text;
  }();
  return log;
}

void report(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(audit_log().size()));
  state.SetItemsProcessed(state.iterations() * kEvents);
}

void replay_log(benchmark::State& state) {
  const std::string log = audit_log();
  for (auto unused : state) {
    api::AuditReading reading;
    const auto source = daemon::memory_source("bench", log);
    api::read_audit_log(*source, reading);
    verify::put_in_order(reading.record);
    const verify::History history(reading.record, {});
    const auto decisions = verify::judge_all(history);
    benchmark::DoNotOptimize(verify::find_faults(history, decisions));
  }
  report(state);
}
BENCHMARK(replay_log)->Unit(benchmark::kMillisecond);

void read_log(benchmark::State& state) {
  const std::string log = audit_log();
  for (auto unused : state) {
    api::AuditReading reading;
    const auto source = daemon::memory_source("bench", log);
    api::read_audit_log(*source, reading);
    benchmark::DoNotOptimize(reading);
  }
  report(state);
}
BENCHMARK(read_log)->Unit(benchmark::kMillisecond);

void peer_plain_parse(benchmark::State& state) {
  const std::string& log = audit_log();
  for (auto unused : state) {
    for (std::size_t begin = 0; begin < log.size();) {
      const std::size_t end = log.find('\n', begin);
      benchmark::DoNotOptimize(Json::parse(log.begin() + static_cast<std::ptrdiff_t>(begin),
                                           log.begin() + static_cast<std::ptrdiff_t>(end)));
      begin = end + 1;
    }
  }
  report(state);
}
BENCHMARK(peer_plain_parse)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
