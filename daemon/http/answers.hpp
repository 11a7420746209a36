// Answers of the API as HTTP: objects, lists and Status.
#pragma once

#include "daemon/api/resources.hpp"
#include "daemon/api/status.hpp"
#include "daemon/http/exchange.hpp"
#include "daemon/http/frame.hpp"
#include "daemon/store/store.hpp"

namespace clusterip::daemon {

HttpResponse answer_status(const api::Status& status);
HttpResponse answer_json(int code, const nlohmann::json& value);
HttpResponse answer_text(int code, std::string text);
HttpResponse answer_object(int code, const api::Resource& resource, std::string_view version,
                           const Record& record);
HttpResponse answer_list(const api::Resource& resource, std::string_view version, const Listing& listing,
                         std::string_view continue_token);
// What the framing refused, in the words of the API.
HttpResponse answer_refusal(const FrameRefusal& refusal);

}  // namespace clusterip::daemon
