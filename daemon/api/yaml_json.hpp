// YAML as the JSON value that it stands for: manifests and kubeconfig files.
//
// Aliases are written out, so what a text may grow to is bounded, in nodes and in depth. A text of several
// documents becomes several values; empty documents are left out.
#pragma once

#include <cstddef>
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

// The first document of a text, null where it is empty, and the keys that stand twice in one of its maps,
// each in the words of Go's reader: "line 3: key \"name\" already set in map". The last one counts.
struct YamlDocument {
  nlohmann::json value;
  std::vector<std::string> repeated;
};

std::variant<std::vector<nlohmann::json>, YamlError> read_yaml(std::string_view text,
                                                               const YamlLimits& limits = {});
std::variant<YamlDocument, YamlError> read_first_yaml(std::string_view text, const YamlLimits& limits = {});

}  // namespace clusterip::api
