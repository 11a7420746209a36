// HTTP for tests: requests with JSON answers, and raw bytes for what no well-behaved client sends.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace clusterip::testing {

struct Answer {
  int status = 0;  // 0: none came
  std::string body;
  std::multimap<std::string, std::string> headers;

  nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
  std::string header(const std::string& name) const;
};

// One keep-alive connection; for one thread.
class HttpClient {
 public:
  explicit HttpClient(int port);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  Answer get(const std::string& path, const std::string& accept = "application/json");
  Answer post(const std::string& path, const nlohmann::json& body);
  Answer put(const std::string& path, const nlohmann::json& body);
  Answer patch(const std::string& path, const nlohmann::json& body, const std::string& content_type);
  Answer erase(const std::string& path, const nlohmann::json& body = nullptr);
  Answer send(const std::string& method, const std::string& path, const std::string& body,
              const std::string& content_type, const std::string& accept = "application/json");

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Sends the bytes as they are; everything that comes back until the server closes, or until it has been
// silent for a while.
std::string exchange_raw(int port, std::string_view bytes, int silence_milliseconds = 300);

}  // namespace clusterip::testing
