// Names that nobody else has: of objects, requests and processes. Any thread.
#pragma once

#include <string>

namespace clusterip::daemon {

// A random version 4 UUID.
std::string random_uid();
// Five letters and digits, as generated names end.
std::string random_name_end();

}  // namespace clusterip::daemon
