// The questions that clients ask about themselves: may I do this, what may I do, who am I.
//
// Whoever holds a token of this server may do everything, so the answers are short. Nothing is stored.
// (authorization.k8s.io and authentication.k8s.io, version v1)
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include "daemon/api/schema.hpp"

namespace clusterip::api {

struct Review {
  std::string_view path;
  std::string_view api_version;
  std::string_view kind;
  const ObjectSchema* schema;
};

// The review that is asked for by a POST to this path; null where there is none.
const Review* find_review(std::string_view path);

// The question with its answer. `asked` is an object.
nlohmann::json answered_review(const Review& review, const nlohmann::json& asked, std::string_view user);

}  // namespace clusterip::api
