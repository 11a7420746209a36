#include "daemon/http/reviews.hpp"

#include "daemon/api/body.hpp"
#include "daemon/api/protobuf_body.hpp"
#include "daemon/api/review_json.hpp"
#include "daemon/http/answers.hpp"

namespace clusterip::daemon {

std::optional<HttpResponse> answer_review(const HttpRequest& request, const std::string& user) {
  const api::Review* review = api::find_review(request.path);
  if (review == nullptr) return std::nullopt;
  if (request.method != "POST") return answer_status(api::method_not_allowed());
  const bool is_protobuf = api::media_type(request.header("Content-Type")) == api::kProtobufType;
  const auto asked =
      is_protobuf ? api::read_protobuf(request.body, *review->schema) : api::read_json(request.body);
  if (!asked) return answer_status(asked.status());
  if (!asked->is_object()) return answer_status(api::bad_request("the body of a review must be an object"));
  return answer_json(201, api::answered_review(*review, *asked, user));
}

}  // namespace clusterip::daemon
