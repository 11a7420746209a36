// The usual pages and events by the fast way: a walk over the text in place of a tree (json_skim.hpp). Of a
// million objects in an initial list, all but a few come in through here.
//
// Nothing: the text is unusual, or at fault. Then watch_json.hpp reads it by the general way, which gives the
// same values and words the faults.
#pragma once

#include <optional>
#include <string_view>

#include "daemon/mirror/watch_json.hpp"

namespace clusterip::daemon {

std::optional<ListPage> skim_list_page(std::string_view body, api::ObjectKind kind);
// Events that put or erase an object.
std::optional<WatchEvent> skim_watch_event(std::string_view line, api::ObjectKind kind);

}  // namespace clusterip::daemon
