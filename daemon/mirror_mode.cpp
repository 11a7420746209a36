#include "daemon/mirror_mode.hpp"

#include <csignal>
#include <iostream>
#include <mutex>

#include "daemon/http/answers.hpp"
#include "daemon/http/router.hpp"
#include "daemon/mirror/mirror_metrics.hpp"
#include "daemon/mirror/verification_json.hpp"
#include "daemon/options.hpp"

namespace clusterip::daemon {
namespace {

constexpr int kExitOk = 0;
constexpr int kExitUnusable = 3;
constexpr std::string_view kApi = "/apis/clusterip.dev/v1";

cluster::Instant wall_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

// The signals that end the process are waited for by one thread and blocked in all others.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

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

std::optional<HttpResponse> verification(const Mirror& mirror, const HttpRequest& request) {
  const std::string_view path = request.path;
  if (path.substr(0, kApi.size()) != kApi) return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  auto answer = answer_verification(mirror, path.substr(kApi.size()),
                                    [&](const char* name) { return std::string(request.parameter(name)); });
  HttpResponse response;
  response.status = answer.status;
  response.body = std::move(answer.body);
  return response;
}

RouterParts parts_of(Mirror& mirror, TokenFile* tokens) {
  RouterParts parts;
  parts.tokens = tokens;
  parts.extra = [&mirror](const HttpRequest& request) { return verification(mirror, request); };
  parts.live = {{"ping", [] { return std::string(); }}};
  for (std::size_t i = 0; i < kMirroredKinds.size(); ++i) {
    parts.ready.push_back({std::string(resource_name(kMirroredKinds.at(i))),
                           [&mirror, i] { return readiness(mirror.health(), i); }});
  }
  parts.metrics = [&mirror] { return mirror_metrics(mirror); };
  parts.program_version = CLUSTERIP_VERSION;
  return parts;
}

}  // namespace

int run_mirror(const MirrorModeOptions& options) {
  const sigset_t signals = block_signals();
  TokenFile tokens(options.token_file);
  if (!options.token_file.empty()) {
    const std::string fault = tokens.load();
    if (!fault.empty()) throw OptionError("--token-auth-file: " + fault);
  }
  Mirror mirror(options.access, options.mirror, stderr_log());
  const Router router(parts_of(mirror, options.token_file.empty() ? nullptr : &tokens));
  HttpServer server(
      options.server, [&](const HttpRequest& request) { return router.handle(request); }, answer_refusal);
  if (const std::string fault = server.start(); !fault.empty()) {
    std::cerr << "clusteripd mirror: " << fault << '\n';
    return kExitUnusable;
  }
  mirror.start();
  const bool is_v6 = options.server.bind_address.find(':') != std::string::npos;
  std::cout << "serving on " << (options.server.tls_certificate_file.empty() ? "http://" : "https://")
            << (is_v6 ? "[" + options.server.bind_address + "]" : options.server.bind_address) << ':'
            << server.port() << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  std::cerr << "stopping\n";
  mirror.stop();
  server.stop();
  return kExitOk;
}

}  // namespace clusterip::daemon
