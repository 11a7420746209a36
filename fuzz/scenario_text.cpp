// Scenario files: any bytes end in a result, within the steps that are allowed.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include "tools/clusteripctl/scenario_report.hpp"
#include "tools/clusteripctl/scenario_runner.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  clusterip::ctl::ScenarioOptions options;
  options.most_steps = 2'000;
  const auto result = clusterip::ctl::run_scenario({reinterpret_cast<const char*>(data), size}, options);
  std::ostringstream out;
  clusterip::ctl::write_scenario_text(result, "input", /*quiet=*/false, out);
  clusterip::ctl::write_scenario_json(result, "input", out);
  if (out.str().empty()) std::abort();
  return 0;
}
