// clusteripctl replay: could upstream have answered so?
#include <iostream>

#include "daemon/api/audit_reader.hpp"
#include "daemon/observe/replay_report.hpp"
#include "daemon/observe/text_line.hpp"
#include "tools/clusteripctl/command.hpp"
#include "tools/clusteripctl/common_flags.hpp"
#include "tools/clusteripctl/load_state.hpp"
#include "tools/clusteripctl/options.hpp"
#include "tools/clusteripctl/progress.hpp"

namespace clusterip::ctl {
namespace {

constexpr const char* kUsage =
    "clusteripctl replay [flags] FILE…\n\n"
    "FILE is an audit log (audit.k8s.io/v1, one JSON object a line) of one apiserver; give the logs of all\n"
    "apiservers of the cluster. gzip is unpacked, and \"-\" is standard input. The audit policy needs level\n"
    "RequestResponse for writes of services, servicecidrs and ipaddresses, the servers' own included.\n"
    "Exit codes: 0 no forbidden decision and no error finding, 1 some, 2 usage, 3 some input could not be "
    "read";

struct ReplayFlags {
  std::string output = "table";
  std::string start;
  std::string cache_lag = "10s";
  std::string version = "auto";
  std::string service_range;
  std::string colour = "auto";
  bool quiet = false;
  std::uint64_t max_line_bytes = daemon::kDefaultMaxLineBytes;
  std::uint64_t max_depth = 64;
  std::uint64_t max_problems = 20;
  std::uint64_t max_shown = 20;
  std::uint64_t max_alike = daemon::ReportStyle{}.most_alike;
};

void declare(Options& options, ReplayFlags& flags) {
  options.choice("output,o", flags.output, {"table", "json", "jsonl", "junit", "sarif", "yaml"},
                 "form of the report");
  options.text("start", flags.start, "a dump of the cluster as it was before the first line");
  options.text("cache-lag", flags.cache_lag,
               "the longest delay of an apiserver's caches that still counts as allowed: 10s, 500ms, 1m");
  options.text("kubernetes-version", flags.version,
               "whose rules hold: 1.33 to 1.37; auto: what the servers call themselves, else 1.36");
  options.text("service-cluster-ip-range", flags.service_range, "the apiservers' flag, where it is known");
  options.flag("quiet", flags.quiet, "what is wrong alone, and no notes on standard error");
  options.choice("color", flags.colour, {"auto", "always", "never"}, "colours in the table");
  options.number("max-line-bytes", flags.max_line_bytes, "the longest line that is read");
  options.number("max-depth", flags.max_depth, "the deepest nesting of a line's JSON");
  options.number("max-problems", flags.max_problems, "problems that are shown");
  options.number("max-shown", flags.max_shown, "decisions of each verdict that the table shows");
  options.number("max-alike", flags.max_alike,
                 "notes alike that the table shows one by one, not as one line");
}

cluster::Duration read_duration(const std::string& text) {
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  const std::string unit = text.substr(digits);
  const std::int64_t factor = unit == "ms"                  ? 1'000
                              : unit == "s" || unit.empty() ? 1'000'000
                              : unit == "m"                 ? 60'000'000
                                                            : 0;
  // A day is more than any cache lags; larger numbers are typing mistakes.
  constexpr std::size_t kMostDigits = 8;
  if (digits == 0 || digits > kMostDigits || factor == 0) {
    throw OptionError("--cache-lag: \"" + text + "\" is no duration, such as 10s, 500ms or 1m");
  }
  return {std::stoll(text.substr(0, digits)) * factor};
}

// Collects a dump as the state before the first line.
class StartBuilder final : public api::DumpVisitor {
 public:
  explicit StartBuilder(verify::StartState& state) : state_(state) {}

  void visit(const cluster::Service& service, const api::DumpPlace&) override { state_.add(service); }
  void visit(const cluster::ServiceCidr& range, const api::DumpPlace&) override { state_.add(range); }
  void visit(const cluster::IpAddress& address, const api::DumpPlace&) override { state_.add(address); }

 private:
  verify::StartState& state_;
};

class Reader {
 public:
  explicit Reader(const ReplayFlags& flags) : flags_(flags) {
    limits_.max_line_bytes = flags.max_line_bytes;
    limits_.max_depth = static_cast<int>(std::min<std::uint64_t>(flags.max_depth, 1'000));
    limits_.max_problems = flags.max_problems;
  }

  void read_log(const std::string& file) {
    const auto source = open(file);
    if (!source) return;
    api::read_audit_log(*source, reading, limits_);
  }

  void read_start(const std::string& file) {
    const auto source = open(file);
    if (!source) return;
    StartBuilder builder(reading.record.start.emplace());
    api::DumpLimits limits;
    limits.max_problems = flags_.max_problems;
    const api::DumpOutcome outcome = api::read_dump(*source, limits, builder);
    for (const std::string& text : outcome.problems) problem(text);
  }

  // Says what could not be read.
  void finish() {
    for (const api::AuditProblem& one : reading.problems) problem(one.message());
    const std::uint64_t more = reading.problem_count - reading.problems.size();
    if (more > 0) problem(std::to_string(more) + " more problems");
    if (reading.lines == 0 && unread.empty()) problem("the input holds no line");
  }

  api::AuditReading reading;
  std::vector<std::string> unread;

 private:
  std::unique_ptr<daemon::ByteSource> open(const std::string& file) {
    auto opened = daemon::open_source(file);
    if (const auto* reason = std::get_if<std::string>(&opened)) {
      problem(file + ": " + *reason);
      return nullptr;
    }
    return with_progress(std::get<std::unique_ptr<daemon::ByteSource>>(std::move(opened)));
  }
  void problem(const std::string& text) {
    std::cerr << "clusteripctl replay: " << daemon::harmless(text) << '\n';
    unread.push_back(text);
  }

  const ReplayFlags& flags_;
  api::AuditLimits limits_;
};

// The version that the record shows.
cluster::VersionProfile shown_version(const api::AuditReading& reading, std::string& words) {
  if (const auto said = cluster::version_profile(reading.server_version)) {
    words = said->name + " (as the servers say)";
    return *said;
  }
  if (reading.prints_go_syntax) {
    words = "1.33 (by the form of its messages)";
    return *cluster::version_profile("1.33");
  }
  words = std::string(kDefaultKubernetesVersion) + " (assumed)";
  return cluster::default_version_profile();
}

}  // namespace

int run_replay(const std::vector<std::string>& arguments) {
  ReplayFlags flags;
  Options options(kUsage);
  declare(options, flags);
  const auto files = options.read(arguments);
  if (!files) return kExitOk;
  if (files->empty()) throw OptionError("no FILE is given; \"-\" is standard input");
  verify::ReplayOptions rules;
  rules.cache_lag = read_duration(flags.cache_lag);
  const bool version_is_shown = flags.version == "auto";
  rules.version =
      version_is_shown ? cluster::default_version_profile() : read_kubernetes_version(flags.version);
  rules.flags = read_service_ranges(flags.service_range, rules.version);

  Reader reader(flags);
  for (const std::string& file : *files) reader.read_log(file);
  if (!flags.start.empty()) reader.read_start(flags.start);
  reader.finish();

  daemon::ReplayReport report;
  report.version = flags.version;
  if (version_is_shown) rules.version = shown_version(reader.reading, report.version);
  const std::size_t repeated = verify::put_in_order(reader.reading.record);
  const verify::History history(reader.reading.record, rules);
  report.history = &history;
  report.decisions = verify::judge_all(history);
  report.findings = verify::find_faults(history);
  report.skipped = std::move(reader.reading.skipped);
  if (repeated > 0) report.skipped["events that came twice"] = repeated;
  report.unread = std::move(reader.unread);

  daemon::ReplayStyle style;
  style.format = *daemon::read_report_format(flags.output);
  style.colour = wants_colour(flags.colour);
  style.quiet = flags.quiet;
  style.most_alike = flags.max_alike;
  style.shown = flags.max_shown;
  daemon::write_replay(report, style, std::cout);

  if (!report.unread.empty()) return kExitUnreadable;
  const bool wrong =
      report.count(verify::Verdict::kForbidden) > 0 || report.count(verify::Severity::kError) > 0;
  return wrong ? kExitFindings : kExitOk;
}

}  // namespace clusterip::ctl
