#include "tools/clusteripctl/load_plan.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace clusterip::ctl {
namespace {

// Asked-for addresses come from the first so many of a range, so that clients meet.
constexpr std::uint64_t kStaticSpan = 4096;

}  // namespace

std::string_view action_name(LoadAction action) {
  constexpr std::array<std::string_view, kLoadActions> kNames{"create",    "create-dual", "create-static",
                                                              "make-dual", "make-single", "delete",
                                                              "add-range", "drop-range"};
  return kNames.at(static_cast<std::size_t>(action));
}

LoadPlan::LoadPlan(std::uint64_t seed, std::size_t client, const LoadShape& shape)
    : shape_(shape), client_(client), random_(seed * 1'000'003 + client) {}

// Not std::uniform_int_distribution, whose numbers differ between libraries.
std::uint64_t LoadPlan::below(std::uint64_t bound) {
  return random_() % bound;
}

std::string LoadPlan::random_address() {
  const Cidr& range = shape_.ranges.at(below(shape_.ranges.size()));
  const std::uint64_t span = range.host_bits() >= 12 ? kStaticSpan : std::uint64_t{1} << range.host_bits();
  return Address(range.family(), range.network().bits() + Uint128{below(span)}).to_string();
}

LoadStep LoadPlan::create() {
  LoadStep step;
  step.name = "s" + std::to_string(client_) + "-" + std::to_string(made_++);
  const std::uint64_t draw = below(10);
  hurry_ = false;
  if (shape_.dual_stack && draw < 2) {
    step.action = LoadAction::kCreateDual;
  } else if (draw < 4 && !shape_.ranges.empty()) {
    step.action = LoadAction::kCreateStatic;
    step.address = random_address();
  } else {
    hurry_ = shape_.dual_stack && draw < 7;
  }
  return step;
}

LoadStep LoadPlan::next() {
  if (hurry_) {
    hurry_ = false;
    if (!services_.empty() && !services_.back().dual)
      return {LoadAction::kMakeDual, services_.back().name, "", ""};
  }
  const std::uint64_t draw = below(100);
  if (client_ == 0 && !shape_.more_ranges.empty() && draw < 4) {
    if (!ranges_.empty() && below(2) == 0)
      return {LoadAction::kDropRange, ranges_.at(below(ranges_.size())), "", ""};
    const Cidr& cidr = shape_.more_ranges.at(below(shape_.more_ranges.size()));
    return {LoadAction::kAddRange, "r" + std::to_string(made_++), "", cidr.to_string()};
  }
  const bool full = services_.size() >= shape_.most_services;
  if (services_.empty() || (draw < 50 && !full)) return create();
  const Owned& owned = services_.at(below(services_.size()));
  if (full || draw < 82 || !shape_.dual_stack) return {LoadAction::kDelete, owned.name, "", ""};
  return {owned.dual ? LoadAction::kMakeSingle : LoadAction::kMakeDual, owned.name, "", ""};
}

void LoadPlan::done(const LoadStep& step, bool succeeded) {
  if (!succeeded) {
    hurry_ = false;
    return;
  }
  const auto owned = std::find_if(services_.begin(), services_.end(),
                                  [&](const Owned& one) { return one.name == step.name; });
  switch (step.action) {
    case LoadAction::kCreate:
    case LoadAction::kCreateDual:
    case LoadAction::kCreateStatic:
      services_.push_back({step.name, step.action == LoadAction::kCreateDual});
      break;
    case LoadAction::kMakeDual:
    case LoadAction::kMakeSingle:
      if (owned != services_.end()) owned->dual = step.action == LoadAction::kMakeDual;
      break;
    case LoadAction::kDelete:
      if (owned != services_.end()) {
        *owned = std::move(services_.back());
        services_.pop_back();
      }
      break;
    case LoadAction::kAddRange:
      ranges_.push_back(step.name);
      break;
    case LoadAction::kDropRange:
      std::erase(ranges_, step.name);
      break;
  }
}

std::vector<std::string> LoadPlan::services() const {
  std::vector<std::string> names;
  for (const Owned& owned : services_) names.push_back(owned.name);
  return names;
}

}  // namespace clusterip::ctl
