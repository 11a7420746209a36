// Texts of others in messages: a broken file may hold names and values of any length.
#pragma once

#include <cstddef>
#include <string>

namespace clusterip::daemon {

// What a message quotes at the most.
inline constexpr std::size_t kShownText = 1000;

// At most so many bytes of a text, and "…" where it is longer; no character is cut in two.
std::string clipped(std::string text, std::size_t most = kShownText);

}  // namespace clusterip::daemon
