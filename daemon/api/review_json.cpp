#include "daemon/api/review_json.hpp"

#include <algorithm>
#include <array>

namespace clusterip::api {
namespace {

using Json = nlohmann::json;
using F = FieldSchema;
using T = FieldType;
using L = ListType;

constexpr std::array<F, 7> kResourceAttributesFields{{
    F{"group", 3, T::kText},
    F{"name", 7, T::kText},
    F{"namespace", 1, T::kText},
    F{"resource", 5, T::kText},
    F{"subresource", 6, T::kText},
    F{"verb", 2, T::kText},
    F{"version", 4, T::kText},
}};
constexpr ObjectSchema kResourceAttributes{"io.k8s.api.authorization.v1.ResourceAttributes",
                                           kResourceAttributesFields};

constexpr std::array<F, 2> kPathAttributesFields{{
    F{"path", 1, T::kText},
    F{"verb", 2, T::kText},
}};
constexpr ObjectSchema kPathAttributes{"io.k8s.api.authorization.v1.NonResourceAttributes",
                                       kPathAttributesFields};

constexpr std::array<F, 2> kAccessSpecFields{{
    F{"nonResourceAttributes", 2, T::kObject, L::kNone, false, {}, {}, &kPathAttributes},
    F{"resourceAttributes", 1, T::kObject, L::kNone, false, {}, {}, &kResourceAttributes},
}};
constexpr ObjectSchema kAccessSpec{"io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec",
                                   kAccessSpecFields};

constexpr std::array<F, 1> kAccessFields{{
    F{"spec", 2, T::kObject, L::kNone, false, {}, {}, &kAccessSpec},
}};
constexpr ObjectSchema kAccess{"io.k8s.api.authorization.v1.SelfSubjectAccessReview", kAccessFields};

constexpr std::array<F, 1> kRulesSpecFields{{
    F{"namespace", 1, T::kText},
}};
constexpr ObjectSchema kRulesSpec{"io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec", kRulesSpecFields};

constexpr std::array<F, 1> kRulesFields{{
    F{"spec", 2, T::kObject, L::kNone, false, {}, {}, &kRulesSpec},
}};
constexpr ObjectSchema kRules{"io.k8s.api.authorization.v1.SelfSubjectRulesReview", kRulesFields};

constexpr ObjectSchema kSubject{"io.k8s.api.authentication.v1.SelfSubjectReview", {}};

constexpr std::array<Review, 3> kReviews{{
    {"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "authorization.k8s.io/v1",
     "SelfSubjectAccessReview", &kAccess},
    {"/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", "authorization.k8s.io/v1",
     "SelfSubjectRulesReview", &kRules},
    {"/apis/authentication.k8s.io/v1/selfsubjectreviews", "authentication.k8s.io/v1", "SelfSubjectReview",
     &kSubject},
}};

Json status_of(const Review& review, std::string_view user) {
  if (review.schema == &kAccess) return {{"allowed", true}};
  if (review.schema == &kRules) {
    return {{"incomplete", false},
            {"nonResourceRules", {{{"nonResourceURLs", {"*"}}, {"verbs", {"*"}}}}},
            {"resourceRules", {{{"apiGroups", {"*"}}, {"resources", {"*"}}, {"verbs", {"*"}}}}}};
  }
  return {{"userInfo", {{"username", user}, {"groups", {"system:masters", "system:authenticated"}}}}};
}

}  // namespace

const Review* find_review(std::string_view path) {
  const auto found = std::find_if(kReviews.begin(), kReviews.end(),
                                  [&](const Review& review) { return review.path == path; });
  return found == kReviews.end() ? nullptr : found;
}

Json answered_review(const Review& review, const Json& asked, std::string_view user) {
  Json answer{{"kind", review.kind}, {"apiVersion", review.api_version}, {"metadata", Json::object()}};
  if (asked.contains("spec")) answer["spec"] = asked.at("spec");
  answer["status"] = status_of(review, user);
  return answer;
}

}  // namespace clusterip::api
