#include "engine/cluster/node_ports.hpp"

#include <algorithm>
#include <utility>

namespace clusterip::cluster {
namespace {

Address slot_of(std::int64_t port) {
  return Address::v4(static_cast<std::uint32_t>(port));
}

std::int64_t port_of(const Address& slot) {
  return static_cast<std::int64_t>(low_half(slot.bits()));
}

}  // namespace

// The lower part of the range, which is for requests that name a port.
std::int64_t NodePorts::static_size() const {
  constexpr std::int64_t kLeast = 16;
  constexpr std::int64_t kMost = 128;
  constexpr std::int64_t kStep = 32;
  const std::int64_t size = range_.last - range_.first + 1;
  return size <= kLeast ? 0 : std::clamp(size / kStep, kLeast, kMost);
}

std::optional<std::string> NodePorts::claim(std::int64_t port, bool dry_run) {
  if (port < range_.first || port > range_.last) {
    return "provided port is not in the valid range. The range of valid ports is " +
           std::to_string(range_.first) + "-" + std::to_string(range_.last);
  }
  const bool taken = dry_run ? set_.contains(slot_of(port)) : !set_.claim(slot_of(port));
  if (taken) return "provided port is already allocated";
  return std::nullopt;
}

std::optional<std::int64_t> NodePorts::search(std::int64_t first, std::int64_t last, SeededDraws& draws,
                                              bool dry_run) {
  if (first > last) return std::nullopt;
  const Span span{slot_of(first), slot_of(last)};
  const auto offset = static_cast<std::int64_t>(draws.below(static_cast<std::uint64_t>(last - first + 1)));
  const Address start = slot_of(first + offset);
  const auto found = dry_run ? set_.find_free(span, start) : set_.claim_next(span, start);
  if (!found) return std::nullopt;
  return port_of(*found);
}

std::optional<std::int64_t> NodePorts::claim_any(SeededDraws& draws, bool dry_run) {
  const std::int64_t border = range_.first + static_size();
  if (const auto found = search(border, range_.last, draws, dry_run)) return found;
  return search(range_.first, border - 1, draws, dry_run);
}

void NodePorts::release(std::int64_t port) {
  if (port >= range_.first && port <= range_.last) (void)set_.release(slot_of(port));
}

bool NodePorts::contains(std::int64_t port) const {
  return port >= range_.first && port <= range_.last && set_.contains(slot_of(port));
}

NodePortOperation::NodePortOperation(NodePortOperation&& other) noexcept
    : ports_(std::exchange(other.ports_, nullptr)),
      dry_run_(other.dry_run_),
      claimed_(std::move(other.claimed_)),
      releases_(std::move(other.releases_)) {}

NodePortOperation::~NodePortOperation() {
  if (ports_ == nullptr || dry_run_) return;
  for (const std::int64_t port : claimed_) ports_->release(port);
}

std::optional<std::string> NodePortOperation::claim(std::int64_t port) {
  const bool taken_here = std::find(claimed_.begin(), claimed_.end(), port) != claimed_.end();
  if (dry_run_ && taken_here) return "provided port is already allocated";
  auto refusal = ports_->claim(port, dry_run_);
  if (!refusal) claimed_.push_back(port);
  return refusal;
}

std::optional<std::int64_t> NodePortOperation::claim_any(SeededDraws& draws) {
  const auto port = ports_->claim_any(draws, dry_run_);
  if (port) claimed_.push_back(*port);
  return port;
}

void NodePortOperation::commit() {
  if (ports_ != nullptr && !dry_run_) {
    for (const std::int64_t port : releases_) ports_->release(port);
  }
  ports_ = nullptr;
}

}  // namespace clusterip::cluster
