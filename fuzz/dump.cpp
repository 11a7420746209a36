// Dumps: no bytes crash the reader or pass its limits, and what the fast way takes, nlohmann::json takes with
// the same values.
#include <cstdint>
#include <cstdlib>
#include <string>

#include <nlohmann/json.hpp>

#include "daemon/api/dump_reader.hpp"
#include "daemon/api/item_skim.hpp"
#include "engine/verify/range_usage.hpp"
#include "engine/verify/state_rules.hpp"

namespace {

using namespace clusterip;
using Json = nlohmann::json;

void require(bool holds) {
  if (!holds) std::abort();
}

class StateVisitor final : public api::DumpVisitor {
 public:
  void visit(const cluster::Service& object, const api::DumpPlace&) override { state.put(object); }
  void visit(const cluster::ServiceCidr& object, const api::DumpPlace&) override { state.put(object); }
  void visit(const cluster::IpAddress& object, const api::DumpPlace&) override { state.put(object); }
  verify::State state;
};

void check_dump(const std::string& bytes) {
  api::DumpLimits limits;
  limits.max_item_bytes = 4096;
  const auto source = daemon::memory_source("fuzz", bytes);
  StateVisitor visitor;
  const api::DumpOutcome outcome = api::read_dump(*source, limits, visitor);
  require(outcome.problems.size() <= limits.max_problems);
  require(outcome.objects > 0 || visitor.state.service_count() == 0);
  const auto findings = verify::StateRules(visitor.state, {}).check_all();
  for (const auto& finding : findings) require(!finding.rule.empty() && !finding.objects.empty());
  for (const auto& usage : verify::range_usage(visitor.state)) {
    require(usage.all.used == usage.static_band.used + usage.dynamic_band.used);
  }
}

void check_fast_way(const std::string& bytes) {
  api::ItemSkim skim;
  if (skim.read(bytes.data(), bytes.data() + bytes.size()) != api::JsonSkim::State::kGood) return;
  const Json tree = Json::parse(bytes.data(), skim.stop(), nullptr, false);
  require(!tree.is_discarded());
  const auto decoded = api::decode_service(tree);
  const auto* general = std::get_if<cluster::Service>(&decoded);
  if (general == nullptr) return;  // a fault in a field that the fast way does not read
  const cluster::Service& fast = skim.service();
  require(fast.meta.name == general->meta.name && fast.meta.labels == general->meta.labels);
  require(fast.meta.creation == general->meta.creation && fast.meta.deletion == general->meta.deletion);
  require(fast.cluster_ip == general->cluster_ip && fast.cluster_ips == general->cluster_ips);
  require(fast.ip_families == general->ip_families && fast.ip_family_policy == general->ip_family_policy);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  check_dump(bytes);
  check_fast_way(bytes);
  return 0;
}
