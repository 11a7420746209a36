// clusteripctl explain: who holds an address, or why a request would be refused.
#include "engine/verify/explain.hpp"

#include <algorithm>
#include <iostream>
#include <optional>

#include "daemon/observe/explanation.hpp"
#include "daemon/observe/text_line.hpp"
#include "engine/net/text.hpp"
#include "tools/clusteripctl/asked_service.hpp"
#include "tools/clusteripctl/command.hpp"
#include "tools/clusteripctl/common_flags.hpp"
#include "tools/clusteripctl/load_state.hpp"
#include "tools/clusteripctl/options.hpp"

namespace clusterip::ctl {
namespace {

constexpr const char* kUsage =
    "clusteripctl explain [flags] FILE… (--address=A | --service=NAMESPACE/NAME | --request=REQUEST)\n\n"
    "FILE is a dump as \"clusteripctl verify\" reads it.\n"
    "Exit codes: 0 explained, 2 usage, 3 some input could not be read";

struct ExplainFlags {
  std::string address;
  std::string service;
  std::string request;
  std::string output = "table";
  std::string service_range;
  std::string version = kDefaultKubernetesVersion;
  bool quiet = false;
  std::uint64_t max_blockers = verify::ExplainOptions{}.max_blockers;
  std::uint64_t max_item_bytes = api::DumpLimits{}.max_item_bytes;
  std::uint64_t max_problems = api::DumpLimits{}.max_problems;
};

void declare(Options& options, ExplainFlags& flags) {
  options.text("address", flags.address, "the address that is asked about");
  options.text("service", flags.service, "the Service that is asked about, as NAMESPACE/NAME");
  options.text(
      "request", flags.request,
      "a request to create a Service, granted or refused: a file with its manifest, or with its audit "
      "event; \"-\": standard input");
  options.choice("output,o", flags.output, {"table", "json", "yaml"}, "form of the answer");
  options.text("service-cluster-ip-range", flags.service_range,
               "the apiservers' flag, which says what families Services may have");
  options.text("kubernetes-version", flags.version, "whose words and rules hold: 1.33 to 1.37");
  options.flag("quiet", flags.quiet, "no notes on standard error");
  options.number("max-blockers", flags.max_blockers, "how many of those who block a deletion are named");
  options.number("max-item-bytes", flags.max_item_bytes, "the longest text of one object");
  options.number("max-problems", flags.max_problems, "problems of one file that are shown");
}

Address read_asked(const std::string& text) {
  const auto address = read_address_sloppy(text);
  if (!address) throw OptionError("--address: \"" + text + "\" is no IP address");
  return *address;
}

void check(const ExplainFlags& flags, const std::vector<std::string>& files) {
  if (files.empty()) throw OptionError("no FILE is given; \"-\" is standard input");
  const int subjects = !flags.address.empty() + !flags.service.empty() + !flags.request.empty();
  if (subjects != 1) throw OptionError("one of --address, --service and --request must be given");
  if (flags.request == "-" && std::find(files.begin(), files.end(), "-") != files.end()) {
    throw OptionError("--request: \"-\" is a FILE already");
  }
  const std::size_t slash = flags.service.find('/');
  const bool is_name = slash != std::string::npos && slash > 0 && slash + 1 < flags.service.size() &&
                       flags.service.find('/', slash + 1) == std::string::npos;
  if (!flags.service.empty() && !is_name) {
    throw OptionError("--service: \"" + flags.service + "\" is not NAMESPACE/NAME");
  }
}

}  // namespace

int run_explain(const std::vector<std::string>& arguments) {
  ExplainFlags flags;
  Options options(kUsage);
  declare(options, flags);
  const auto files = options.read(arguments);
  if (!files) return kExitOk;
  check(flags, *files);

  verify::ExplainOptions asked;
  asked.version = read_kubernetes_version(flags.version);
  asked.state.default_ranges = read_service_ranges(flags.service_range, asked.version);
  asked.max_blockers = flags.max_blockers;
  const auto address = flags.address.empty() ? std::nullopt : std::optional(read_asked(flags.address));
  std::optional<cluster::Service> sent;
  if (!flags.request.empty()) {
    auto read = read_asked_service(flags.request, flags.max_item_bytes);
    if (const auto* fault = std::get_if<std::string>(&read)) {
      std::cerr << "clusteripctl explain: " << daemon::harmless(*fault) << '\n';
      return kExitUnreadable;
    }
    sent = std::get<cluster::Service>(std::move(read));
  }
  const LoadedState loaded = load_state(*files, {{flags.max_item_bytes, flags.max_problems}, flags.quiet});
  const verify::Explanation explanation =
      sent      ? verify::explain_request(loaded.state, *std::move(sent), asked)
      : address ? verify::explain_address(loaded.state, *address, asked)
                : verify::explain_service(loaded.state, flags.service, asked);
  daemon::write_explanation(explanation, *daemon::read_report_format(flags.output), std::cout, loaded.unread);
  return loaded.unread.empty() ? kExitOk : kExitUnreadable;
}

}  // namespace clusterip::ctl
