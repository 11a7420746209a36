// clusteripctl verify: is this state of a cluster sound?
#include <iostream>

#include "daemon/observe/report.hpp"
#include "engine/verify/state_rules.hpp"
#include "tools/clusteripctl/command.hpp"
#include "tools/clusteripctl/common_flags.hpp"
#include "tools/clusteripctl/load_state.hpp"
#include "tools/clusteripctl/options.hpp"

namespace clusterip::ctl {
namespace {

constexpr const char* kUsage =
    "clusteripctl verify [flags] FILE…\n\n"
    "FILE is what \"kubectl get services,servicecidrs,ipaddresses -A -o json\" (or yaml) prints, or "
    "separate\n"
    "lists; gzip is unpacked, and \"-\" is standard input.\n"
    "Exit codes: 0 clean, 1 findings of severity error, 2 usage, 3 some input could not be read";

struct VerifyFlags {
  std::string output = "table";
  std::string service_range;
  std::string version = kDefaultKubernetesVersion;
  std::string colour = "auto";
  bool quiet = false;
  std::uint64_t settling_seconds = 60;
  std::uint64_t max_item_bytes = api::DumpLimits{}.max_item_bytes;
  std::uint64_t max_problems = api::DumpLimits{}.max_problems;
  std::uint64_t max_alike = daemon::ReportStyle{}.most_alike;
};

void declare(Options& options, VerifyFlags& flags) {
  options.choice("output,o", flags.output, {"table", "json", "jsonl", "junit", "sarif", "yaml"},
                 "form of the report");
  options.text("service-cluster-ip-range", flags.service_range,
               "the apiservers' flag; needed for the rule default-differs");
  options.text("kubernetes-version", flags.version, "whose rules for flags hold: 1.33 to 1.37");
  options.flag("quiet", flags.quiet, "errors and warnings alone, and no notes on standard error");
  options.choice("color", flags.colour, {"auto", "always", "never"}, "colours in the table");
  options.number("settling-seconds", flags.settling_seconds,
                 "objects younger than this may explain a difference between two lists");
  options.number("max-item-bytes", flags.max_item_bytes, "the longest text of one object");
  options.number("max-problems", flags.max_problems, "problems of one file that are shown");
  options.number("max-alike", flags.max_alike,
                 "notes alike that the table shows one by one, not as one line");
}

daemon::Report report_of(LoadedState loaded, const verify::StateOptions& options) {
  daemon::Report report;
  report.services = loaded.state.service_count();
  report.ip_addresses = loaded.state.ip_address_count();
  report.service_cidrs = loaded.state.ranges().objects().size();
  report.findings = verify::StateRules(loaded.state, options).check_all();
  report.cidrs = verify::range_usage(loaded.state);
  report.unread = std::move(loaded.unread);
  return report;
}

}  // namespace

int run_verify(const std::vector<std::string>& arguments) {
  VerifyFlags flags;
  Options options(kUsage);
  declare(options, flags);
  const auto files = options.read(arguments);
  if (!files) return kExitOk;
  if (files->empty()) throw OptionError("no FILE is given; \"-\" is standard input");

  verify::StateOptions rules;
  rules.default_ranges = read_service_ranges(flags.service_range, read_kubernetes_version(flags.version));
  rules.settling = cluster::Duration::seconds(static_cast<std::int64_t>(flags.settling_seconds));
  const LoadStateOptions load{{flags.max_item_bytes, flags.max_problems}, flags.quiet};
  const daemon::Report report = report_of(load_state(*files, load), rules);

  daemon::ReportStyle style;
  style.format = *daemon::read_report_format(flags.output);
  style.colour = wants_colour(flags.colour);
  style.quiet = flags.quiet;
  style.most_alike = flags.max_alike;
  daemon::write_report(report, style, std::cout);
  if (!report.unread.empty()) return kExitUnreadable;
  return report.count(verify::Severity::kError) > 0 ? kExitFindings : kExitOk;
}

}  // namespace clusterip::ctl
