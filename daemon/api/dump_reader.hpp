// Objects from what `kubectl get services,servicecidrs,ipaddresses -A -o json` (or yaml) prints.
//
// A file holds one or several documents: a List of any of the kinds, a ServiceList, ServiceCIDRList or
// IPAddressList, a bare array of objects, or single objects; JSON or YAML, which the first byte tells apart.
// Memory is bounded by the largest single object, however large the file. An object that cannot be decoded is
// a problem with its place, and reading goes on behind it; damage of the text itself (a truncated or binary
// file) ends the file. Whoever reads a dump with problems has not read the cluster.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/input/byte_source.hpp"
#include "engine/cluster/objects.hpp"

namespace clusterip::api {

struct DumpLimits {
  // The longest JSON or YAML text of one object; etcd itself stops at 1.5 MB.
  std::size_t max_item_bytes = std::size_t{16} * 1024 * 1024;
  // Problems of one file that are kept with their text; the rest is only counted.
  std::size_t max_problems = 20;
};

// "dump.json:12: items[3]"; the line is where the object begins, and 0 for YAML.
struct DumpPlace {
  const std::string* file = nullptr;
  std::uint64_t line = 0;
  std::optional<std::uint64_t> item;

  std::string text() const;
};

class DumpVisitor {
 public:
  virtual ~DumpVisitor() = default;
  // The object is valid during the call. Its fields are those that rules look at (item_skim.hpp).
  virtual void visit(const cluster::Service& service, const DumpPlace& place) = 0;
  virtual void visit(const cluster::ServiceCidr& range, const DumpPlace& place) = 0;
  virtual void visit(const cluster::IpAddress& address, const DumpPlace& place) = 0;
};

struct DumpOutcome {
  std::uint64_t objects = 0;
  // Each names file, line, item and field. `problem_count` may exceed what is kept.
  std::vector<std::string> problems;
  std::uint64_t problem_count = 0;
  // The newest time stamp of all objects, managedFields included.
  std::optional<cluster::Instant> newest;

  void add_problem(const DumpLimits& limits, std::string text);
};

DumpOutcome read_dump(daemon::ByteSource& source, const DumpLimits& limits, DumpVisitor& visitor);

}  // namespace clusterip::api
