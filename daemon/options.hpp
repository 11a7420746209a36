// The flags of `clusteripd serve`. The only file of the daemon that includes Boost.ProgramOptions is
// options.cpp.
//
// Every limit of the daemon is a flag with a default. What is wrong becomes an OptionError that names the
// flag and the value; main prints it and exits 2.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "daemon/audit/audit_log.hpp"
#include "daemon/http/server.hpp"
#include "daemon/store/store.hpp"
#include "engine/cluster/instant.hpp"
#include "engine/cluster/service_cluster_ip_range.hpp"

namespace clusterip::daemon {

struct OptionError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ControllerChoice {
  bool service_cidr = true;
  bool default_service_cidr = true;
  bool kubernetes_service = true;
  bool repair = true;
  bool name_space = true;
};

struct ServeOptions {
  cluster::ServiceClusterIpRange ranges;
  ServerOptions server;
  std::string token_file;
  std::string data_dir;
  bool in_memory = false;
  ControllerChoice controllers;
  cluster::Duration deletion_grace = cluster::Duration::seconds(10);
  cluster::Duration namespace_grace = cluster::Duration::seconds(5);
  cluster::Duration repair_interval = cluster::Duration::seconds(180);
  StoreLimits store;
  AuditLogOptions audit;
  std::size_t json_depth = 100;
};

// Absent: --help was asked for and has been printed.
std::optional<ServeOptions> read_serve_options(const std::vector<std::string>& arguments);

}  // namespace clusterip::daemon
