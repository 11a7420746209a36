// What the clients of a load do, as a seeded sequence of intentions: the same seed, client and answers give
// the same requests.
//
// A plan knows the Services that its client made; it is told what came of each step. Pure: no clock, no
// server.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "engine/net/cidr.hpp"

namespace clusterip::ctl {

enum class LoadAction : std::uint8_t {
  kCreate,        // a Service with an address of the server's choice
  kCreateDual,    // with two
  kCreateStatic,  // with an address that is asked for
  kMakeDual,      // an update of one family to two, some of them right after the create
  kMakeSingle,    // and back
  kDelete,
  kAddRange,  // a ServiceCIDR
  kDropRange,
};
inline constexpr std::size_t kLoadActions = 8;

// "create-dual"
std::string_view action_name(LoadAction action);

struct LoadStep {
  LoadAction action = LoadAction::kCreate;
  std::string name;     // of the Service or ServiceCIDR
  std::string address;  // of kCreateStatic
  std::string cidr;     // of kAddRange
};

struct LoadShape {
  std::vector<Cidr> ranges;  // addresses are asked for from these
  bool dual_stack = false;
  std::vector<Cidr> more_ranges;    // the first client makes and deletes ServiceCIDRs of these
  std::size_t most_services = 500;  // of one client, alive at once
};

class LoadPlan {
 public:
  LoadPlan(std::uint64_t seed, std::size_t client, const LoadShape& shape);

  LoadStep next();
  // What came of the step that next gave last.
  void done(const LoadStep& step, bool succeeded);
  // What is left, to be deleted.
  std::vector<std::string> services() const;
  std::vector<std::string> ranges() const { return ranges_; }

 private:
  struct Owned {
    std::string name;
    bool dual = false;
  };
  std::uint64_t below(std::uint64_t bound);
  std::string random_address();
  LoadStep create();

  const LoadShape& shape_;
  const std::size_t client_;
  std::mt19937_64 random_;
  std::vector<Owned> services_;
  std::vector<std::string> ranges_;
  std::uint64_t made_ = 0;
  bool hurry_ = false;  // the Service made last is to become dual-stack at once
};

}  // namespace clusterip::ctl
