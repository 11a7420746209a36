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

HttpResponse answer_object(int code, const api::Resource& resource, std::string_view version,
                           const Record& record) {
  HttpResponse response;
  response.status = code;
  response.body.reserve(record.document.size() + 128);
  api::append_object(response.body, record.document, record.revision, resource.api_version(version),
                     resource.kind);
  response.body += '\n';
  return response;
}

HttpResponse answer_list(const api::Resource& resource, std::string_view version, const Listing& listing,
                         std::string_view continue_token) {
  HttpResponse response;
  std::size_t size = 256;
  for (const RecordPtr& record : listing.records) size += record->document.size() + 48;
  std::string& body = response.body;
  body.reserve(size);
  body.append(R"({"kind":")").append(resource.kind).append(R"(List","apiVersion":")");
  body.append(resource.api_version(version)).append(R"(","metadata":{"resourceVersion":")");
  body.append(std::to_string(listing.revision)).append("\"");
  if (!continue_token.empty()) {
    body.append(R"(,"continue":")").append(continue_token).append("\"");
    if (listing.remaining > 0)
      body.append(R"(,"remainingItemCount":)").append(std::to_string(listing.remaining));
  }
  body.append(R"(},"items":[)");
  bool first = true;
  for (const RecordPtr& record : listing.records) {
    if (!first) body += ',';
    first = false;
    api::append_object(body, record->document, record->revision);
  }
  body.append("]}\n");
  return response;
}

HttpResponse answer_refusal(const FrameRefusal& refusal) {
  switch (refusal.status) {
    case 413:
      return answer_status(
          api::generic(413, "RequestEntityTooLarge", "Request entity too large: " + refusal.message));
    case 429:
      return answer_status(api::too_many_requests(refusal.message));
    case 405:
      return answer_status(api::generic(405, "MethodNotAllowed", refusal.message));
    default:
      return answer_status(
          api::generic(refusal.status, refusal.status == 400 ? "BadRequest" : "", refusal.message));
  }
}

}  // namespace clusterip::daemon
