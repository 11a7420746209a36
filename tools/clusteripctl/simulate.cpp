// clusteripctl simulate: runs scenario files against the model of upstream and prints what happened.
#include <iostream>
#include <sstream>

#include "daemon/input/byte_source.hpp"
#include "tools/clusteripctl/command.hpp"
#include "tools/clusteripctl/common_flags.hpp"
#include "tools/clusteripctl/options.hpp"
#include "tools/clusteripctl/scenario_report.hpp"
#include "tools/clusteripctl/scenario_runner.hpp"

namespace clusterip::ctl {
namespace {

struct SimulateFlags {
  std::string output = "table";
  std::string version = kDefaultKubernetesVersion;
  bool quiet = false;
  std::uint64_t max_file_bytes = std::uint64_t{16} * 1024 * 1024;
  ScenarioOptions scenario;
};

std::string usage() {
  return "clusteripctl simulate [flags] FILE…\n\n"
         "Runs each scenario in virtual time and prints its transcript.\n"
         "Exit codes: 0 all expectations hold, 1 some do not, 2 usage, 3 a file could not be read or "
         "run.\n\n" +
         std::string(scenario_help());
}

// The whole file; absent, with a message, where it cannot be read or is longer than the limit.
std::optional<std::string> read_file(const std::string& path, std::uint64_t limit) {
  auto opened = daemon::open_source(path);
  if (const auto* failure = std::get_if<std::string>(&opened)) {
    std::cerr << "clusteripctl simulate: " << path << ": " << *failure << '\n';
    return std::nullopt;
  }
  daemon::ByteSource& source = *std::get<std::unique_ptr<daemon::ByteSource>>(opened);
  std::string text;
  std::string piece(std::size_t{64} * 1024, '\0');
  while (const std::size_t count = source.read(piece.data(), piece.size())) {
    text.append(piece, 0, count);
    if (text.size() <= limit) continue;
    std::cerr << "clusteripctl simulate: " << path << ": longer than " << limit << " bytes\n";
    return std::nullopt;
  }
  if (source.failure().empty()) return text;
  std::cerr << "clusteripctl simulate: " << path << ": " << source.failure() << '\n';
  return std::nullopt;
}

int run_file(const std::string& path, const SimulateFlags& flags) {
  const auto text = read_file(path, flags.max_file_bytes);
  if (!text) return kExitUnreadable;
  const ScenarioResult result = run_scenario(*text, flags.scenario);
  if (flags.output == "json") {
    write_scenario_json(result, path, std::cout);
  } else if (flags.output == "jsonl") {
    write_scenario_json_lines(result, path, std::cout);
  } else {
    write_scenario_text(result, path, flags.quiet, std::cout);
  }
  if (result.error) {
    std::cerr << "clusteripctl simulate: " << path << ':' << *result.error << '\n';
    return kExitUnreadable;
  }
  return result.failures.empty() ? kExitOk : kExitFindings;
}

}  // namespace

int run_simulate(const std::vector<std::string>& arguments) {
  SimulateFlags flags;
  Options options(usage());
  options.choice("output,o", flags.output, {"table", "json", "jsonl"}, "form of the transcript");
  options.flag("quiet", flags.quiet, "only what does not hold");
  options.number("seed", flags.scenario.seed,
                 "of what upstream leaves to chance; the file's own comes first");
  options.text("kubernetes-version", flags.version,
               "which the servers run, 1.33 to 1.37; the file's own comes first");
  options.number("max-steps", flags.scenario.most_steps, "steps of the servers that a scenario may take");
  options.number("max-file-bytes", flags.max_file_bytes, "the longest scenario that is read");
  const auto files = options.read(arguments);
  if (!files) return kExitOk;
  if (files->empty()) throw OptionError("no FILE is given; \"-\" is standard input");
  flags.scenario.version = read_kubernetes_version(flags.version);
  int code = kExitOk;
  for (const std::string& file : *files) code = std::max(code, run_file(file, flags));
  return code;
}

}  // namespace clusterip::ctl
