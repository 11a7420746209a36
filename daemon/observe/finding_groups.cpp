#include "daemon/observe/finding_groups.hpp"

#include <map>
#include <utility>

#include "engine/verify/state_rules.hpp"

namespace clusterip::daemon {
namespace {

using verify::Finding;

constexpr std::size_t kExamples = 3;

// Notes with equal keys are alike.
std::pair<std::string, std::string> key_of(const Finding& finding) {
  std::string ranges;
  for (const verify::ObjectRef& object : finding.objects) {
    if (object.kind == "ServiceCIDR") ranges += object.name + ",";
  }
  return {finding.rule, ranges};
}

std::string example_of(const Finding& finding) {
  if (!finding.address.empty()) return finding.address;
  return finding.objects.empty() ? finding.rule : verify::ref_text(finding.objects.front());
}

FindingGroup group_of(const std::vector<const Finding*>& alike) {
  FindingGroup group{alike.front(), alike.size(), ""};
  for (std::size_t i = 0; i < alike.size() && i < kExamples; ++i) {
    group.examples += (i == 0 ? "" : ", ") + example_of(*alike[i]);
  }
  if (alike.size() > kExamples)
    group.examples += " and " + std::to_string(alike.size() - kExamples) + " more";
  return group;
}

}  // namespace

std::string FindingGroup::message() const {
  return is_many() ? examples + "; the first: " + first->message : first->message;
}

std::vector<FindingGroup> group_findings(const std::vector<const Finding*>& findings,
                                         std::size_t most_alike) {
  std::map<std::pair<std::string, std::string>, std::vector<const Finding*>> notes;
  for (const Finding* finding : findings) {
    if (finding->severity == verify::Severity::kInfo) notes[key_of(*finding)].push_back(finding);
  }
  std::vector<FindingGroup> groups;
  for (const Finding* finding : findings) {
    const auto place = notes.find(key_of(*finding));
    const bool stands_alone = finding->severity != verify::Severity::kInfo || place == notes.end() ||
                              place->second.size() <= most_alike;
    if (stands_alone) {
      groups.push_back({finding, 1, ""});
    } else if (place->second.front() == finding) {
      groups.push_back(group_of(place->second));
    }
  }
  return groups;
}

}  // namespace clusterip::daemon
