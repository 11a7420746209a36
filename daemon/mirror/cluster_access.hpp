// Where an apiserver is and how a client proves who it is: what a kubeconfig or a Pod's service account says.
//
// Plain values. Files are named, not read, where they may change while the client runs (tokens, and the
// certificates that a cluster rotates); data that stood in the kubeconfig itself is held as text.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace clusterip::daemon {

// PEM from a file or as text; the text wins. Both empty: none.
struct PemSource {
  std::string file;
  std::string text;

  bool empty() const { return file.empty() && text.empty(); }
  friend bool operator==(const PemSource&, const PemSource&) = default;
};

// A program that hands out credentials (client.authentication.k8s.io).
struct ExecPlugin {
  std::string api_version;
  std::string command;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::string install_hint;
  bool provide_cluster_info = false;
  friend bool operator==(const ExecPlugin&, const ExecPlugin&) = default;
};

struct ClusterAccess {
  std::string context;  // how messages name it
  bool tls = true;
  std::string host;  // without brackets
  int port = 443;
  std::string base_path;  // before /api and /apis; empty or "/k8s/clusters/a"
  PemSource certificate_authority;
  bool skip_verification = false;
  std::string tls_server_name;  // the name in the certificate, where it is not the host
  PemSource client_certificate;
  PemSource client_key;
  std::string token;
  std::string token_file;  // wins over the token while it can be read
  ExecPlugin exec;         // no command: none

  // "https://10.96.0.1:443"
  std::string url() const;
};

// Splits "https://host:6443/base" into the fields of `access`; an error text, or "".
[[nodiscard]] std::string set_server(ClusterAccess& access, const std::string& url);

}  // namespace clusterip::daemon
