#include "daemon/observe/text_table.hpp"

#include <algorithm>
#include <ostream>

#include "daemon/observe/text_line.hpp"

namespace clusterip::daemon {

void TextTable::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = harmless(std::move(cell));
  rows_.push_back({std::move(cells), "", ""});
}

void TextTable::decorate(std::string before, std::string after) {
  rows_.back().before = std::move(before);
  rows_.back().after = std::move(after);
}

void TextTable::write(std::ostream& out) const {
  std::vector<std::size_t> widths;
  widths.reserve(headers_.size());
  for (const std::string& header : headers_) widths.push_back(header.size());
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) widths[i] = std::max(widths[i], row.cells[i].size());
  }
  write_row({headers_, "", ""}, widths, out);
  for (const Row& row : rows_) write_row(row, widths, out);
}

void TextTable::write_row(const Row& row, const std::vector<std::size_t>& widths, std::ostream& out) const {
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (i == 0) out << row.before;
    out << row.cells[i];
    if (i == 0) out << row.after;
    if (i + 1 < row.cells.size()) out << std::string(widths[i] - row.cells[i].size() + 3, ' ');
  }
  out << '\n';
}

}  // namespace clusterip::daemon
