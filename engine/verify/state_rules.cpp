#include "engine/verify/state_rules.hpp"

#include <algorithm>
#include <tuple>

#include "engine/net/text.hpp"
#include "engine/verify/rule_catalog.hpp"

namespace clusterip::verify {
namespace {

// What findings are ordered by; addresses by value, texts that are none behind them.
struct Place {
  int severity;
  std::size_t rule;
  bool unreadable;
  Address address;

  explicit Place(const Finding& finding)
      : severity(-static_cast<int>(finding.severity)), rule(rule_order(finding.rule)) {
    const auto read = read_address_sloppy(finding.address);
    unreadable = !read && !finding.address.empty();
    address = read.value_or(Address{});
  }
  auto key() const { return std::tie(severity, rule, unreadable, address); }
};

}  // namespace

StateRules::StateRules(const State& state, StateOptions options)
    : state_(state), options_(std::move(options)), now_(options_.now ? options_.now : state.newest()) {}

std::vector<Finding> StateRules::check_all() const {
  std::vector<Finding> findings;
  for (const auto& [object, own] : state_.object_findings()) {
    findings.insert(findings.end(), own.begin(), own.end());
  }
  state_.for_each_address([&](const Address& address, const State::AddressEntry&) {
    check_holders(address, findings);
    check_placement(address, findings);
  });
  check_ranges(findings);
  sort_findings(findings);
  return findings;
}

std::string StateRules::youth(const ObjectRef& object,
                              const std::optional<cluster::Instant>& creation) const {
  if (!creation || !now_) return {};
  const cluster::Duration age = *now_ - *creation;
  if (age >= options_.settling) return {};
  const std::int64_t seconds = std::max<std::int64_t>(age.microseconds, 0) / 1'000'000;
  return ref_text(object) + " is " + std::to_string(seconds) + " s old";
}

std::string StateRules::youth_of_holders(const State::AddressEntry& entry) const {
  std::string text;
  for (const State::Holder* holder : entry.holders) {
    std::string one = youth(service_ref(holder->first), holder->second.creation);
    if (one.empty()) return {};
    if (text.empty() || one < text) text = std::move(one);
  }
  return text;
}

std::string ref_text(const ObjectRef& object) {
  std::string text = object.kind + " ";
  if (!object.name_space.empty()) text += object.name_space + "/";
  return text + object.name;
}

void explain(Finding& finding, const std::string& youth) {
  if (youth.empty()) return;
  finding.severity = Severity::kInfo;
  finding.message += "; a change between the lists of this dump may explain it, for " + youth;
}

void sort_findings(std::vector<Finding>& findings) {
  std::vector<std::pair<Place, std::size_t>> order;
  order.reserve(findings.size());
  for (const Finding& finding : findings) order.emplace_back(Place(finding), order.size());
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    const auto left = a.first.key();
    const auto right = b.first.key();
    if (left != right) return left < right;
    const Finding& one = findings[a.second];
    const Finding& other = findings[b.second];
    return std::tie(one.objects, one.address, one.message) <
           std::tie(other.objects, other.address, other.message);
  });
  std::vector<Finding> sorted;
  sorted.reserve(findings.size());
  for (const auto& [place, index] : order) sorted.push_back(std::move(findings[index]));
  findings = std::move(sorted);
}

}  // namespace clusterip::verify
