#include "daemon/mirror/api_client.hpp"

#include <arpa/inet.h>
#include <array>
#include <ctime>
#include <netdb.h>

#include <httplib.h>

#include "daemon/mirror/memory_file.hpp"

namespace clusterip::daemon {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kRefusalBytes = std::size_t{64} << 10U;

bool is_numeric(const std::string& host) {
  in6_addr binary{};
  return inet_pton(AF_INET, host.c_str(), &binary) == 1 || inet_pton(AF_INET6, host.c_str(), &binary) == 1;
}

// The first address of a host, as text; empty when there is none.
std::string resolve(const std::string& host) {
  if (is_numeric(host)) return host;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return "";
  std::array<char, INET6_ADDRSTRLEN> text{};
  getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  freeaddrinfo(found);
  return text.data();
}

// What the TLS side is made of; a change of any of it needs a new connection.
struct TlsMaterial {
  std::string authority;
  std::string certificate;
  std::string key;
  friend bool operator==(const TlsMaterial&, const TlsMaterial&) = default;
};

std::optional<std::string> pem_text(const PemSource& source, std::string& missing) {
  if (!source.text.empty() || source.file.empty()) return source.text;
  auto text = read_small_file(source.file);
  if (!text) missing = source.file;
  return text;
}

std::variant<TlsMaterial, std::string> read_material(const ClusterAccess& access, const Identity& identity) {
  std::string missing;
  const auto authority = pem_text(access.certificate_authority, missing);
  const auto certificate = pem_text(identity.certificate, missing);
  const auto key = pem_text(identity.key, missing);
  if (!authority || !certificate || !key) return missing + " cannot be read";
  return TlsMaterial{*authority, *certificate, *key};
}

std::optional<cluster::Instant> read_http_date(const std::string& text) {
  std::tm parts{};
  if (strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return std::nullopt;
  return cluster::Instant{static_cast<std::int64_t>(timegm(&parts)) * 1'000'000};
}

ApiAnswer answer_of(const httplib::Response& response) {
  ApiAnswer answer{.status = response.status, .retry_after = {}, .date = {}, .body = {}};
  const std::string wait = response.get_header_value("Retry-After");
  if (!wait.empty() && wait.size() < 7 && wait.find_first_not_of("0123456789") == std::string::npos) {
    answer.retry_after = std::chrono::seconds(std::stoi(wait));
  }
  answer.date = read_http_date(response.get_header_value("Date"));
  return answer;
}

ClientFaultKind fault_kind(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection:
    case httplib::Error::BindIPAddress:
      return ClientFaultKind::kConnect;
    case httplib::Error::ConnectionTimeout:
      return ClientFaultKind::kTimeout;
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification:
      return ClientFaultKind::kTls;
    default:
      return ClientFaultKind::kCut;
  }
}

}  // namespace

struct ApiClient::Connection {
  TlsMaterial material;
  std::unique_ptr<MemoryFile> authority;
  std::unique_ptr<httplib::ClientImpl> http;
};

std::string_view fault_name(ClientFaultKind kind) {
  constexpr std::array<std::string_view, 7> kNames{"credentials", "connect",   "tls",    "timeout",
                                                   "cut",         "too-large", "stopped"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::string encode_query(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kHex[byte >> 4U]);
    out.push_back(kHex[byte & 15U]);
  }
  return out;
}

ApiClient::ApiClient(Credentials& credentials, ClientLimits limits)
    : credentials_(credentials), limits_(limits) {}

ApiClient::~ApiClient() = default;

void ApiClient::stop() {
  stopped_ = true;
  const std::lock_guard lock(connection_mutex_);
  if (connection_) connection_->http->stop();
}

ApiClient::Connection* ApiClient::connect(const Identity& identity, ClientFault& fault) {
  const ClusterAccess& access = credentials_.access();
  TlsMaterial material;
  if (access.tls) {
    auto read = read_material(access, identity);
    if (const auto* missing = std::get_if<std::string>(&read)) {
      fault = {ClientFaultKind::kTls, *missing};
      return nullptr;
    }
    material = std::get<TlsMaterial>(std::move(read));
  }
  if (connection_ && connection_->material == material) return connection_.get();

  auto fresh = std::make_unique<Connection>();
  const std::string name = access.tls_server_name.empty() ? access.host : access.tls_server_name;
  if (!access.tls) {
    fresh->http = std::make_unique<httplib::ClientImpl>(access.host, access.port);
  } else {
    const MemoryFile certificate(material.certificate);
    const MemoryFile key(material.key);
    const bool has_certificate = !material.certificate.empty();
    auto client = std::make_unique<httplib::SSLClient>(
        name, access.port, has_certificate ? certificate.path() : "", has_certificate ? key.path() : "");
    if (!client->is_valid()) {
      fault = {ClientFaultKind::kTls, "the client certificate and its key cannot be used"};
      return nullptr;
    }
    if (!material.authority.empty()) {
      fresh->authority = std::make_unique<MemoryFile>(material.authority);
      client->set_ca_cert_path(fresh->authority->path());
    }
    client->enable_server_certificate_verification(!access.skip_verification);
    if (name != access.host) client->set_hostname_addr_map({{name, resolve(access.host)}});
    fresh->http = std::move(client);
  }
  fresh->material = std::move(material);
  fresh->http->set_tcp_nodelay(true);
  fresh->http->set_keep_alive(true);
  fresh->http->set_url_encode(false);
  fresh->http->set_decompress(true);
  fresh->http->set_connection_timeout(limits_.connect_timeout);
  const std::lock_guard lock(connection_mutex_);
  connection_ = std::move(fresh);
  return connection_.get();
}

// Runs `send` with what the credentials say; once more when the server answers 401 and they have something
// new.
template <class Send>
CallResult ApiClient::with_identity(const Send& send) {
  for (bool again = false;; again = true) {
    auto identity = credentials_.current();
    if (const auto* fault = std::get_if<std::string>(&identity)) {
      return ClientFault{ClientFaultKind::kCredentials, *fault};
    }
    ClientFault fault;
    Connection* connection = connect(std::get<Identity>(identity), fault);
    if (connection == nullptr) return fault;
    if (stopped_) return ClientFault{ClientFaultKind::kStopped, "stopped"};
    CallResult result = send(*connection, std::get<Identity>(identity));
    if (stopped_) return ClientFault{ClientFaultKind::kStopped, "stopped"};
    const auto* answer = std::get_if<ApiAnswer>(&result);
    if (answer == nullptr || answer->status != 401) return result;
    credentials_.refused();
    const auto renewed = credentials_.current();
    if (again || renewed == identity) return result;
  }
}

namespace {

httplib::Request request_of(const ApiCall& call, const ClusterAccess& access, const Identity& identity) {
  httplib::Request request;
  request.method = call.method;
  request.path = access.base_path + call.target;
  request.headers = {{"Accept", "application/json"}, {"User-Agent", "clusterip/mirror"}};
  if (!identity.bearer.empty()) request.headers.emplace("Authorization", "Bearer " + identity.bearer);
  if (access.tls && !access.tls_server_name.empty()) {
    request.headers.emplace("Host", access.tls_server_name + ":" + std::to_string(access.port));
  }
  if (!call.body.empty()) {
    request.body = call.body;
    request.headers.emplace("Content-Type",
                            call.content_type.empty() ? "application/json" : call.content_type);
  }
  return request;
}

}  // namespace

CallResult ApiClient::call(const ApiCall& call) {
  return with_identity([&](Connection& connection, const Identity& identity) -> CallResult {
    httplib::Request request = request_of(call, credentials_.access(), identity);
    if (call.method == "GET") request.headers.emplace("Accept-Encoding", "gzip");
    const Clock::time_point deadline = Clock::now() + limits_.call_timeout;
    std::string body;
    bool too_late = false;
    bool too_large = false;
    request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
      too_late = Clock::now() > deadline;
      too_large = body.size() + size > limits_.body_bytes;
      if (too_late || too_large || stopped_) return false;
      body.append(data, size);
      return true;
    };
    connection.http->set_read_timeout(limits_.read_timeout);
    const Clock::time_point begun = Clock::now();
    httplib::Response response;
    httplib::Error error = httplib::Error::Success;
    if (connection.http->send(request, response, error)) {
      ApiAnswer answer = answer_of(response);
      answer.body = std::move(body);
      return answer;
    }
    const std::string what = call.method + " " + call.target + ": ";
    if (too_large) {
      return ClientFault{ClientFaultKind::kTooLarge,
                         what + "the answer is larger than " + std::to_string(limits_.body_bytes) + " bytes"};
    }
    const bool silent = Clock::now() - begun >= limits_.read_timeout && error == httplib::Error::Read;
    if (too_late || silent) return ClientFault{ClientFaultKind::kTimeout, what + "no answer in time"};
    return ClientFault{fault_kind(error), what + httplib::to_string(error)};
  });
}

CallResult ApiClient::stream(const std::string& target, const StreamSink& sink,
                             std::chrono::seconds silence) {
  return with_identity([&](Connection& connection, const Identity& identity) -> CallResult {
    httplib::Request request = request_of({.target = target}, credentials_.access(), identity);
    ApiAnswer answer;
    bool enough = false;
    Clock::time_point heard = Clock::now();
    request.response_handler = [&](const httplib::Response& response) {
      answer = answer_of(response);
      heard = Clock::now();
      if (answer.ok() && sink.opened) sink.opened(answer);
      return !stopped_;
    };
    request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
      heard = Clock::now();
      if (stopped_) return false;
      if (!answer.ok()) {
        answer.body.append(data, std::min(size, kRefusalBytes - answer.body.size()));
        return answer.body.size() < kRefusalBytes;
      }
      enough = !sink.received({data, size});
      return !enough;
    };
    connection.http->set_read_timeout(silence);
    httplib::Response response;
    httplib::Error error = httplib::Error::Success;
    const bool whole = connection.http->send(request, response, error);
    if (whole || enough || (answer.status != 0 && !answer.ok())) return answer;
    const bool silent = error == httplib::Error::Read && Clock::now() - heard >= silence;
    if (silent) {
      return ClientFault{ClientFaultKind::kTimeout,
                         "GET " + target + ": silent for " + std::to_string(silence.count()) + " s"};
    }
    return ClientFault{fault_kind(error), "GET " + target + ": " + httplib::to_string(error)};
  });
}

}  // namespace clusterip::daemon
