// Reads the members of one JSON object and keeps each value as the text that was sent.
//
// For requests whose values are echoed or read by their own rules: numbers keep all their digits, an echoed
// value keeps its spelling, and no depth of nesting costs stack. Strict (RFC 8259, valid UTF-8); of several
// members of one name the last one counts. A lone surrogate escape stands for U+FFFD, as in Go.
//
// Views point into the scanned text. Nothing throws but for want of memory; linear in the text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clusterip::ctl {

class JsonObject {
 public:
  // Objects and arrays may nest this deep, as Go's reader lets them.
  static constexpr std::size_t kDefaultDepth = 10'000;

  // Fills in the members of the object that is the whole text. Empty on success, else what is wrong. After a
  // fault there are no members.
  [[nodiscard]] std::string_view scan(std::string_view text, std::size_t most_depth = kDefaultDepth);

  // The value of a member, as written; absent where there is none.
  std::optional<std::string_view> find(std::string_view name) const;

  class Cursor;

 private:
  struct Member {
    std::string name;
    std::string_view value;
  };
  bool take_member(Cursor& cursor, std::size_t most_depth);

  std::vector<Member> members_;
  std::string open_;  // kept between scans for its memory
};

// The elements of an array that a scan has accepted; absent for any other value.
std::optional<std::vector<std::string_view>> json_elements(std::string_view value);
// The text of a string that a scan has accepted; absent for any other value.
std::optional<std::string> json_text(std::string_view value);

}  // namespace clusterip::ctl
