// The layering of the house as a table: which folder may include which. A pure function over file texts, so
// that planted violations can be tried on it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace clusterip::style {

// Path from the root of the repository -> text.
using Sources = std::map<std::string, std::string>;

// One line a violation: "engine/net/a.hpp:3 includes daemon/x.hpp: engine looks up".
std::vector<std::string> include_violations(const Sources& sources);

// All C++ sources of the repository below `root`.
Sources read_sources(const std::string& root);

}  // namespace clusterip::style
