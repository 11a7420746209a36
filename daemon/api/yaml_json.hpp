// YAML as the JSON value that it stands for: manifests, dumps and kubeconfig files.
//
// The only file that knows yaml-cpp. Scalars mean what the JSON schema of YAML 1.2 says; quoted ones are
// texts. Aliases are written out, so what a text may grow to is bounded, in nodes and in depth. A text of
// several documents becomes several values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

namespace clusterip::api {

struct YamlLimits {
  std::size_t nodes = 10'000'000;
  std::size_t depth = 64;
};

struct YamlError {
  std::size_t line = 0;  // from 1; 0 where it is not about a line
  std::string reason;
};

std::variant<std::vector<nlohmann::json>, YamlError> read_yaml(std::string_view text,
                                                               const YamlLimits& limits = {});

}  // namespace clusterip::api
