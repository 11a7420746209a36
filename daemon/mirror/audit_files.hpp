// The audit logs of all apiservers, read side by side in the order of time.
//
// Logs may be longer than what is read at once, and one may have more lines for the same minute than another.
// The one that is furthest behind is read first, so that no log runs ahead of the others by more than one
// reading, and what all of them have told of is known. Used by one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/mirror/audit_inbox.hpp"
#include "daemon/mirror/audit_tail.hpp"

namespace clusterip::daemon {

class AuditFiles {
 public:
  struct Limits {
    std::size_t line_bytes = 0;
    std::size_t bytes_at_once = 0;  // of one file
  };

  // The inbox outlives the files.
  AuditFiles(const std::vector<std::string>& paths, const Limits& limits, AuditInbox& inbox);

  // Reads the next part of the file that is furthest behind, and what was added to those that had ended.
  // True: there is more at once.
  bool read();
  // Every file has told of all that was answered by then, as far as it was written when `read` asked last;
  // kEnd when all were read to their end.
  verify::Instant told_until() const;

  // Calls it with each file that came to be unreadable since it was asked last, and why.
  void tell_troubles(const std::function<void(const std::string& trouble)>& tell);
  std::uint64_t too_long() const;

 private:
  struct File {
    std::unique_ptr<AuditTail> tail;
    std::uint32_t server = 0;
    bool has_more = true;
    std::string trouble;  // that was told
  };

  File* furthest_behind();
  void read(File& file);

  const std::size_t bytes_at_once_;
  AuditInbox& inbox_;
  std::vector<File> files_;
};

}  // namespace clusterip::daemon
