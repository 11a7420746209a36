#include "daemon/mirror/audit_tail.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace clusterip::daemon {

AuditTail::~AuditTail() {
  close();
}

void AuditTail::close() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
  offset_ = 0;
  carried_.clear();
  skipping_ = false;
}

bool AuditTail::open() {
  file_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  trouble_ = file_ >= 0 ? "" : path_ + ": " + std::strerror(errno);
  return file_ >= 0;
}

bool AuditTail::is_replaced() const {
  struct stat ours {};
  struct stat named {};
  if (fstat(file_, &ours) != 0 || stat(path_.c_str(), &named) != 0) return false;
  return ours.st_ino != named.st_ino || ours.st_dev != named.st_dev;
}

void AuditTail::take(std::string_view bytes,
                     const std::function<void(std::uint64_t, std::string_view)>& line) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (!skipping_ && carried_.size() + part.size() > longest_line_) {
      skipping_ = true;
      ++too_long_;
      carried_.clear();
    }
    if (!skipping_) carried_.append(part);
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    ++number_;
    if (!skipping_ && !carried_.empty()) line(number_, carried_);
    carried_.clear();
    skipping_ = false;
  }
}

bool AuditTail::poll(std::size_t most_bytes,
                     const std::function<void(std::uint64_t, std::string_view)>& line) {
  if (file_ < 0 && !open()) return false;
  // Asked for before the reading: what is written to a file after it was renamed is still read below.
  const bool replaced = is_replaced();
  std::vector<char> buffer(std::size_t{1} << 18U);
  for (std::size_t taken = 0; taken < most_bytes;) {
    const ssize_t got = pread(file_, buffer.data(), buffer.size(), static_cast<off_t>(offset_));
    if (got < 0) trouble_ = path_ + ": " + std::strerror(errno);
    if (got <= 0) {
      struct stat now {};
      const bool shorter = fstat(file_, &now) == 0 && static_cast<std::uint64_t>(now.st_size) < offset_;
      if (!replaced && !shorter) return false;
      ++rotations_;
      close();
      return true;
    }
    offset_ += static_cast<std::uint64_t>(got);
    taken += static_cast<std::size_t>(got);
    take({buffer.data(), static_cast<std::size_t>(got)}, line);
  }
  return true;
}

}  // namespace clusterip::daemon
