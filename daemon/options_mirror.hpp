// The flags of `clusteripd mirror`. See options.hpp for what becomes of wrong ones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/http/server.hpp"
#include "daemon/mirror/audit_judge.hpp"
#include "daemon/mirror/mirror.hpp"

namespace clusterip::daemon {

struct MirrorModeOptions {
  ClusterAccess access;
  MirrorOptions mirror;
  AuditOptions audit;
  std::optional<int> audit_webhook_port;  // 0: any free one
  ServerOptions server;

  bool has_audit() const { return audit_webhook_port.has_value() || !audit.files.empty(); }
  std::string token_file;  // of those who may ask us
};

// Absent: --help was asked for and has been printed.
std::optional<MirrorModeOptions> read_mirror_options(const std::vector<std::string>& arguments);

}  // namespace clusterip::daemon
