#include "daemon/options_mirror.hpp"

#include "daemon/mirror/cluster_choice.hpp"
#include "daemon/options_values.hpp"

namespace clusterip::daemon {
namespace {

namespace po = boost::program_options;

constexpr const char* kUsage =
    "Usage: clusteripd mirror [--kubeconfig=FILE [--context=NAME] | --server=URL] [flags]\n\n"
    "Follows the Services, ServiceCIDRs and IPAddresses of a real apiserver, read-only, and reports what is\n"
    "wrong. Without --kubeconfig and --server: the files of $KUBECONFIG, else the service account of the "
    "Pod.\n\n";

// What is written on the command line, before it means anything.
struct Written {
  ClusterChoice cluster;
  std::string ranges;
  std::string bind_address = "127.0.0.1";
  std::string port = "6441";
  std::string certificate;
  std::string key;
  std::string tokens;
  std::vector<std::string> audit_logs;
  std::string audit_port;
  std::string audit_delay = "35s";
  std::string forbidden_delay = "10s";
  std::string audit_window = "100000";
  std::string cache_lag = "10s";
  std::string version = "1.36";
  std::string grace = "30s";
  std::string duplicate_grace = "10s";
  std::string orphan_grace = "60s";
  std::string stale_after = "120s";
  std::string watch_timeout = "60s";
  std::string silence = "90s";
  std::string call_timeout = "120s";
  std::string first_wait = "500ms";
  std::string longest_wait = "30s";
  std::string page_limit = "500";
  std::string line_bytes = "8388608";
  std::string body_bytes = "268435456";
  std::string start_objects = "200000";
  std::string ended = "1000";
  std::string events_per_minute = "60";
  bool paged_lists = false;
  bool kubernetes_events = false;
};

po::options_description describe(Written& to) {
  const auto text = text_flag;
  po::options_description main("Flags");
  main.add_options()("help,h", "print this help")("kubeconfig", text(to.cluster.kubeconfig),
                                                  "kubeconfig file")(
      "context", text(to.cluster.context), "context in it; else its current-context")(
      "server", text(to.cluster.server), "address of the apiserver, in place of a kubeconfig")(
      "token-file", text(to.cluster.token_file),
      "with --server: file with a bearer token; read again when it changes")(
      "certificate-authority", text(to.cluster.certificate_authority),
      "with --server: file with the CA of the apiserver")(
      "insecure-skip-tls-verify", po::bool_switch(&to.cluster.insecure_skip_tls_verify),
      "with --server: trust any apiserver")(
      "service-cluster-ip-range", text(to.ranges),
      "what the apiservers' flag says; then a default ServiceCIDR that differs is reported")(
      "audit-log", po::value<std::vector<std::string>>(&to.audit_logs)->composing(),
      "audit log of an apiserver, followed through rotation; once for each server")(
      "audit-webhook-port", text(to.audit_port),
      "port for audit webhooks; each apiserver posts to a path of its own: /audit/NAME")(
      "kubernetes-events", po::bool_switch(&to.kubernetes_events),
      "write an Event at the objects of each finding that is confirmed or resolved; all else is read-only")(
      "kubernetes-version", text(to.version), "whose rules decisions are judged by: 1.33 to 1.37")(
      "bind-address", text(to.bind_address),
      "address to listen on; other than loopback needs TLS and a token file")(
      "port", text(to.port), "port to listen on; 0: any free one, printed")(
      "tls-cert-file", text(to.certificate), "certificate chain in PEM form")(
      "tls-private-key-file", text(to.key), "its key in PEM form")(
      "token-auth-file", text(to.tokens),
      "bearer tokens of those who may ask, one a line: TOKEN or TOKEN,USER");
  po::options_description limits("Limits");
  limits.add_options()("grace", text(to.grace), "how long a fault must last before it is reported")(
      "audit-delay", text(to.audit_delay),
      "how old a decision is when it is judged; webhooks send in batches")(
      "audit-forbidden-delay", text(to.forbidden_delay),
      "how much later it is judged again before it is called forbidden")(
      "audit-window", text(to.audit_window), "audit events that are kept")(
      "cache-lag", text(to.cache_lag), "the longest delay of an apiserver's caches that counts as allowed")(
      "duplicate-grace", text(to.duplicate_grace), "the same for one address on two Services")(
      "orphan-grace", text(to.orphan_grace), "the same for an IPAddress without its Service")(
      "stale-after", text(to.stale_after), "without a word from the apiserver for so long, not ready")(
      "watch-timeout", text(to.watch_timeout), "how long a watch is asked for")(
      "watch-silence", text(to.silence), "a watch that is silent for longer is dead")(
      "call-timeout", text(to.call_timeout), "for any other answer, in all")(
      "first-retry", text(to.first_wait), "wait after the first fault; doubled with each, times 0.5 to 1.5")(
      "longest-retry", text(to.longest_wait), "up to here")("page-limit", text(to.page_limit),
                                                            "objects in a page of a list")(
      "paged-lists", po::bool_switch(&to.paged_lists),
      "ask for lists in pages even where the server streams them")("max-line-bytes", text(to.line_bytes),
                                                                   "longest event of a watch")(
      "max-answer-bytes", text(to.body_bytes), "largest page of a list")(
      "max-events-per-minute", text(to.events_per_minute), "Kubernetes Events written")(
      "max-start-objects", text(to.start_objects),
      "objects of a cluster that is read where audit events do not tell what there was before")(
      "max-ended-findings", text(to.ended), "findings kept after their end");
  return main.add(limits);
}

ClusterAccess find_cluster(const ClusterChoice& choice) {
  auto chosen = choose_cluster(choice, process_environment());
  if (const auto* why = std::get_if<std::string>(&chosen)) throw OptionError(*why);
  return std::get<ClusterAccess>(std::move(chosen));
}

std::vector<Cidr> default_ranges(const std::string& written) {
  if (written.empty()) return {};
  auto ranges = cluster::read_service_cluster_ip_range(written);
  if (const auto* why = std::get_if<std::string>(&ranges))
    refuse("service-cluster-ip-range", written, "is refused: " + *why);
  const auto& read = std::get<cluster::ServiceClusterIpRange>(ranges);
  std::vector<Cidr> list{read.primary};
  if (read.secondary) list.push_back(*read.secondary);
  return list;
}

std::chrono::seconds whole_seconds(const char* flag, const std::string& value) {
  const auto time = duration(flag, value);
  if (time < std::chrono::seconds(1)) refuse(flag, value, "is less than a second");
  return std::chrono::duration_cast<std::chrono::seconds>(time);
}

void interpret_audit(const Written& written, MirrorModeOptions& options) {
  AuditOptions& audit = options.audit;
  audit.files = written.audit_logs;
  audit.rules.flags = options.mirror.judge.default_ranges;
  const auto version = cluster::version_profile(written.version);
  if (!version) refuse("kubernetes-version", written.version, "is not modelled");
  audit.rules.version = *version;
  audit.rules.cache_lag = cluster::Duration::milliseconds(duration("cache-lag", written.cache_lag).count());
  audit.delay = duration("audit-delay", written.audit_delay);
  audit.forbidden_delay = duration("audit-forbidden-delay", written.forbidden_delay);
  audit.most_requests = number("audit-window", written.audit_window, 1000, 100'000'000);
  if (!written.audit_port.empty()) {
    options.audit_webhook_port = static_cast<int>(number("audit-webhook-port", written.audit_port, 0, 65535));
  }
}

MirrorModeOptions interpret(const Written& written) {
  constexpr std::uint64_t kMany = 1'000'000'000'000;
  const auto span = [](const char* flag, const std::string& value) {
    return cluster::Duration::milliseconds(duration(flag, value).count());
  };
  MirrorModeOptions options;
  options.access = find_cluster(written.cluster);
  MirrorOptions& mirror = options.mirror;
  mirror.judge.default_ranges = default_ranges(written.ranges);
  interpret_audit(written, options);
  mirror.judge.grace = {span("duplicate-grace", written.duplicate_grace),
                        span("orphan-grace", written.orphan_grace), span("grace", written.grace)};
  mirror.most_start_objects = number("max-start-objects", written.start_objects, 0, 100'000'000);
  mirror.judge.most_ended = number("max-ended-findings", written.ended, 0, 1'000'000);
  if (written.kubernetes_events) {
    mirror.events.emplace().per_minute =
        number("max-events-per-minute", written.events_per_minute, 1, 1'000'000);
  }
  mirror.stale_after = whole_seconds("stale-after", written.stale_after);
  mirror.client.call_timeout = whole_seconds("call-timeout", written.call_timeout);
  mirror.client.body_bytes = number("max-answer-bytes", written.body_bytes, 1024, kMany);
  mirror.reflector.page_limit = number("page-limit", written.page_limit, 1, 1'000'000);
  mirror.reflector.watch_timeout = whole_seconds("watch-timeout", written.watch_timeout);
  mirror.reflector.first_wait = duration("first-retry", written.first_wait);
  mirror.reflector.longest_wait = duration("longest-retry", written.longest_wait);
  mirror.reflector.streamed_lists = !written.paged_lists;
  mirror.follow.line_bytes = number("max-line-bytes", written.line_bytes, 1024, kMany);
  mirror.follow.silence = whole_seconds("watch-silence", written.silence);
  options.token_file = written.tokens;
  options.server.bind_address = written.bind_address;
  options.server.port = static_cast<int>(number("port", written.port, 0, 65535));
  options.server.tls_certificate_file = written.certificate;
  options.server.tls_private_key_file = written.key;
  check_exposure(options.server, options.token_file);
  return options;
}

}  // namespace

std::optional<MirrorModeOptions> read_mirror_options(const std::vector<std::string>& arguments) {
  Written written;
  if (!read_flags(describe(written), arguments, kUsage)) return std::nullopt;
  return interpret(written);
}

}  // namespace clusterip::daemon
