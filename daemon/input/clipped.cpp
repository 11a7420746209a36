#include "daemon/input/clipped.hpp"

namespace clusterip::daemon {

std::string clipped(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t cut = most;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0U) == 0x80U) --cut;
  text.resize(cut);
  return text + "…";
}

}  // namespace clusterip::daemon
