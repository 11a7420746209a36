// Who the client says it is, kept fresh: a token, a token file that rotates, a credential plugin, client
// certificates.
//
// Tokens in files are read again every few seconds and after each 401; a plugin runs again when its answer
// expires and after each 401. The old token stays in use while a file cannot be read. Any thread may ask.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "daemon/mirror/cluster_access.hpp"
#include "daemon/mirror/exec_credential_json.hpp"

namespace clusterip::daemon {

struct Identity {
  std::string bearer;  // empty: no Authorization header
  PemSource certificate;
  PemSource key;
  friend bool operator==(const Identity&, const Identity&) = default;
};

class Credentials {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Credentials(ClusterAccess access, std::chrono::seconds reread = std::chrono::seconds(10));

  // What to present now. The text says why there is nothing to present.
  std::variant<Identity, std::string> current();
  // The server did not accept what was presented: the next call looks again.
  void refused();

  const ClusterAccess& access() const { return access_; }

 private:
  std::string read_token_file();
  std::string run_plugin();

  const ClusterAccess access_;
  const std::chrono::seconds reread_;
  std::mutex mutex_;
  Identity identity_;
  std::optional<Clock::time_point> fresh_until_;
};

// A file's text without trailing blanks and line ends; absent where it cannot be read or is larger than 1
// MiB.
std::optional<std::string> read_small_file(const std::string& path);

}  // namespace clusterip::daemon
