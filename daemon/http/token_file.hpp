// Bearer tokens from a file: one line each, TOKEN or TOKEN,USER. The file is read again when it changes.
#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/exchange.hpp"

namespace clusterip::daemon {

class TokenFile {
 public:
  explicit TokenFile(std::string path) : path_(std::move(path)) {}

  // An error text, or "" when the file holds at least one token.
  [[nodiscard]] std::string load();
  // The user of an Authorization header; absent: nobody. Takes equally long for all tokens of one length.
  std::optional<std::string> user_of(std::string_view authorization);

 private:
  struct Entry {
    std::string token;
    std::string user;
  };
  std::string path_;
  std::mutex mutex_;
  std::vector<Entry> entries_;
  std::filesystem::file_time_type written_;
  Clock::time_point looked_;
};

}  // namespace clusterip::daemon
