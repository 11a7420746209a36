// Who owns which fields: metadata.managedFields after an ordinary write, and server-side apply.
//
// Mirrors apimachinery pkg/util/managedfields over structured-merge-diff: an ordinary write takes over what
// it adds or changes; an apply owns exactly what it names, gives up what it no longer names, and may not
// change what others own unless it is forced.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "daemon/api/resources.hpp"
#include "daemon/api/status.hpp"
#include "engine/cluster/instant.hpp"
#include "engine/cluster/objects.hpp"

namespace clusterip::api {

// The writer, and the way in which it writes.
struct FieldOwner {
  std::string manager;
  std::string api_version;
  bool status = false;  // through the status subresource
  cluster::Instant now;
};

// Of an object's metadata, what belongs to nobody.
bool is_unowned(std::string_view field);

// The entry of whoever creates an object, whose fields (compact JSON) are all his.
cluster::ManagedFields sole_entry(const FieldOwner& owner, std::string fields);

// Sets fresh's managedFields after a create (`live`: the empty object), an update or a patch. The client's
// own managedFields count where it sent some; an empty entry clears them.
void record_update(nlohmann::json& fresh, const nlohmann::json& live, const Resource& resource,
                   const FieldOwner& owner);

// The object that an applied configuration makes of the live one, with its managedFields. 409 with the
// conflicts, unless `force`.
Result<nlohmann::json> server_side_apply(const nlohmann::json& live, const nlohmann::json& configuration,
                                         const Resource& resource, const FieldOwner& owner, bool force);

}  // namespace clusterip::api
