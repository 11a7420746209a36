// UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <string>
#include <string_view>

namespace clusterip::ctl {

bool is_utf8(std::string_view text);
// Appends one code point, which is no surrogate.
void append_utf8(char32_t code_point, std::string& out);

}  // namespace clusterip::ctl
