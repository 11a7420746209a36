#include "daemon/control/owner_references.hpp"

#include <utility>

namespace clusterip::daemon {
namespace {

// Leaves the first of each, and warns of the others, whose UIDs `uid_of` tells.
template <class Owners, class UidOf>
void leave_first(Owners& owners, const UidOf& uid_of, bool by_patch, const RequestContext& context) {
  Owners kept;
  std::string repeated;
  for (auto& owner : owners) {
    if (std::find(kept.begin(), kept.end(), owner) == kept.end()) {
      kept.push_back(std::move(owner));
    } else {
      repeated += (repeated.empty() ? "" : ", ") + uid_of(owner);
    }
  }
  const bool is_repeated = kept.size() < owners.size();
  owners = std::move(kept);
  if (!is_repeated) return;
  context.warn(
      ".metadata.ownerReferences contains duplicate entries" +
      std::string(by_patch ? " after mutating admission happens" : "") +
      "; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; "
      "please fix your requests; duplicate UID(s) observed: " +
      repeated);
}

}  // namespace

void drop_repeated_owners(std::vector<cluster::OwnerReference>& owners, bool by_patch,
                          const RequestContext& context) {
  if (owners.empty()) return;
  leave_first(
      owners, [](const cluster::OwnerReference& owner) { return owner.uid; }, by_patch, context);
}

void drop_repeated_owners(Json& object, bool by_patch, const RequestContext& context) {
  const auto meta = object.find("metadata");
  if (meta == object.end()) return;
  const auto owners = meta->find("ownerReferences");
  if (owners == meta->end() || !owners->is_array()) return;
  leave_first(
      owners->get_ref<Json::array_t&>(), [](const Json& owner) { return owner.value("uid", ""); }, by_patch,
      context);
}

}  // namespace clusterip::daemon
