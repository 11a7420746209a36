// Small texts for people, which several printed forms share.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace clusterip::daemon {

// "1 error", "2 errors".
std::string counted(std::size_t count, std::string_view noun);

// Control characters as '?', and no more than a few lines: names come from others.
std::string harmless(std::string text);

}  // namespace clusterip::daemon
