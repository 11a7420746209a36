// Answers of the API as HTTP: objects, lists and Status.
#pragma once

#include "daemon/api/status.hpp"
#include "daemon/http/exchange.hpp"
#include "daemon/http/frame.hpp"

namespace clusterip::daemon {

HttpResponse answer_status(const api::Status& status);
HttpResponse answer_json(int code, const nlohmann::json& value);
HttpResponse answer_text(int code, std::string text);
// Nothing is at this path: a Status below the paths that are served, elsewhere the words of Go's own server.
HttpResponse answer_missing_page(std::string_view path);
// What the framing refused, in the words of the API.
HttpResponse answer_refusal(const FrameRefusal& refusal);

}  // namespace clusterip::daemon
