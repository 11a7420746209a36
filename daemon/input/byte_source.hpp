// Bytes from a file, from standard input ("-") or from a gzip file, a piece at a time.
//
// gzip is known by its first bytes, whatever the file is called. Memory is a fixed buffer, however large the
// file. A failure ends the input and stays readable; nothing throws.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <variant>

namespace clusterip::daemon {

class ByteSource {
 public:
  explicit ByteSource(std::string name) : name_(std::move(name)) {}
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  // Puts the next bytes at `to`, at most `capacity` (not 0). 0: the end of the input, or a failure.
  [[nodiscard]] virtual std::size_t read(char* to, std::size_t capacity) = 0;

  // Why the input ended early; empty while all is well.
  const std::string& failure() const { return failure_; }
  // How messages name the input: the path, or "standard input".
  const std::string& name() const { return name_; }

 protected:
  void fail(std::string reason) { failure_ = std::move(reason); }

 private:
  std::string name_;
  std::string failure_;
};

// Opens a path or "-", and looks at the first bytes for gzip's mark. The text is why it cannot be opened,
// without the path.
std::variant<std::unique_ptr<ByteSource>, std::string> open_source(const std::string& path);

// The same over bytes in memory, for tests and fuzzing.
std::unique_ptr<ByteSource> memory_source(std::string name, std::string bytes);

// Unpacks what `packed` yields: one or several gzip members, one after the other.
std::unique_ptr<ByteSource> gzip_source(std::unique_ptr<ByteSource> packed);

}  // namespace clusterip::daemon
