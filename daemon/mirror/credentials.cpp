#include "daemon/mirror/credentials.hpp"

#include <algorithm>
#include <fstream>

#include "daemon/mirror/run_program.hpp"

namespace clusterip::daemon {
namespace {

// Before a plugin's answer runs out, a new one is asked for.
constexpr std::chrono::seconds kHeadroom{20};

cluster::Instant wall_clock() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

}  // namespace

std::optional<std::string> read_small_file(const std::string& path) {
  constexpr std::size_t kLargest = std::size_t{1} << 20U;
  std::ifstream file(path, std::ios::binary);
  std::string text(kLargest + 1, '\0');
  if (!file || (!file.read(text.data(), static_cast<std::streamsize>(text.size())) && file.bad())) return {};
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargest) return {};
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

Credentials::Credentials(ClusterAccess access, std::chrono::seconds reread)
    : access_(std::move(access)), reread_(reread) {
  identity_ = {access_.token, access_.client_certificate, access_.client_key};
}

std::variant<Identity, std::string> Credentials::current() {
  const std::lock_guard lock(mutex_);
  if (fresh_until_ && Clock::now() < *fresh_until_) return identity_;
  std::string fault;
  if (!access_.token_file.empty()) fault = read_token_file();
  if (fault.empty() && !access_.exec.command.empty()) fault = run_plugin();
  if (!fault.empty()) return fault;
  return identity_;
}

void Credentials::refused() {
  const std::lock_guard lock(mutex_);
  fresh_until_.reset();
}

std::string Credentials::read_token_file() {
  const auto token = read_small_file(access_.token_file);
  if (token && !token->empty()) {
    identity_.bearer = *token;
  } else if (identity_.bearer.empty()) {
    return access_.token_file + (token ? ": the token file is empty" : ": the token file cannot be read");
  }
  fresh_until_ = Clock::now() + reread_;
  return "";
}

std::string Credentials::run_plugin() {
  auto variables = access_.exec.environment;
  variables["KUBERNETES_EXEC_INFO"] = exec_info(access_);
  const auto output = run_program(access_.exec.command, access_.exec.arguments, variables);
  if (const auto* fault = std::get_if<std::string>(&output)) {
    return "exec plugin " + *fault +
           (access_.exec.install_hint.empty() ? "" : "; " + access_.exec.install_hint);
  }
  auto answer = read_exec_credential(std::get<ProgramOutput>(output).text, access_.exec.api_version);
  if (const auto* fault = std::get_if<std::string>(&answer)) {
    return "exec plugin " + access_.exec.command + " " + *fault;
  }
  auto& credential = std::get<ExecCredential>(answer);
  identity_ = {credential.token, {"", credential.certificate}, {"", credential.key}};
  std::chrono::seconds lasts = std::chrono::hours(24);
  if (credential.expires) {
    const auto left = std::chrono::microseconds((*credential.expires - wall_clock()).microseconds);
    lasts =
        std::max(std::chrono::duration_cast<std::chrono::seconds>(left) - kHeadroom, std::chrono::seconds(1));
  }
  fresh_until_ = Clock::now() + lasts;
  return "";
}

}  // namespace clusterip::daemon
