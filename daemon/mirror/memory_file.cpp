#include "daemon/mirror/memory_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

namespace clusterip::daemon {

MemoryFile::MemoryFile(std::string_view text) : descriptor_(memfd_create("pem", MFD_CLOEXEC)) {
  while (descriptor_ >= 0 && !text.empty()) {
    const ssize_t written = write(descriptor_, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (descriptor_ >= 0) path_ = "/proc/self/fd/" + std::to_string(descriptor_);
}

MemoryFile::~MemoryFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace clusterip::daemon
