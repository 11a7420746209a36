// The file of an audit log: whole lines are appended, and a file that has grown too large is put aside.
//
// "-" is standard output, which is never put aside. A file put aside is called NAME-TIME.EXT, with the time
// in its name as upstream's rotation writes it; the oldest ones go. A write that the disk refuses leaves no
// part of a line behind. Used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/cluster/instant.hpp"

namespace clusterip::daemon {

struct AuditFileLimits {
  std::uint64_t most_bytes = 100ULL << 20;  // 0: a file may grow for ever
  std::size_t most_backups = 0;             // 0: all are kept
  cluster::Duration oldest_backup{0};       // 0: at any age
};

class AuditFile {
 public:
  AuditFile(std::string path, const AuditFileLimits& limits);
  ~AuditFile();
  AuditFile(const AuditFile&) = delete;
  AuditFile& operator=(const AuditFile&) = delete;

  // An error text, or "" once the file is open.
  [[nodiscard]] std::string open();
  // All of the lines or, with an error text, none of them.
  [[nodiscard]] std::string append(std::string_view lines, cluster::Instant now);

 private:
  std::string rotate(cluster::Instant now);
  void remove_old_backups(cluster::Instant now) const;

  const std::string path_;
  const AuditFileLimits limits_;
  int file_ = -1;
  bool regular_ = false;  // neither a pipe nor a device: it can be cut back and put aside
  std::uint64_t size_ = 0;
};

}  // namespace clusterip::daemon
