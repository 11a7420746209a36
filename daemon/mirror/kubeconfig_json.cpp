#include "daemon/mirror/kubeconfig_json.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "daemon/api/yaml_json.hpp"
#include "daemon/mirror/base64.hpp"

namespace clusterip::daemon {
namespace {

using Json = nlohmann::json;

struct Refused {
  std::string reason;
};

// A named entry of clusters, users or contexts, and the file it stands in.
struct Entry {
  const KubeconfigFile* file = nullptr;
  const Json* body = nullptr;
  std::string where;  // "users[admin].user"

  [[noreturn]] void refuse(const std::string& field, const std::string& reason) const {
    throw Refused{file->path + ": " + where + "." + field + " " + reason};
  }

  const Json* member(const char* field) const {
    const auto found = body->find(field);
    return found == body->end() || found->is_null() ? nullptr : &*found;
  }
  std::string text(const char* field) const {
    const Json* value = member(field);
    if (value == nullptr) return "";
    if (!value->is_string()) refuse(field, "is no text: " + value->dump());
    return value->get<std::string>();
  }
  bool boolean(const char* field) const {
    const Json* value = member(field);
    if (value == nullptr) return false;
    if (!value->is_boolean()) refuse(field, "is neither true nor false: " + value->dump());
    return value->get<bool>();
  }
  std::string path(const char* field) const {
    const std::filesystem::path written = text(field);
    if (written.empty() || written.is_absolute()) return written;
    return std::filesystem::path(file->path).parent_path() / written;
  }
  PemSource pem(const std::string& field) const {
    PemSource source{path(field.c_str()), ""};
    const std::string data = text((field + "-data").c_str());
    if (data.empty()) return source;
    const auto decoded = decode_base64(data);
    if (!decoded) refuse(field + "-data", "is not base64");
    return {"", *decoded};
  }
};

// The entry of that name in the first file that has one.
std::optional<Entry> find_entry(const std::vector<KubeconfigFile>& files, const char* list, const char* inner,
                                const std::string& name) {
  for (const KubeconfigFile& file : files) {
    const auto found = file.content.find(list);
    if (found == file.content.end() || found->is_null()) continue;
    if (!found->is_array()) throw Refused{file.path + ": " + list + " is no list"};
    for (const Json& element : *found) {
      if (!element.is_object() || element.value("name", Json()) != Json(name)) continue;
      const auto body = element.find(inner);
      const std::string where = std::string(list) + "[" + name + "]." + inner;
      if (body == element.end() || !body->is_object())
        throw Refused{file.path + ": " + where + " is missing"};
      return Entry{&file, &*body, where};
    }
  }
  return std::nullopt;
}

std::string names_of(const std::vector<KubeconfigFile>& files, const char* list) {
  std::string names;
  for (const KubeconfigFile& file : files) {
    const auto found = file.content.find(list);
    if (found == file.content.end() || !found->is_array()) continue;
    for (const Json& element : *found) {
      if (!element.is_object() || !element.contains("name") || !element["name"].is_string()) continue;
      names += (names.empty() ? "" : ", ") + element["name"].get<std::string>();
    }
  }
  return names.empty() ? "none" : names;
}

std::string current_context(const std::vector<KubeconfigFile>& files) {
  for (const KubeconfigFile& file : files) {
    const auto found = file.content.find("current-context");
    if (found == file.content.end() || found->is_null()) continue;
    if (!found->is_string()) throw Refused{file.path + ": current-context is no text: " + found->dump()};
    auto name = found->get<std::string>();
    if (!name.empty()) return name;
  }
  throw Refused{(files.empty() ? std::string("kubeconfig") : files.front().path) +
                ": current-context is not set; name one with --context, of: " + names_of(files, "contexts")};
}

void read_cluster(const Entry& cluster, ClusterAccess& access) {
  const std::string server = cluster.text("server");
  if (server.empty()) cluster.refuse("server", "is missing");
  if (const std::string fault = set_server(access, server); !fault.empty()) cluster.refuse("server", fault);
  if (!cluster.text("proxy-url").empty()) {
    cluster.refuse("proxy-url", "is not supported: \"" + cluster.text("proxy-url") + "\"");
  }
  access.certificate_authority = cluster.pem("certificate-authority");
  access.skip_verification = cluster.boolean("insecure-skip-tls-verify");
  access.tls_server_name = cluster.text("tls-server-name");
  if (access.skip_verification && !access.certificate_authority.empty()) {
    cluster.refuse("insecure-skip-tls-verify", "contradicts the certificate-authority beside it");
  }
}

ExecPlugin read_exec(const Entry& user) {
  const Json* value = user.member("exec");
  if (!value->is_object()) user.refuse("exec", "is no object");
  const Entry exec{user.file, value, user.where + ".exec"};
  ExecPlugin plugin;
  plugin.command = exec.text("command");
  if (plugin.command.empty()) exec.refuse("command", "is missing");
  // A command with a folder in it is meant from the folder of the file; a bare name is looked up in PATH.
  if (plugin.command.find('/') != std::string::npos) plugin.command = exec.path("command");
  plugin.api_version = exec.text("apiVersion");
  if (plugin.api_version != "client.authentication.k8s.io/v1" &&
      plugin.api_version != "client.authentication.k8s.io/v1beta1") {
    exec.refuse("apiVersion",
                "is not client.authentication.k8s.io/v1 or v1beta1: \"" + plugin.api_version + "\"");
  }
  plugin.install_hint = exec.text("installHint");
  plugin.provide_cluster_info = exec.boolean("provideClusterInfo");
  if (exec.text("interactiveMode") == "Always") exec.refuse("interactiveMode", "Always needs a terminal");
  if (const Json* arguments = exec.member("args")) {
    if (!arguments->is_array()) exec.refuse("args", "is no list");
    for (const Json& argument : *arguments) {
      if (!argument.is_string()) exec.refuse("args", "holds what is no text: " + argument.dump());
      plugin.arguments.push_back(argument);
    }
  }
  if (const Json* variables = exec.member("env")) {
    if (!variables->is_array()) exec.refuse("env", "is no list");
    for (const Json& variable : *variables) {
      if (!variable.is_object()) exec.refuse("env", "holds what is no object: " + variable.dump());
      const Entry pair{user.file, &variable, exec.where + ".env[]"};
      plugin.environment[pair.text("name")] = pair.text("value");
    }
  }
  return plugin;
}

void read_user(const Entry& user, ClusterAccess& access) {
  if (user.member("auth-provider") != nullptr) {
    user.refuse("auth-provider", "is not supported (kubectl dropped it too); use exec");
  }
  if (!user.text("username").empty())
    user.refuse("username", "is not supported; apiservers no longer take passwords");
  access.client_certificate = user.pem("client-certificate");
  access.client_key = user.pem("client-key");
  if (access.client_certificate.empty() != access.client_key.empty()) {
    user.refuse(access.client_key.empty() ? "client-key" : "client-certificate",
                "is missing beside the other");
  }
  access.token = user.text("token");
  access.token_file = user.path("tokenFile");
  if (user.member("exec") != nullptr) access.exec = read_exec(user);
}

}  // namespace

std::variant<ClusterAccess, std::string> read_kubeconfig(const std::vector<KubeconfigFile>& files,
                                                         const std::string& context) {
  try {
    for (const KubeconfigFile& file : files) {
      if (!file.content.is_object()) return file.path + ": is no kubeconfig";
    }
    ClusterAccess access;
    access.context = context.empty() ? current_context(files) : context;
    const auto chosen = find_entry(files, "contexts", "context", access.context);
    if (!chosen) {
      throw Refused{"context \"" + access.context +
                    "\" is in no kubeconfig; there are: " + names_of(files, "contexts")};
    }
    const std::string cluster_name = chosen->text("cluster");
    const auto cluster = find_entry(files, "clusters", "cluster", cluster_name);
    if (!cluster) chosen->refuse("cluster", "names \"" + cluster_name + "\", which is in no kubeconfig");
    read_cluster(*cluster, access);
    const std::string user_name = chosen->text("user");
    if (user_name.empty()) return access;
    const auto user = find_entry(files, "users", "user", user_name);
    if (!user) chosen->refuse("user", "names \"" + user_name + "\", which is in no kubeconfig");
    read_user(*user, access);
    return access;
  } catch (const Refused& refused) {
    return refused.reason;
  }
}

std::variant<ClusterAccess, std::string> load_kubeconfig(const std::vector<std::string>& paths,
                                                         const std::string& context, bool skip_missing) {
  constexpr std::size_t kLargest = std::size_t{16} << 20U;
  std::vector<KubeconfigFile> files;
  for (const std::string& path : paths) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      if (skip_missing && !std::filesystem::exists(path)) continue;
      return path + ": cannot be opened";
    }
    std::string text(kLargest + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.gcount() > static_cast<std::streamsize>(kLargest)) return path + ": is larger than 16 MiB";
    if (file.bad() || (file.gcount() == 0 && std::filesystem::is_directory(path)))
      return path + ": cannot be read";
    text.resize(static_cast<std::size_t>(file.gcount()));
    auto documents = api::read_yaml(text, {.nodes = 200'000, .depth = 32});
    if (const auto* fault = std::get_if<api::YamlError>(&documents)) {
      return path + ":" + std::to_string(fault->line) + ": " + fault->reason;
    }
    auto& read = std::get<0>(documents);
    if (read.empty() || read.front().is_null()) continue;
    files.push_back({path, std::move(read.front())});
  }
  if (files.empty())
    return (paths.empty() ? std::string("kubeconfig") : paths.front()) + ": holds no configuration";
  return read_kubeconfig(files, context);
}

}  // namespace clusterip::daemon
