// What a strategy stored, read again.
#pragma once

#include <utility>
#include <variant>

#include "daemon/api/object_json.hpp"

namespace clusterip::daemon {

// What passed decode once passes it always; what was stored long ago may be odd in what nobody reads.
template <class Object>
Object decoded(api::Decoded<Object> read) {
  auto* known = std::get_if<Object>(&read);
  return known != nullptr ? std::move(*known) : Object{};
}

}  // namespace clusterip::daemon
