#include "daemon/http/answers.hpp"

#include "daemon/api/document.hpp"

namespace clusterip::daemon {

HttpResponse answer_json(int code, const nlohmann::json& value) {
  HttpResponse response;
  response.status = code;
  response.body = api::dump(value) + "\n";
  return response;
}

HttpResponse answer_status(const api::Status& status) {
  HttpResponse response = answer_json(status.code, api::encode(status));
  if (status.details && status.details->retry_after_seconds > 0) {
    response.headers.emplace_back("Retry-After", std::to_string(status.details->retry_after_seconds));
  }
  return response;
}

HttpResponse answer_text(int code, std::string text) {
  HttpResponse response;
  response.status = code;
  response.content_type = "text/plain; charset=utf-8";
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.body = std::move(text);
  return response;
}

HttpResponse answer_missing_page(std::string_view path) {
  for (const std::string_view served :
       {"/api", "/apis/networking.k8s.io", "/apis/events.k8s.io", "/version"}) {
    const bool below = path.substr(0, served.size()) == served &&
                       (path.size() == served.size() || path[served.size()] == '/');
    if (below) return answer_status(api::page_not_found());
  }
  return answer_text(404, "404 page not found\n");
}

HttpResponse answer_refusal(const FrameRefusal& refusal) {
  switch (refusal.status) {
    case 413:
      return answer_status(
          api::generic(413, "RequestEntityTooLarge", "Request entity too large: " + refusal.message));
    case 429:
      return answer_status(api::too_many_requests(refusal.message));
    case 405:
      return answer_status(api::method_not_allowed());
    default:
      return answer_status(
          api::generic(refusal.status, refusal.status == 400 ? "BadRequest" : "", refusal.message));
  }
}

}  // namespace clusterip::daemon
