#include "daemon/mirror_mode.hpp"

#include <csignal>
#include <iostream>
#include <mutex>

#include "daemon/http/answers.hpp"
#include "daemon/http/router.hpp"
#include "daemon/mirror/mirror_metrics.hpp"
#include "daemon/mirror/verification_json.hpp"
#include "daemon/options.hpp"
#include "daemon/process.hpp"

namespace clusterip::daemon {
namespace {

constexpr std::string_view kApi = kVerificationApi;

// Lines of several threads, each whole.
MirrorLog stderr_log() {
  return [](std::string_view severity, const std::string& line) {
    static std::mutex mutex;
    std::string clean = line;
    for (char& c : clean) {
      if (c >= 0 && c < ' ') c = ' ';
    }
    const std::lock_guard lock(mutex);
    std::cerr << cluster::to_text_micro(wall_clock()) << ' ' << severity << ' ' << clean << '\n';
  };
}

std::string readiness(const MirrorHealth& health, std::size_t kind) {
  const KindHealth& one = health.kinds.at(kind);
  if (one.status.in_step) return "";
  if (one.status.trouble) {
    return std::string(fault_name(one.status.trouble->kind)) + ": " + one.status.trouble->message;
  }
  return one.ever_heard ? "not in step" : "not heard yet";
}

std::optional<HttpResponse> verification(const Mirror& mirror, const AuditJudge* audit,
                                         const HttpRequest& request) {
  const std::string_view path = request.path;
  if (path.substr(0, kApi.size()) != kApi) return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  auto answer = answer_verification(mirror, audit, path.substr(kApi.size()),
                                    [&](const char* name) { return std::string(request.parameter(name)); });
  HttpResponse response;
  response.status = answer.status;
  response.body = std::move(answer.body);
  response.content_type = std::move(answer.content_type);
  return response;
}

RouterParts parts_of(Mirror& mirror, const AuditJudge* audit, TokenFile* tokens) {
  RouterParts parts;
  parts.tokens = tokens;
  parts.extra = [&mirror, audit](const HttpRequest& request) { return verification(mirror, audit, request); };
  parts.live = {{"ping", [] { return std::string(); }}};
  for (std::size_t i = 0; i < kMirroredKinds.size(); ++i) {
    parts.ready.push_back({std::string(resource_name(kMirroredKinds.at(i))),
                           [&mirror, i] { return readiness(mirror.health(), i); }});
  }
  parts.metrics = [&mirror, audit] { return mirror_metrics(mirror, audit); };
  parts.program_version = CLUSTERIP_VERSION;
  return parts;
}

// POST /audit/NAME, as the webhook back end of apiserver NAME sends it.
HttpResponse receive_audit(AuditJudge& audit, TokenFile* tokens, const HttpRequest& request) {
  constexpr std::string_view kPath = "/audit/";
  if (tokens != nullptr && !tokens->user_of(request.header("Authorization"))) {
    return answer_status(api::generic(401, "Unauthorized", "Unauthorized"));
  }
  if (request.path.size() <= kPath.size() || request.path.compare(0, kPath.size(), kPath) != 0) {
    return answer_status(
        api::generic(404, "NotFound", "audit events go to /audit/NAME, a NAME for each apiserver"));
  }
  if (request.method != "POST") {
    return answer_status(api::generic(405, "MethodNotAllowed", "audit events are posted"));
  }
  const std::string fault = audit.receive(request.path.substr(kPath.size()), request.body);
  // A server repeats what was refused, without end; what cannot be read is counted and answered as taken.
  return answer_text(200, fault.empty() ? "ok\n" : fault + "\n");
}

std::unique_ptr<HttpServer> audit_server(const MirrorModeOptions& options, AuditJudge& audit,
                                         TokenFile* tokens) {
  constexpr std::size_t kLargestBatch = std::size_t{64} << 20U;
  ServerOptions server = options.server;
  server.port = *options.audit_webhook_port;
  server.limits.frame.body_bytes = kLargestBatch;
  return std::make_unique<HttpServer>(
      server, [&audit, tokens](const HttpRequest& request) { return receive_audit(audit, tokens, request); },
      answer_refusal);
}

int refuse_start(const std::string& fault) {
  std::cerr << "clusteripd mirror: " << fault << '\n';
  return kExitUnusable;
}

}  // namespace

int run_mirror(const MirrorModeOptions& options) {
  const sigset_t signals = block_signals();
  TokenFile token_file(options.token_file);
  if (!options.token_file.empty()) {
    const std::string fault = token_file.load();
    if (!fault.empty()) throw OptionError("--token-auth-file: " + fault);
  }
  TokenFile* tokens = options.token_file.empty() ? nullptr : &token_file;
  const MirrorLog log = stderr_log();
  Mirror mirror(options.access, options.mirror, log);
  std::unique_ptr<AuditJudge> audit;
  if (options.has_audit()) {
    AuditOptions judging = options.audit;
    judging.read_start = [&mirror] { return mirror.read_start(); };
    audit = std::make_unique<AuditJudge>(std::move(judging), log);
    mirror.on_change([&](const SeenChange& change) {
      audit->saw(change, wall_clock() + mirror.cluster().clock_offset());
    });
  }
  const Router router(parts_of(mirror, audit.get(), tokens));
  HttpServer server(
      options.server, [&](const HttpRequest& request) { return router.handle(request); }, answer_refusal);
  if (const std::string fault = server.start(); !fault.empty()) return refuse_start(fault);
  std::unique_ptr<HttpServer> webhook;
  if (options.audit_webhook_port) {
    webhook = audit_server(options, *audit, tokens);
    if (const std::string fault = webhook->start(); !fault.empty())
      return refuse_start("--audit-webhook-port: " + fault);
    log("info", "audit webhooks go to " + url_of(options.server, webhook->port()) + "/audit/NAME");
  }
  mirror.start();
  if (audit) audit->start();
  std::cout << "serving on " << url_of(options.server, server.port()) << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  std::cerr << "stopping\n";
  mirror.stop();
  if (audit) audit->stop();
  if (webhook) webhook->stop();
  server.stop();
  return kExitOk;
}

}  // namespace clusterip::daemon
