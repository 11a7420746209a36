// The ports that NodePort and LoadBalancer Services have on every node.
//
// Not what this engine is about, but a Service of these types is not valid without them. Mirrors
// registry/core/service/portallocator and the port half of storage/alloc.go: any port comes from the upper
// part of the range first, as addresses do. The ports lie in an address set of their own, as the addresses of
// 0.0.0.0/16 with the same number, so everything that holds for addresses holds for them: lock-free, no port
// twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/alloc/draws.hpp"
#include "engine/cluster/objects.hpp"
#include "engine/cluster/service_plan.hpp"
#include "engine/set/address_set.hpp"

namespace clusterip::cluster {

// --service-node-port-range
struct NodePortRange {
  std::int64_t first = 30000;
  std::int64_t last = 32767;
};

class NodePorts {
 public:
  explicit NodePorts(NodePortRange range = {}) : range_(range) {}

  // Absent: the port is taken now. Otherwise why it is not, in upstream's words. A dry run only looks.
  std::optional<std::string> claim(std::int64_t port, bool dry_run = false);
  // Absent: the range is full.
  std::optional<std::int64_t> claim_any(SeededDraws& draws, bool dry_run = false);
  // Ports outside of the range are passed over.
  void release(std::int64_t port);
  bool contains(std::int64_t port) const;

 private:
  std::int64_t static_size() const;
  std::optional<std::int64_t> search(std::int64_t first, std::int64_t last, SeededDraws& draws, bool dry_run);

  NodePortRange range_;
  AddressSet set_;
};

// What one write takes and gives back; ends by giving back what it took, unless it was committed.
class NodePortOperation {
 public:
  NodePortOperation(NodePorts& ports, bool dry_run) : ports_(&ports), dry_run_(dry_run) {}
  ~NodePortOperation();
  NodePortOperation(NodePortOperation&& other) noexcept;
  NodePortOperation& operator=(NodePortOperation&&) = delete;
  NodePortOperation(const NodePortOperation&) = delete;
  NodePortOperation& operator=(const NodePortOperation&) = delete;

  std::optional<std::string> claim(std::int64_t port);
  std::optional<std::int64_t> claim_any(SeededDraws& draws);
  void release_later(std::int64_t port) { releases_.push_back(port); }
  void commit();

 private:
  NodePorts* ports_;  // null: nothing is left to do
  bool dry_run_;
  std::vector<std::int64_t> claimed_;
  std::vector<std::int64_t> releases_;
};

// Fill in the ports that the Service wants. Absent: done.
std::optional<ServiceRefusal> take_ports_for_create(Service& service, NodePortOperation& operation,
                                                    SeededDraws& draws);
std::optional<ServiceRefusal> take_ports_for_update(Service& service, const Service& old,
                                                    NodePortOperation& operation, SeededDraws& draws);
// Every port that the Service holds, its health check port included.
std::vector<std::int64_t> held_node_ports(const Service& service);

}  // namespace clusterip::cluster
