// What the API says of a patch whose result is no object of the kind: 422, with the patch in the message.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "daemon/api/resources.hpp"
#include "daemon/api/status.hpp"

namespace clusterip::api {

// "Service in version \"v1\" cannot be handled as a Service: ": how a refusal of the decoder begins.
std::string unreadable(const Resource& resource, std::string_view version);

// A refusal of the decoder, as the answer to a patch. Others are given back as they are. `shown` is the
// patched object, or the patch itself when it is a strategic one, which upstream decodes by another way and
// with other words.
Status unfit_patch(const Status& fault, const Resource& resource, const nlohmann::json& shown,
                   bool strategic);
// The same as the answer to an apply: 500, for upstream expects what it has merged to fit.
Status unfit_apply(const Status& fault, const Resource& resource, std::string_view api_version,
                   const nlohmann::json& merged);

}  // namespace clusterip::api
