// Follows an audit log as an apiserver writes it: from its beginning, line by line, through rotation.
//
// A file that was renamed is read to its end before the new one of its name is begun, and so are those that
// were renamed in between, by the names that apiservers give them (audit-2026-11-28T19-25-47.000.log); a file
// that became shorter is begun anew. A line counts when its newline is there. What is known to be lost is
// said where it would have come. Used by one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace clusterip::daemon {

class AuditTail {
 public:
  explicit AuditTail(std::string path, std::size_t longest_line)
      : path_(std::move(path)), longest_line_(longest_line) {}
  ~AuditTail();
  AuditTail(const AuditTail&) = delete;
  AuditTail& operator=(const AuditTail&) = delete;

  struct Sink {
    // Numbers count from 1 over all files of the name.
    std::function<void(std::uint64_t number, std::string_view line)> line;
    // Lines are missing here: why, as a clause.
    std::function<void(const std::string& why)> lost;
  };
  // Gives all lines that are there now, at most about `most_bytes` of them. True: there may be more at once.
  bool poll(std::size_t most_bytes, const Sink& sink);

  const std::string& path() const { return path_; }
  std::uint64_t rotations() const { return rotations_; }
  std::uint64_t too_long() const { return too_long_; }
  // Why nothing can be read; empty while all is well.
  const std::string& trouble() const { return trouble_; }

 private:
  bool open(const Sink& sink);
  bool is_replaced() const;
  void find_missed(const Sink& sink);
  void take(std::string_view bytes, const Sink& sink);
  void end(bool replaced, const Sink& sink);
  void close();

  const std::string path_;
  const std::size_t longest_line_;
  int file_ = -1;
  std::deque<std::string> missed_;  // paths of files that were renamed before they were opened, in order
  std::uint64_t offset_ = 0;
  std::uint64_t number_ = 0;
  std::uint64_t rotations_ = 0;
  std::uint64_t too_long_ = 0;
  std::string carried_;
  bool skipping_ = false;  // within a line that is too long
  std::string trouble_;
};

}  // namespace clusterip::daemon
