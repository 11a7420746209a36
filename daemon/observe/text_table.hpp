// Columns of text for people, as kubectl prints them: upper-case headers, blanks between the columns, the
// last column as long as it is.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace clusterip::daemon {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> headers) : headers_(std::move(headers)) {}

  // As many cells as headers. Control characters are shown as '?', so that no object's name can move the
  // cursor.
  void add(std::vector<std::string> cells);
  // Puts `before` and `after` around the first cell of the row added last, which take no room: colours.
  void decorate(std::string before, std::string after);
  void write(std::ostream& out) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    std::string before;
    std::string after;
  };
  void write_row(const Row& row, const std::vector<std::size_t>& widths, std::ostream& out) const;

  std::vector<std::string> headers_;
  std::vector<Row> rows_;
};

}  // namespace clusterip::daemon
