// A replay of an audit log of 100,000 events, beside a plain parse of the same lines by nlohmann::json, which
// any reader of audit logs would do at least.
//
//   build/release/bin/replay_bench
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include "bench/audit_events.hpp"
#include "daemon/api/audit_reader.hpp"
#include "engine/verify/replay.hpp"

namespace {

using namespace clusterip;
using Json = nlohmann::json;

constexpr int kEvents = 100'000;

const std::string& audit_log() {
  static const std::string kLog = [] {
    std::string text;
    bench::make_audit_events(kEvents, [&](const std::string& line) { text += line; });
    return text;
  }();
  return kLog;
}

void report(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(audit_log().size()));
  state.SetItemsProcessed(state.iterations() * kEvents);
}

void replay_log(benchmark::State& state) {
  const std::string& log = audit_log();
  for ([[maybe_unused]] auto _ : state) {
    api::AuditReading reading;
    const auto source = daemon::memory_source("bench", log);
    api::read_audit_log(*source, reading);
    verify::put_in_order(reading.record);
    const verify::History history(reading.record, {});
    benchmark::DoNotOptimize(verify::judge_all(history));
    benchmark::DoNotOptimize(verify::find_faults(history));
  }
  report(state);
}
BENCHMARK(replay_log)->Unit(benchmark::kMillisecond);

void read_log(benchmark::State& state) {
  const std::string& log = audit_log();
  for ([[maybe_unused]] auto _ : state) {
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
  for ([[maybe_unused]] auto _ : state) {
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
