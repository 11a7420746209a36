#include "daemon/observe/text_line.hpp"

#include <algorithm>
#include <utility>

#include "daemon/input/clipped.hpp"

namespace clusterip::daemon {

std::string counted(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string harmless(std::string text) {
  text = clipped(std::move(text));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; },
      '?');
  return text;
}

}  // namespace clusterip::daemon
