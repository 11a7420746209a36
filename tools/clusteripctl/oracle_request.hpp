// One request of the oracle protocol: named members with types.
//
// Members are asked for by name and type. The first one that is missing or of another type is kept as the
// fault of the request, and what was asked for comes back empty, so that an operation reads all its members
// and looks once whether the request was a good one. null counts as left out. Members that nobody asks for
// are ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/cluster/upstream_walk.hpp"
#include "tools/clusteripctl/json_scan.hpp"

namespace clusterip::ctl {

class OracleRequest {
 public:
  // Reads a line; what is wrong with it becomes the fault. The views into the line are kept.
  void read(std::string_view line, std::size_t most_depth);

  // The value of `id`, as written; absent where there is none. Here alone null is a value.
  std::optional<std::string_view> id() const { return object_.find("id"); }
  const std::optional<std::string>& fault() const { return fault_; }
  void set_fault(std::string fault);

  // Whether a member is given.
  bool has(std::string_view name) const { return value(name).has_value(); }
  // The value as it was written.
  std::optional<std::string_view> value(std::string_view name) const;
  std::optional<std::string> text(std::string_view name);
  std::optional<std::vector<std::string>> texts(std::string_view name);
  bool flag(std::string_view name);
  std::string required_text(std::string_view name);
  std::optional<Family> family();
  cluster::Draws draws();

 private:
  void wrong_type(std::string_view name, std::string_view wanted);

  JsonObject object_;
  std::optional<std::string> fault_;
};

}  // namespace clusterip::ctl
