#include "daemon/mirror/exec_credential_json.hpp"

#include <nlohmann/json.hpp>

#include "daemon/api/json_member.hpp"

namespace clusterip::daemon {
namespace {

using Json = nlohmann::json;
using api::text_of;

}  // namespace

std::string exec_info(const ClusterAccess& access) {
  Json info{{"apiVersion", access.exec.api_version},
            {"kind", "ExecCredential"},
            {"spec", {{"interactive", false}}}};
  if (access.exec.provide_cluster_info) {
    Json& cluster = info["spec"]["cluster"];
    cluster["server"] = access.url();
    if (!access.tls_server_name.empty()) cluster["tls-server-name"] = access.tls_server_name;
    if (access.skip_verification) cluster["insecure-skip-tls-verify"] = true;
  }
  return info.dump();
}

std::variant<ExecCredential, std::string> read_exec_credential(std::string_view text,
                                                               const std::string& api_version) {
  const Json answer = Json::parse(text, nullptr, false);
  if (!answer.is_object() || text_of(answer, "kind") != "ExecCredential")
    return "did not print an ExecCredential";
  if (text_of(answer, "apiVersion") != api_version) {
    return "answered with apiVersion \"" + text_of(answer, "apiVersion") + "\", asked for \"" + api_version +
           "\"";
  }
  const auto status = answer.find("status");
  if (status == answer.end() || !status->is_object()) return "answered without a status";
  ExecCredential credential{text_of(*status, "token"), text_of(*status, "clientCertificateData"),
                            text_of(*status, "clientKeyData"), std::nullopt};
  if (credential.token.empty() && credential.certificate.empty())
    return "answered without token and certificate";
  if (credential.certificate.empty() != credential.key.empty())
    return "answered with half of certificate and key";
  if (const std::string expires = text_of(*status, "expirationTimestamp"); !expires.empty()) {
    credential.expires = cluster::read_instant(expires);
    if (!credential.expires) return "answered with expirationTimestamp \"" + expires + "\", which is no time";
  }
  return credential;
}

}  // namespace clusterip::daemon
