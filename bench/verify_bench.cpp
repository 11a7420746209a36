// Reading and judging a dump, as kubectl prints one, from memory. The peer parses the same bytes into a tree
// with nlohmann::json and does nothing with it.
#include <string>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include "daemon/api/dump_reader.hpp"
#include "daemon/input/byte_source.hpp"
#include "engine/verify/range_usage.hpp"
#include "engine/verify/state_rules.hpp"

namespace {

using namespace clusterip;
using Json = nlohmann::json;

std::string address_of(int number) {
  return "10." + std::to_string(96 + (number >> 16)) + "." + std::to_string((number >> 8) & 255) + "." +
         std::to_string(number & 255);
}

Json service_json(int number) {
  const std::string address = address_of(number);
  const std::string name = "svc-" + std::to_string(number);
  return {{"apiVersion", "v1"},
          {"kind", "Service"},
          {"metadata",
           {{"name", name},
            {"namespace", "ns-" + std::to_string(number % 500)},
            {"creationTimestamp", "2026-11-01T10:00:00Z"},
            {"labels", {{"app", name}}},
            {"uid", "02c0085a-91df-41ce-8c68-" + std::to_string(100000000000 + number)},
            {"resourceVersion", std::to_string(number)}}},
          {"spec",
           {{"clusterIP", address},
            {"clusterIPs", {address}},
            {"internalTrafficPolicy", "Cluster"},
            {"ipFamilies", {"IPv4"}},
            {"ipFamilyPolicy", "SingleStack"},
            {"ports", {{{"name", "http"}, {"port", 80}, {"protocol", "TCP"}, {"targetPort", 8080}}}},
            {"selector", {{"app", name}}},
            {"sessionAffinity", "None"},
            {"type", "ClusterIP"}}},
          {"status", {{"loadBalancer", Json::object()}}}};
}

Json ip_address_json(int number) {
  return {{"apiVersion", "networking.k8s.io/v1"},
          {"kind", "IPAddress"},
          {"metadata",
           {{"name", address_of(number)},
            {"creationTimestamp", "2026-11-01T10:00:00Z"},
            {"labels",
             {{"ipaddress.kubernetes.io/ip-family", "IPv4"},
              {"ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io"}}},
            {"uid", "12c0085a-91df-41ce-8c68-" + std::to_string(100000000000 + number)},
            {"resourceVersion", std::to_string(number)}}},
          {"spec",
           {{"parentRef",
             {{"name", "svc-" + std::to_string(number)},
              {"namespace", "ns-" + std::to_string(number % 500)},
              {"resource", "services"}}}}}};
}

// `count` Services and as many IPAddresses, indented by four blanks.
std::string dump_of(int count) {
  const Json range{
      {"apiVersion", "networking.k8s.io/v1"},
      {"kind", "ServiceCIDR"},
      {"metadata", {{"name", "kubernetes"}, {"finalizers", {"networking.k8s.io/service-cidr-finalizer"}}}},
      {"spec", {{"cidrs", {"10.96.0.0/12"}}}}};
  std::string text = "{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n" + range.dump(4);
  for (int i = 1; i <= count; ++i) text += ",\n" + service_json(i).dump(4);
  for (int i = 1; i <= count; ++i) text += ",\n" + ip_address_json(i).dump(4);
  return text + "\n    ],\n    \"kind\": \"List\"\n}\n";
}

class StateVisitor final : public api::DumpVisitor {
 public:
  void visit(const cluster::Service& object, const api::DumpPlace&) override { state.put(object); }
  void visit(const cluster::ServiceCidr& object, const api::DumpPlace&) override { state.put(object); }
  void visit(const cluster::IpAddress& object, const api::DumpPlace&) override { state.put(object); }
  verify::State state;
};

void finish(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void verify_dump(benchmark::State& state) {
  const std::string text = dump_of(static_cast<int>(state.range(0)));
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    const auto source = daemon::memory_source("dump", text);
    state.ResumeTiming();
    StateVisitor visitor;
    const auto outcome = api::read_dump(*source, {}, visitor);
    const auto findings = verify::StateRules(visitor.state, {}).check_all();
    const auto usages = verify::range_usage(visitor.state);
    if (outcome.problem_count > 0 || !findings.empty() || usages.size() != 1) {
      state.SkipWithError("the generated dump is not sound");
    }
  }
  finish(state, text.size());
}

void peer_parse_to_tree(benchmark::State& state) {
  const std::string text = dump_of(static_cast<int>(state.range(0)));
  for ([[maybe_unused]] auto _ : state) {
    const Json tree = Json::parse(text);
    benchmark::DoNotOptimize(tree.size());
  }
  finish(state, text.size());
}

BENCHMARK(verify_dump)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(peer_parse_to_tree)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
