// YAML as the JSON value that it stands for: manifests and kubeconfig files.
//
// Aliases are written out, so what a text may grow to is bounded, in nodes and in depth. A text of several
// documents becomes several values; empty documents are left out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "daemon/api/yaml_events.hpp"

namespace clusterip::api {

struct YamlLimits {
  std::size_t nodes = 10'000'000;
  std::size_t depth = 64;
};

std::variant<std::vector<nlohmann::json>, YamlError> read_yaml(std::string_view text,
                                                               const YamlLimits& limits = {});
// The first document alone, null where it is empty.
std::variant<nlohmann::json, YamlError> read_first_yaml(std::string_view text, const YamlLimits& limits = {});
// The keys that stand twice in one of its maps, of which the last one counts, in the words of Go's reader:
// "line 3: key \"name\" already set in map". None where the text is no YAML.
std::vector<std::string> repeated_in_first_yaml(std::string_view text, const YamlLimits& limits = {});

}  // namespace clusterip::api
