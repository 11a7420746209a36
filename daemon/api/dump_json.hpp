// The JSON form of a dump. See dump_reader.hpp.
#pragma once

#include "daemon/api/dump_items.hpp"
#include "daemon/input/window.hpp"

namespace clusterip::api {

void read_json_dump(daemon::Window& window, DumpItems& items);

}  // namespace clusterip::api
