// The client requests of a scenario, from words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/cluster/upstream.hpp"
#include "tools/clusteripctl/scenario_text.hpp"

namespace clusterip::ctl {

// Whether a directive begins a request: create, patch, update, delete.
bool is_request_verb(std::string_view word);

// "create service a ip=10.0.0.5 via=b": all words, the verb first. Throws a ScenarioError. Without via= the
// request goes to the first server that runs.
cluster::UpstreamRequest read_request(const std::vector<std::string>& words,
                                      const cluster::Upstream& upstream);

// "a" or "namespace/a"; without a namespace it is "default".
struct ServiceName {
  std::string name_space;
  std::string name;
};
ServiceName read_service_name(const std::string& text);

// The index of a server by its name, or of "controller-manager".
std::size_t read_watcher(const cluster::Upstream& upstream, const std::string& name);
std::size_t read_server(const cluster::Upstream& upstream, const std::string& name);
Family read_family(std::string_view text);

}  // namespace clusterip::ctl
