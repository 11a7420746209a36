#include "daemon/mirror/audit_files.hpp"

#include <algorithm>
#include <utility>

namespace clusterip::daemon {

AuditFiles::AuditFiles(const std::vector<std::string>& paths, const Limits& limits, AuditInbox& inbox)
    : bytes_at_once_(limits.bytes_at_once), inbox_(inbox) {
  for (const std::string& path : paths) {
    File& file = files_.emplace_back();
    file.tail = std::make_unique<AuditTail>(path, limits.line_bytes);
    file.server = inbox_.server(path);
  }
}

AuditFiles::File* AuditFiles::furthest_behind() {
  File* found = nullptr;
  for (File& file : files_) {
    const bool is_behind =
        found == nullptr || inbox_.told_until(file.server) < inbox_.told_until(found->server);
    if (file.has_more && is_behind) found = &file;
  }
  return found;
}

void AuditFiles::read(File& file) {
  const AuditTail::Sink sink{
      .line = [&](std::uint64_t number, std::string_view line) { inbox_.take(file.server, number, line); },
      .lost = [&](const std::string& why) { inbox_.lose(file.server, why); }};
  file.has_more = file.tail->poll(bytes_at_once_, sink);
}

bool AuditFiles::read() {
  File* const behind = furthest_behind();
  for (File& file : files_) {
    if (&file == behind || !file.has_more) read(file);
  }
  return std::any_of(files_.begin(), files_.end(), [](const File& file) { return file.has_more; });
}

verify::Instant AuditFiles::told_until() const {
  verify::Instant until = verify::kEnd;
  for (const File& file : files_) {
    if (file.has_more) until = std::min(until, inbox_.told_until(file.server));
  }
  return until;
}

void AuditFiles::tell_troubles(const std::function<void(const std::string& trouble)>& tell) {
  for (File& file : files_) {
    const std::string& trouble = file.tail->trouble();
    if (trouble != std::exchange(file.trouble, trouble) && !trouble.empty()) tell(trouble);
  }
}

std::uint64_t AuditFiles::too_long() const {
  std::uint64_t count = 0;
  for (const File& file : files_) count += file.tail->too_long();
  return count;
}

}  // namespace clusterip::daemon
