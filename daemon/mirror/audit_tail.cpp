#include "daemon/mirror/audit_tail.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
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

// What was renamed in the meantime comes first.
bool AuditTail::open(const Sink& sink) {
  while (!missed_.empty()) {
    const std::string path = std::move(missed_.front());
    missed_.pop_front();
    file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ >= 0) return true;
    sink.lost(path + " was gone before it was read");
  }
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

// Files that were written after the one that is open and are not the one of the name any more.
void AuditTail::find_missed(const Sink& sink) {
  namespace fs = std::filesystem;
  struct stat ours {};
  if (fstat(file_, &ours) != 0) return;
  const fs::path named(path_);
  const std::string begin = named.stem().string() + "-";
  std::error_code error;
  std::vector<std::string> found;
  for (const auto& entry :
       fs::directory_iterator(named.has_parent_path() ? named.parent_path() : ".", error)) {
    const std::string name = entry.path().filename().string();
    struct stat other {};
    const bool fits = name.rfind(begin, 0) == 0 && stat(entry.path().c_str(), &other) == 0;
    if (!fits || (other.st_ino == ours.st_ino && other.st_dev == ours.st_dev)) continue;
    const auto time = [](const struct stat& of) { return std::pair(of.st_mtim.tv_sec, of.st_mtim.tv_nsec); };
    if (time(other) <= time(ours)) continue;
    if (entry.path().extension() == named.extension()) {
      found.push_back(entry.path().string());
    } else if (entry.path().extension() == ".gz") {
      sink.lost(entry.path().string() + " was compressed before it was read");
    }
  }
  // The time stamps in the names order them.
  std::sort(found.begin(), found.end());
  missed_.assign(found.begin(), found.end());
}

void AuditTail::take(std::string_view bytes, const Sink& sink) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    if (!skipping_ && carried_.size() + part.size() > longest_line_) {
      skipping_ = true;
      ++too_long_;
      carried_.clear();
      sink.lost(path_ + " has a line of more than " + std::to_string(longest_line_) + " bytes");
    }
    if (end == std::string_view::npos) {
      if (!skipping_) carried_.append(part);
      return;
    }
    bytes.remove_prefix(end + 1);
    ++number_;
    // Most lines lie whole in what was read.
    if (!skipping_ && carried_.empty() && !part.empty()) sink.line(number_, part);
    if (!skipping_ && !carried_.empty()) sink.line(number_, carried_.append(part));
    carried_.clear();
    skipping_ = false;
  }
}

// The open file has no more to give.
void AuditTail::end(bool replaced, const Sink& sink) {
  ++rotations_;
  if (!replaced) {
    sink.lost(path_ + " became shorter");
  } else {
    if (!carried_.empty()) sink.lost(path_ + " was renamed in the middle of a line");
    if (missed_.empty()) find_missed(sink);
  }
  close();
}

bool AuditTail::poll(std::size_t most_bytes, const Sink& sink) {
  if (file_ < 0 && !open(sink)) return false;
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
      end(replaced, sink);
      return true;
    }
    offset_ += static_cast<std::uint64_t>(got);
    taken += static_cast<std::size_t>(got);
    take({buffer.data(), static_cast<std::size_t>(got)}, sink);
  }
  return true;
}

}  // namespace clusterip::daemon
