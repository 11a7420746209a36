#include "daemon/http/token_file.hpp"

#include <algorithm>
#include <fstream>

namespace clusterip::daemon {
namespace {

constexpr std::string_view kScheme = "bearer ";
constexpr std::chrono::seconds kLookAgain{10};
constexpr std::string_view kDefaultUser = "system:admin";

bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

}  // namespace

std::string TokenFile::load() {
  const std::lock_guard lock(mutex_);
  std::error_code error;
  const auto written = std::filesystem::last_write_time(path_, error);
  std::ifstream file(path_);
  if (error || !file) return "cannot read token file " + path_;
  std::vector<Entry> entries;
  std::string line;
  while (std::getline(file, line)) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    const std::size_t comma = line.find(',');
    if (comma == 0) return "token file " + path_ + " has a line without a token: \"" + line + "\"";
    entries.push_back({line.substr(0, comma),
                       comma == std::string::npos ? std::string(kDefaultUser) : line.substr(comma + 1)});
  }
  if (entries.empty()) return "token file " + path_ + " holds no token";
  entries_ = std::move(entries);
  written_ = written;
  looked_ = Clock::now();
  return "";
}

std::optional<std::string> TokenFile::user_of(std::string_view authorization) {
  bool stale = false;
  {
    const std::lock_guard lock(mutex_);
    if (Clock::now() - looked_ > kLookAgain) {
      looked_ = Clock::now();
      std::error_code error;
      stale = std::filesystem::last_write_time(path_, error) != written_ && !error;
    }
  }
  // A file that has become unreadable leaves the tokens as they were.
  if (stale) (void)load();
  // The name of the scheme in any case. (authentication/request/bearertoken)
  const std::string_view scheme = authorization.substr(0, kScheme.size());
  const auto alike = [](char written, char lower) {
    return written == lower || (lower != ' ' && static_cast<char>(written | 0x20) == lower);
  };
  if (!std::equal(scheme.begin(), scheme.end(), kScheme.begin(), kScheme.end(), alike)) return std::nullopt;
  const std::string_view token = authorization.substr(kScheme.size());
  const std::lock_guard lock(mutex_);
  std::optional<std::string> user;
  for (const Entry& entry : entries_) {
    if (same(entry.token, token)) user = entry.user;
  }
  return user;
}

}  // namespace clusterip::daemon
