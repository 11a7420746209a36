#include "daemon/process.hpp"

#include <chrono>
#include <sys/resource.h>

namespace clusterip::daemon {

cluster::Instant wall_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

void raise_file_limit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  // Where it is refused the old limit holds.
  (void)::setrlimit(RLIMIT_NOFILE, &files);
}

std::string url_of(const ServerOptions& options, int port) {
  const bool is_v6 = options.bind_address.find(':') != std::string::npos;
  return (options.tls_certificate_file.empty() ? "http://" : "https://") +
         (is_v6 ? "[" + options.bind_address + "]" : options.bind_address) + ":" + std::to_string(port);
}

}  // namespace clusterip::daemon
