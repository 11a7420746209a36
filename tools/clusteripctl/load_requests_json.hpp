// The requests of a load, and what is read of the answers, as JSON.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/mirror/api_client.hpp"
#include "tools/clusteripctl/load_plan.hpp"

namespace clusterip::ctl {

// ServiceCIDRs have no namespace: their names begin with that of the load.
std::string range_name(const std::string& name_space, const std::string& name);

daemon::ApiCall request_of(const LoadStep& step, const std::string& name_space);
daemon::ApiCall namespace_request(const std::string& name);

// "422 Invalid: provided IP is already allocated": refusals of one cause become one class.
std::string error_class(const daemon::ApiAnswer& answer);

// The names of the items of a list; of ServiceCIDRs also their CIDRs.
struct ListedItem {
  std::string name;
  std::vector<std::string> cidrs;
};
std::variant<std::vector<ListedItem>, std::string> read_items(std::string_view body);

}  // namespace clusterip::ctl
