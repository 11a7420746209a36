// Standard base64 with padding, as kubeconfig files carry certificates and keys. Blanks and line ends are
// skipped.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace clusterip::daemon {

std::optional<std::string> decode_base64(std::string_view text);

}  // namespace clusterip::daemon
