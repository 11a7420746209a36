// The YAML form of a dump, turned into JSON values object by object. See dump_reader.hpp.
#pragma once

#include "daemon/api/dump_items.hpp"
#include "daemon/input/window.hpp"

namespace clusterip::api {

void read_yaml_dump(daemon::Window& window, DumpItems& items);

}  // namespace clusterip::api
