#include "daemon/options.hpp"

#include <algorithm>

#include <boost/program_options.hpp>

#include "daemon/options_values.hpp"

namespace clusterip::daemon {
namespace {

namespace po = boost::program_options;

constexpr const char* kUsage =
    "Usage: clusteripd serve --service-cluster-ip-range=CIDR[,CIDR] (--data-dir=DIR | --in-memory) "
    "[flags]\n\n"
    "A Kubernetes API server for Services, ServiceCIDRs and IPAddresses.\n\n";
constexpr const char* kNoRange =
    "--service-cluster-ip-range is missing. There is no default, because a range that overlaps the network "
    "around\n"
    "the cluster breaks it in ways that are hard to see. Name the range that Services shall have, and for\n"
    "dual-stack a second one of the other family:\n"
    "  clusteripd serve --service-cluster-ip-range=10.96.0.0/16,fd00:96::/112 --in-memory";

// What is written on the command line, before it means anything.
struct Written {
  std::string ranges;
  std::string bind_address = "127.0.0.1";
  std::string port = "6440";
  std::string data_dir;
  bool in_memory = false;
  std::string controllers = "*";
  std::string certificate;
  std::string key;
  std::string token_file;
  std::string deletion_grace = "10s";
  std::string namespace_grace = "5s";
  std::string repair_interval = "3m";
  std::string head_timeout = "10s";
  std::string body_timeout = "30s";
  std::string idle_timeout = "90s";
  std::string write_timeout = "30s";
  std::string body_bytes = "3145728";
  std::string head_bytes = "65536";
  std::string header_lines = "100";
  std::string connections = "4096";
  std::string queue = "1024";
  std::string watches = "10000";
  std::string watch_log = "100000";
  std::string commit_queue = "16384";
  std::string json_depth = "100";
  std::string audit_path;
  std::string audit_mode = "batch";
  std::string audit_megabytes = "100";
  std::string audit_backups = "0";
  std::string audit_days = "0";
  std::string audit_queue = "67108864";
};

po::options_description describe(Written& to) {
  const auto text = text_flag;
  po::options_description main("Flags");
  main.add_options()("help,h", "print this help")(
      "service-cluster-ip-range", text(to.ranges),
      "one CIDR, or two of different families; the first is the default family")(
      "bind-address", text(to.bind_address),
      "address to listen on; other than loopback needs TLS and a token file")(
      "port", text(to.port), "port to listen on; 0: any free one, printed when ready")(
      "data-dir", text(to.data_dir), "directory of the store")("in-memory", po::bool_switch(&to.in_memory),
                                                               "keep nothing on disk")(
      "controllers", text(to.controllers),
      "which run: * or names; -NAME switches one off. Names: service-cidr, default-service-cidr, "
      "kubernetes-service, repair, namespace")("tls-cert-file", text(to.certificate),
                                               "certificate chain in PEM form")(
      "tls-private-key-file", text(to.key), "its key in PEM form")(
      "token-auth-file", text(to.token_file), "bearer tokens, one a line: TOKEN or TOKEN,USER")(
      "service-cidr-deletion-grace", text(to.deletion_grace),
      "how long a ServiceCIDR outlives the request to delete it, at least")(
      "namespace-deletion-grace", text(to.namespace_grace),
      "how long the contents of a Namespace outlive the request to delete it")(
      "repair-interval", text(to.repair_interval), "how often the repair loop looks at everything");
  po::options_description limits("Limits");
  limits.add_options()("max-body-bytes", text(to.body_bytes), "largest request body; beyond it 413")(
      "max-head-bytes", text(to.head_bytes), "largest request head; beyond it 431")(
      "max-header-lines", text(to.header_lines), "most header lines; beyond it 431")(
      "max-json-depth", text(to.json_depth), "deepest nesting of a body; beyond it 400")(
      "max-connections", text(to.connections), "connections served at once, each by a thread")(
      "max-queued-connections", text(to.queue), "connections that wait for a thread; beyond it 429")(
      "max-watches", text(to.watches), "watches open at once; beyond it they are refused with 429")(
      "max-queued-commits", text(to.commit_queue), "requests that wait for the disk; beyond it 429")(
      "watch-log-events", text(to.watch_log), "events kept for watches that resume; older ones answer 410")(
      "head-timeout", text(to.head_timeout), "for a whole request head")(
      "body-timeout", text(to.body_timeout), "for a whole request body")(
      "idle-timeout", text(to.idle_timeout), "between two requests of a connection")(
      "write-timeout", text(to.write_timeout), "for a client to take an answer");
  po::options_description audit("Audit log");
  audit.add_options()("audit-log-path", text(to.audit_path),
                      "file for audit.k8s.io/v1 events, one a line; - is standard output; without it there "
                      "is no audit log")(
      "audit-log-mode", text(to.audit_mode),
      "batch: a request does not wait for the log; blocking: it is answered after its line is written")(
      "audit-log-maxsize", text(to.audit_megabytes),
      "megabytes of a file before it is put aside; 0: no limit")(
      "audit-log-maxbackup", text(to.audit_backups), "files put aside that are kept; 0: all")(
      "audit-log-maxage", text(to.audit_days), "days that a file put aside is kept; 0: for ever")(
      "audit-log-max-queued-bytes", text(to.audit_queue),
      "what may wait for the disk; beyond it batch drops and counts events, blocking makes requests wait");
  return main.add(limits).add(audit);
}

AuditLogOptions interpret_audit(const Written& written) {
  constexpr std::uint64_t kMany = 1'000'000;
  AuditLogOptions options;
  options.path = written.audit_path;
  if (written.audit_mode != "batch" && written.audit_mode != "blocking") {
    refuse("audit-log-mode", written.audit_mode, "is neither batch nor blocking");
  }
  options.mode = written.audit_mode == "batch" ? AuditMode::kBatch : AuditMode::kBlocking;
  options.file.most_bytes = number("audit-log-maxsize", written.audit_megabytes, 0, kMany) << 20;
  options.file.most_backups = number("audit-log-maxbackup", written.audit_backups, 0, kMany);
  const std::uint64_t days = number("audit-log-maxage", written.audit_days, 0, kMany);
  options.file.oldest_backup = cluster::Duration::seconds(static_cast<std::int64_t>(days) * 24 * 3600);
  options.queued_bytes = number("audit-log-max-queued-bytes", written.audit_queue, 1, kMany << 20);
  return options;
}

ControllerChoice read_controllers(const std::string& value) {
  ControllerChoice choice{false, false, false, false, false};
  const std::pair<std::string_view, bool ControllerChoice::*> names[] = {
      {"service-cidr", &ControllerChoice::service_cidr},
      {"default-service-cidr", &ControllerChoice::default_service_cidr},
      {"kubernetes-service", &ControllerChoice::kubernetes_service},
      {"repair", &ControllerChoice::repair},
      {"namespace", &ControllerChoice::name_space}};
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= value.size();) {
    const std::size_t comma = std::min(value.find(',', at), value.size());
    words.push_back(value.substr(at, comma - at));
    at = comma + 1;
  }
  // A list that only takes away begins with all of them.
  const bool all = std::find(words.begin(), words.end(), "*") != words.end() ||
                   std::all_of(words.begin(), words.end(),
                               [](const std::string& word) { return word.rfind('-', 0) == 0; });
  if (all) choice = {};
  for (const std::string& word : words) {
    if (word == "*") continue;
    const bool off = word.rfind('-', 0) == 0;
    const auto* known = std::find_if(std::begin(names), std::end(names), [&](const auto& entry) {
      return entry.first == (off ? word.substr(1) : word);
    });
    if (known == std::end(names)) {
      refuse("controllers", value,
             "names \"" + word +
                 "\"; there are service-cidr, default-service-cidr, kubernetes-service, repair, namespace");
    }
    choice.*(known->second) = !off;
  }
  return choice;
}

ServeOptions interpret(const Written& written) {
  ServeOptions options;
  if (written.ranges.empty()) throw OptionError(kNoRange);
  auto ranges = cluster::read_service_cluster_ip_range(written.ranges);
  if (const auto* why = std::get_if<std::string>(&ranges)) {
    refuse("service-cluster-ip-range", written.ranges, "is refused: " + *why);
  }
  options.ranges = std::get<cluster::ServiceClusterIpRange>(ranges);
  if (written.in_memory == !written.data_dir.empty()) {
    throw OptionError(written.in_memory
                          ? "--in-memory and --data-dir=\"" + written.data_dir + "\" exclude each other"
                          : "--data-dir is missing: name a directory for the store, or say --in-memory");
  }
  options.data_dir = written.data_dir;
  options.in_memory = written.in_memory;
  options.controllers = read_controllers(written.controllers);
  options.token_file = written.token_file;
  const auto span = [](std::chrono::milliseconds time) {
    return cluster::Duration::milliseconds(time.count());
  };
  options.deletion_grace = span(duration("service-cidr-deletion-grace", written.deletion_grace));
  options.namespace_grace = span(duration("namespace-deletion-grace", written.namespace_grace));
  options.repair_interval = span(duration("repair-interval", written.repair_interval));
  constexpr std::uint64_t kMany = 1'000'000'000;
  options.store.watch_log_events = number("watch-log-events", written.watch_log, 1, kMany);
  options.store.queue = number("max-queued-commits", written.commit_queue, 1, kMany);
  options.json_depth = number("max-json-depth", written.json_depth, 8, 1000);
  options.audit = interpret_audit(written);
  ServerOptions& server = options.server;
  server.bind_address = written.bind_address;
  server.port = static_cast<int>(number("port", written.port, 0, 65535));
  server.tls_certificate_file = written.certificate;
  server.tls_private_key_file = written.key;
  server.most_connections = number("max-connections", written.connections, 1, 100'000);
  server.longest_queue = number("max-queued-connections", written.queue, 0, kMany);
  server.streams.most_streams = number("max-watches", written.watches, 0, kMany);
  ConnectionLimits& limits = server.limits;
  limits.frame.body_bytes = number("max-body-bytes", written.body_bytes, 1024, kMany);
  limits.frame.head_bytes = number("max-head-bytes", written.head_bytes, 1024, kMany);
  limits.frame.header_lines = number("max-header-lines", written.header_lines, 8, kMany);
  limits.head_deadline = duration("head-timeout", written.head_timeout);
  limits.body_deadline = duration("body-timeout", written.body_timeout);
  limits.idle_deadline = duration("idle-timeout", written.idle_timeout);
  limits.write_deadline = duration("write-timeout", written.write_timeout);
  check_exposure(options.server, options.token_file);
  return options;
}

}  // namespace

std::optional<ServeOptions> read_serve_options(const std::vector<std::string>& arguments) {
  Written written;
  const po::options_description flags = describe(written);
  if (!read_flags(flags, arguments, kUsage)) return std::nullopt;
  return interpret(written);
}

}  // namespace clusterip::daemon
