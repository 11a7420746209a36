// Who holds an address, and does its IPAddress object say so. (repair loop, 8.2 and 8.3)
#include <algorithm>

#include "engine/verify/state_rules.hpp"

namespace clusterip::verify {
namespace {

std::vector<ObjectRef> holder_refs(const State::AddressEntry& entry) {
  std::vector<ObjectRef> refs;
  refs.reserve(entry.holders.size());
  for (const State::Holder* holder : entry.holders) refs.push_back(service_ref(holder->first));
  std::sort(refs.begin(), refs.end());
  return refs;
}

// "Service default/a", "Services default/a and default/b".
std::string holders_text(const std::vector<ObjectRef>& holders) {
  std::string text = holders.size() == 1 ? "Service " : "Services ";
  for (std::size_t i = 0; i < holders.size(); ++i) {
    if (i > 0) text += i + 1 == holders.size() ? " and " : ", ";
    text += holders[i].name_space + "/" + holders[i].name;
  }
  return text;
}

std::string parent_words(const ClaimEntry& claim) {
  switch (claim.parent_kind) {
    case ClaimEntry::Parent::kNone:
      return "has no parent";
    case ClaimEntry::Parent::kService:
      return "names Service " + claim.parent();
    case ClaimEntry::Parent::kOther:
      return "names " + claim.parent() + ", which is no Service";
  }
  return {};
}

}  // namespace

void StateRules::check_holders(const Address& address, std::vector<Finding>& findings) const {
  const State::AddressEntry* entry = state_.find_address(address);
  if (entry == nullptr) return;
  if (entry->holders.empty()) return check_orphan(address, *entry->claim, findings);

  const auto has_fault = entry->holders.size() > 1 || !entry->claim || !entry->claim_names_a_holder() ||
                         !entry->claim->label_fault().empty();
  if (!has_fault) return;
  const std::vector<ObjectRef> holders = holder_refs(*entry);
  const std::string text = address.to_string();
  if (holders.size() > 1) {
    findings.push_back({"duplicate-address", Severity::kError, text, holders,
                        text + " is held by the " + holders_text(holders)});
  }
  if (!entry->claim) {
    Finding finding{"missing-ipaddress", Severity::kError, text, holders,
                    text + " of " + holders_text(holders) +
                        " has no IPAddress object, so it can be given to another Service"};
    explain(finding, youth_of_holders(*entry));
    findings.push_back(std::move(finding));
    return;
  }
  check_claim(address, *entry, findings);
}

// The IPAddress of an address that Services hold.
void StateRules::check_claim(const Address& address, const State::AddressEntry& entry,
                             std::vector<Finding>& findings) const {
  const ClaimEntry& claim = *entry.claim;
  const std::vector<ObjectRef> holders = holder_refs(entry);
  const ObjectRef self = ip_address_ref(address.to_string());
  std::vector<ObjectRef> objects = holders;
  objects.push_back(self);
  if (!entry.claim_names_a_holder()) {
    Finding finding{"wrong-parent", Severity::kError, address.to_string(), objects,
                    "IPAddress " + self.name + " " + parent_words(claim) + ", but the address is held by " +
                        holders_text(holders)};
    std::string reason = youth(self, claim.creation);
    explain(finding, reason.empty() ? youth_of_holders(entry) : reason);
    findings.push_back(std::move(finding));
  }
  // One that names no Service was never the allocator's, and carries no labels of it.
  if (!claim.label_fault().empty() && claim.parent_kind == ClaimEntry::Parent::kService) {
    findings.push_back(
        {"wrong-labels", Severity::kError, address.to_string(), objects,
         "IPAddress " + self.name + " of " + holders_text(holders) + ": " + claim.label_fault()});
  }
}

// An IPAddress whose address no Service holds. One without the allocator's label is a reservation by hand.
void StateRules::check_orphan(const Address& address, const ClaimEntry& claim,
                              std::vector<Finding>& findings) const {
  if (!claim.managed) return;
  const ObjectRef self = ip_address_ref(address.to_string());
  Finding finding{"orphan-ipaddress", Severity::kError, address.to_string(), {}, ""};
  std::string reason = youth(self, claim.creation);
  std::string message = "IPAddress " + self.name + " " + parent_words(claim);
  if (claim.parent_kind == ClaimEntry::Parent::kService) {
    const ServiceEntry* parent = state_.find_service(claim.parent());
    message += parent == nullptr ? ", which does not exist" : ", which does not list the address";
    if (parent != nullptr) {
      finding.objects.push_back(service_ref(claim.parent()));
      if (reason.empty()) reason = youth(service_ref(claim.parent()), parent->creation);
    }
  }
  finding.objects.push_back(self);
  finding.message = std::move(message);
  explain(finding, reason);
  findings.push_back(std::move(finding));
}

}  // namespace clusterip::verify
