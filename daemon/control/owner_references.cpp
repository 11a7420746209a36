#include "daemon/control/owner_references.hpp"

namespace clusterip::daemon {

void drop_repeated_owners(Json& object, bool by_patch, const RequestContext& context) {
  const auto meta = object.find("metadata");
  if (meta == object.end()) return;
  const auto owners = meta->find("ownerReferences");
  if (owners == meta->end() || !owners->is_array()) return;
  Json kept = Json::array();
  std::string repeated;
  for (Json& owner : *owners) {
    if (std::find(kept.begin(), kept.end(), owner) == kept.end()) {
      kept.push_back(std::move(owner));
    } else {
      repeated += (repeated.empty() ? "" : ", ") + owner.value("uid", "");
    }
  }
  const bool is_repeated = kept.size() < owners->size();
  *owners = std::move(kept);
  if (!is_repeated) return;
  context.warn(
      ".metadata.ownerReferences contains duplicate entries" +
      std::string(by_patch ? " after mutating admission happens" : "") +
      "; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; "
      "please fix your requests; duplicate UID(s) observed: " +
      repeated);
}

}  // namespace clusterip::daemon
