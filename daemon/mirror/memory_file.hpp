// A text as a file that lies in memory only, for libraries that take certificates and keys by path alone.
// Gone with the object; nothing is ever written to a disk.
#pragma once

#include <string>
#include <string_view>

namespace clusterip::daemon {

class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  // Readable by this process while the object lives; empty when the file could not be made.
  const std::string& path() const { return path_; }

 private:
  int descriptor_ = -1;
  std::string path_;
};

}  // namespace clusterip::daemon
