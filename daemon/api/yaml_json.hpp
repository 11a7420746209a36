// YAML as the JSON value that it stands for: manifests and kubeconfig files.
//
// Aliases are written out, so what a text may grow to is bounded, in nodes and in depth. A text of several
// documents becomes several values; empty documents are left out.
#pragma once

#include <cstddef>
#include <optional>
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
// Why a text cannot be YAML, whatever it says: it holds bytes that are no UTF-8, or characters that do not
// print (YAML 1.2, 5.1), which the parser lets through.
std::optional<std::string> yaml_text_fault(std::string_view text);

}  // namespace clusterip::api
