// A conversation with the oracle: one request line in, one reply line out, with the state between them.
//
// The state is that of one apiserver with its caches in step: ServiceCIDRs, the allocators of both families,
// and the claimed addresses. The pure questions (oracle_questions.hpp) do not touch it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "engine/cluster/upstream_allocator.hpp"
#include "tools/clusteripctl/oracle_request.hpp"

namespace clusterip::ctl {

class OracleSession {
 public:
  explicit OracleSession(std::size_t most_depth = JsonObject::kDefaultDepth);

  // Appends the reply to a line (given without its end) and a line end. Any bytes may come in.
  void answer(std::string_view line, std::string& out);
  // The reply to a line that was not kept because it is longer than the caller's limit.
  static void answer_too_long(std::size_t limit, std::string& out);

 private:
  struct Operation;
  static const Operation* find_operation(std::string_view name);

  // Each appends the members of its reply, without braces.
  void reset(std::string& out);
  void set_cidr(std::string& out);
  void remove_cidr(std::string& out);
  void allocate(std::string& out);
  void release(std::string& out);
  void has(std::string& out);
  void list(std::string& out);
  void stats(std::string& out);

  cluster::UpstreamAnswer allocate_any(Family family, const cluster::Draws& draws, bool dry_run);
  cluster::UpstreamAnswer allocate_this(const Address& address, bool dry_run);
  // `order` of the request, or else the text order of the family's CIDRs.
  std::vector<std::string> order_of(Family family);
  void resync();
  cluster::UpstreamAllocator& allocator(Family family) { return family == Family::kIPv4 ? ipv4_ : ipv6_; }

  std::size_t most_depth_;
  OracleRequest request_;
  std::map<std::string, cluster::ServiceCidr, std::less<>> objects_;
  cluster::UpstreamAllocator ipv4_{Family::kIPv4};
  cluster::UpstreamAllocator ipv6_{Family::kIPv6};
  std::unique_ptr<AddressSet> claimed_;
};

}  // namespace clusterip::ctl
