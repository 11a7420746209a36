#include "daemon/control/strategy.hpp"

#include "daemon/api/object_json.hpp"
#include "daemon/api/served_document.hpp"

namespace clusterip::daemon {

using api::Result;

bool is_deleting(const Json& object) {
  return object.at("metadata").contains("deletionTimestamp");
}

bool Strategy::waits(const Json& object) const {
  const Json& meta = object.at("metadata");
  const auto finalizers = meta.find("finalizers");
  return finalizers != meta.end() && !finalizers->empty();
}

std::string Strategy::generate_name(std::string_view base, std::string_view random_end) const {
  constexpr std::size_t kLongestName = 63;
  return std::string(base.substr(0, kLongestName - random_end.size())).append(random_end);
}

Plan Strategy::plan_of(const Json& object) const {
  Plan plan;
  plan.document = api::write_served(resource(), object);
  plan.goes = is_deleting(object) && !waits(object);
  return plan;
}

Result<Json> Strategy::decode(const Json& sent) const {
  const Result<DraftPtr> object = draft(sent);
  if (!object) return object.status();
  return tree_of(**object);
}

void Strategy::record_creator(Draft& draft, const api::FieldOwner& owner) const {
  Json tree = tree_of(draft);
  api::record_update(tree, blank(), resource(), owner);
  draft.meta().managed_fields = api::managed_fields_of(tree);
}

const Json& Strategy::blank() const {
  static const Json kBlank{
      {"metadata", Json::object()}, {"spec", Json::object()}, {"status", Json::object()}};
  return kBlank;
}

}  // namespace clusterip::daemon
