// clusteripctl load: a seeded load of Services and ranges on an apiserver, verified while it runs with
// --verify.
#include <csignal>
#include <iostream>
#include <thread>

#include "daemon/mirror/cluster_choice.hpp"
#include "daemon/mirror/mirror.hpp"
#include "engine/net/text.hpp"
#include "tools/clusteripctl/command.hpp"
#include "tools/clusteripctl/load_report.hpp"
#include "tools/clusteripctl/options.hpp"

namespace clusterip::ctl {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kUsage =
    "clusteripctl load (--kubeconfig=FILE [--context=NAME] | --server=URL) [flags]\n\n"
    "Creates, updates and deletes Services from many clients, in a namespace that it makes and deletes. "
    "With\n"
    "--ranges, ServiceCIDRs come and go as well. Meant for clusters that nobody depends on.\n"
    "Exit codes: 0, 1 with --verify an error was found, 2 usage, 3 the server cannot be used";

// Set by SIGINT and SIGTERM: the load ends early, reports and cleans up.
std::atomic<bool> interrupted{false};

struct LoadFlags {
  daemon::ClusterChoice cluster;
  std::uint64_t seed = 1;
  std::uint64_t clients = 8;
  std::uint64_t rate = 0;
  std::uint64_t duration = 30;
  std::uint64_t most_services = 500;
  std::uint64_t settle = 45;
  std::string name_space;
  std::string ranges;
  std::string output = "table";
  bool verify = false;
  bool keep = false;
};

void declare(Options& options, LoadFlags& flags) {
  constexpr std::uint64_t kWeek = 7 * 24 * 3600;
  options.text("kubeconfig", flags.cluster.kubeconfig, "kubeconfig file")
      .text("context", flags.cluster.context, "context in it; else its current-context")
      .text("server", flags.cluster.server, "address of the apiserver, in place of a kubeconfig")
      .text("token-file", flags.cluster.token_file, "with --server: file with a bearer token")
      .text("certificate-authority", flags.cluster.certificate_authority, "with --server: file with its CA")
      .flag("insecure-skip-tls-verify", flags.cluster.insecure_skip_tls_verify,
            "with --server: trust any apiserver")
      .number("seed", flags.seed, "the same seed asks for the same things")
      .number("clients", flags.clients, "clients at once, each with a connection", 1, 1024)
      .number("rate", flags.rate, "steps a second in all; 0: as fast as it goes")
      .number("duration", flags.duration, "seconds", 1, kWeek)
      .number("max-services", flags.most_services, "Services of one client, alive at once", 1, 1'000'000)
      .text("namespace", flags.name_space, "namespace to make and delete; default clusterip-load-SEED")
      .text("ranges", flags.ranges, "CIDRs, separated by commas: ServiceCIDRs of these come and go")
      .flag("verify", flags.verify, "follow the cluster meanwhile and report what is wrong")
      .number("settle", flags.settle, "with --verify: seconds after the load for suspicions to be decided")
      .flag("keep", flags.keep, "leave the namespace and what is in it")
      .choice("output,o", flags.output, {"table", "json", "svg"}, "form of the report");
}

std::vector<Cidr> read_ranges(const std::string& text) {
  std::vector<Cidr> ranges;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string word = text.substr(at, comma - at);
    const auto cidr = read_cidr(word);
    if (!cidr) throw OptionError("--ranges: \"" + word + "\" is no CIDR that a ServiceCIDR may have");
    ranges.push_back(*cidr);
    at = comma + 1;
  }
  return ranges;
}

bool has_both_families(const std::vector<Cidr>& ranges) {
  const auto has = [&](Family family) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const Cidr& cidr) { return cidr.family() == family; });
  };
  return has(Family::kIPv4) && has(Family::kIPv6);
}

int unusable(const std::string& why) {
  std::cerr << "clusteripctl load: " << why << '\n';
  return kExitUnreadable;
}

// The mirror beside a load.
class Witness {
 public:
  explicit Witness(const daemon::ClusterAccess& access)
      : mirror_(access, {}, [](std::string_view severity, const std::string& line) {
          if (severity != "info") std::cerr << severity << ' ' << line << '\n';
        }) {
    mirror_.start();
  }

  // Waits until nothing is suspected any more, or the time is over.
  void settle(std::chrono::seconds longest) const {
    const Clock::time_point end = Clock::now() + longest;
    // One round of the judge sees the last events.
    std::this_thread::sleep_for(std::chrono::seconds(1));
    while (Clock::now() < end && !interrupted && (is_suspicious() || !mirror_.health().in_step)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  }

  void fill(LoadReport& report) const {
    report.verified = true;
    for (const daemon::TrackedFinding& tracked : mirror_.report()->findings) {
      const bool was_confirmed = tracked.confirmed.has_value();
      if (was_confirmed) report.findings.push_back(tracked.finding);
      if (!was_confirmed && tracked.finding.severity == verify::Severity::kError) ++report.suspected;
    }
  }

 private:
  bool is_suspicious() const {
    const auto report = mirror_.report();
    return std::any_of(report->findings.begin(), report->findings.end(),
                       [](const daemon::TrackedFinding& tracked) {
                         return tracked.stage == daemon::FindingStage::kSuspected &&
                                tracked.finding.severity == verify::Severity::kError;
                       });
  }

  daemon::Mirror mirror_;
};

void write(const LoadReport& report, const std::string& form) {
  if (form == "json") return write_load_json(report, std::cout);
  if (form == "svg") return write_load_svg(report, std::cout);
  write_load_table(report, std::cout);
}

LoadOptions load_options(const LoadFlags& flags) {
  LoadOptions options;
  options.seed = flags.seed;
  options.clients = flags.clients;
  options.rate = static_cast<double>(flags.rate);
  options.duration = std::chrono::seconds(flags.duration);
  options.name_space =
      flags.name_space.empty() ? "clusterip-load-" + std::to_string(flags.seed) : flags.name_space;
  options.shape.most_services = flags.most_services;
  options.shape.more_ranges = read_ranges(flags.ranges);
  return options;
}

}  // namespace

int run_load_command(const std::vector<std::string>& arguments) {
  LoadFlags flags;
  Options options(kUsage);
  declare(options, flags);
  const auto rest = options.read(arguments);
  if (!rest) return kExitOk;
  if (!rest->empty()) throw OptionError("unexpected argument \"" + rest->front() + "\"");
  LoadReport report;
  report.options = load_options(flags);
  auto chosen = daemon::choose_cluster(flags.cluster, daemon::process_environment());
  if (const auto* why = std::get_if<std::string>(&chosen)) throw OptionError(*why);
  const auto& access = std::get<daemon::ClusterAccess>(chosen);
  report.server = access.url();

  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, [](int) { interrupted = true; });
  std::signal(SIGTERM, [](int) { interrupted = true; });
  daemon::Credentials credentials(access);
  daemon::ApiClient client(credentials, {});
  auto ranges = find_ranges(client);
  if (const auto* why = std::get_if<std::string>(&ranges)) return unusable(report.server + ": " + *why);
  report.options.shape.ranges = std::get<0>(ranges);
  report.options.shape.dual_stack = has_both_families(report.options.shape.ranges);
  if (const std::string fault = make_namespace(client, report.options.name_space); !fault.empty()) {
    return unusable("namespace " + report.options.name_space + ": " + fault);
  }
  std::unique_ptr<Witness> witness;
  if (flags.verify) witness = std::make_unique<Witness>(access);
  report.figures = run_load(credentials, {}, report.options, interrupted);
  if (witness) {
    witness->settle(std::chrono::seconds(flags.settle));
    witness->fill(report);
  }
  write(report, flags.output);
  if (!flags.keep) {
    if (const std::string fault = clean_up(client, report.options); !fault.empty()) {
      std::cerr << "clusteripctl load: not all could be deleted: " << fault << '\n';
    }
  }
  if (report.figures.all_failed()) {
    return unusable("not one request was carried out; " + report.figures.errors.begin()->first);
  }
  const bool wrong = std::any_of(
      report.findings.begin(), report.findings.end(),
      [](const verify::Finding& finding) { return finding.severity == verify::Severity::kError; });
  return wrong ? kExitFindings : kExitOk;
}

}  // namespace clusterip::ctl
