#include "daemon/audit/audit_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace clusterip::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTimeLength = std::string_view("2006-01-02T15-04-05.000000").size();

std::string error_text(const std::string& what, const std::string& path) {
  return what + " " + path + ": " + std::strerror(errno);
}

// The time stamp of an audit event, with dashes where file names want no colons.
std::string time_in_name(cluster::Instant now) {
  std::string text = cluster::to_text_micro(now);
  text.pop_back();
  std::replace(text.begin(), text.end(), ':', '-');
  return text;
}

fs::path backup_path(const fs::path& path, cluster::Instant now) {
  return path.parent_path() / (path.stem().string() + "-" + time_in_name(now) + path.extension().string());
}

bool is_backup_of(const fs::path& path, const std::string& name) {
  const std::string stem = path.stem().string() + "-";
  const std::string extension = path.extension().string();
  return name.size() == stem.size() + kTimeLength + extension.size() && name.rfind(stem, 0) == 0 &&
         name.compare(name.size() - extension.size(), extension.size(), extension) == 0;
}

}  // namespace

AuditFile::AuditFile(std::string path, const AuditFileLimits& limits)
    : path_(std::move(path)), limits_(limits) {}

AuditFile::~AuditFile() {
  if (file_ > STDERR_FILENO) ::close(file_);
}

std::string AuditFile::open() {
  file_ =
      path_ == "-" ? STDOUT_FILENO : ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file_ < 0) return error_text("cannot open", path_);
  struct stat status {};
  regular_ = path_ != "-" && ::fstat(file_, &status) == 0 && S_ISREG(status.st_mode);
  size_ = regular_ ? static_cast<std::uint64_t>(status.st_size) : 0;
  return "";
}

std::string AuditFile::append(std::string_view lines, cluster::Instant now) {
  if (regular_ && limits_.most_bytes != 0 && size_ != 0 && size_ + lines.size() > limits_.most_bytes) {
    std::string fault = rotate(now);
    if (!fault.empty()) return fault;
  }
  std::size_t written = 0;
  while (written < lines.size()) {
    const ssize_t count = ::write(file_, lines.data() + written, lines.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      std::string fault = error_text("cannot write", path_);
      // What is there ends with a whole line again.
      if (regular_ && written > 0 && ::ftruncate(file_, static_cast<off_t>(size_)) != 0) {
        fault += "; the last line is cut";
      }
      return fault;
    }
    written += static_cast<std::size_t>(count);
  }
  size_ += lines.size();
  return "";
}

std::string AuditFile::rotate(cluster::Instant now) {
  const fs::path backup = backup_path(path_, now);
  if (::rename(path_.c_str(), backup.c_str()) != 0) return error_text("cannot put aside", path_);
  const int full = file_;
  std::string fault = open();
  if (!fault.empty()) {
    file_ = full;
    return fault;
  }
  ::close(full);
  remove_old_backups(now);
  return "";
}

void AuditFile::remove_old_backups(cluster::Instant now) const {
  if (limits_.most_backups == 0 && limits_.oldest_backup.microseconds == 0) return;
  const fs::path path(path_);
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::vector<std::string> backups;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (is_backup_of(path, name)) backups.push_back(std::move(name));
  }
  // Their names order them by time.
  std::sort(backups.begin(), backups.end(), std::greater<>());
  const std::string oldest = backup_path(path, now - limits_.oldest_backup).filename().string();
  for (std::size_t i = 0; i < backups.size(); ++i) {
    const bool one_too_many = limits_.most_backups != 0 && i >= limits_.most_backups;
    const bool too_old = limits_.oldest_backup.microseconds != 0 && backups[i] < oldest;
    // One that cannot be removed now is tried again at the next rotation.
    if (one_too_many || too_old) fs::remove(folder / backups[i], error);
  }
}

}  // namespace clusterip::daemon
