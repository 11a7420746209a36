#include "daemon/http/resource_handler.hpp"

#include "daemon/api/body.hpp"
#include "daemon/http/answers.hpp"

namespace clusterip::daemon {

// One request while it is being worked on.
struct ResourceHandler::Call {
  const HttpRequest& request;
  const api::RequestPath& path;
  const api::Resource& resource;
  RequestContext context;

  ObjectKey key() const { return {path.name_space, path.name}; }
  bool status() const { return path.subresource == "status"; }
};

namespace {

constexpr std::size_t kLongestManager = 128;

// Who owns the fields that a client sets without naming itself: its program, as far as that can be told.
std::string manager_of(const HttpRequest& request) {
  if (request.has_parameter("fieldManager")) return std::string(request.parameter("fieldManager"));
  const std::string_view agent = request.header("User-Agent");
  return std::string(agent.substr(0, agent.find('/')).substr(0, kLongestManager));
}

// The verb that upstream names in its refusals.
std::string_view verb_word(std::string_view method) {
  if (method == "POST") return "create";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return "delete";
  return "get";
}

api::Refusal check_dry_run(const HttpRequest& request, bool& dry_run) {
  for (const auto& [name, value] : request.query) {
    if (name != "dryRun") continue;
    if (value != "All") {
      cluster::FieldError error{cluster::FieldErrorType::kNotSupported, "dryRun", cluster::json_list({value}),
                                R"(supported values: "All")"};
      return api::invalid({"meta.k8s.io", "", "CreateOptions"}, "", {error});
    }
    dry_run = true;
  }
  return std::nullopt;
}

api::Status page_not_found() {
  return api::generic(404, "NotFound", "the server could not find the requested resource");
}

}  // namespace

HttpResponse ResourceHandler::handle(const HttpRequest& request, const api::RequestPath& path,
                                     const std::string& user) const {
  const api::Resource* resource = api::find_resource(path.group, path.version, path.resource);
  const bool placed = resource != nullptr && (resource->namespaced || path.name_space.empty());
  const bool subresource_known =
      resource != nullptr &&
      (path.subresource.empty() || (path.subresource == "status" && resource->has_status));
  if (!placed || !subresource_known ||
      (resource->namespaced && path.name_space.empty() && !path.name.empty())) {
    return answer_status(page_not_found());
  }
  Call call{request, path, *resource, {}};
  std::vector<std::string> warnings;
  call.context.user = user;
  call.context.manager = manager_of(request);
  call.context.now = now_();
  call.context.warnings = &warnings;
  if (auto refusal = check_dry_run(request, call.context.dry_run)) return answer_status(*refusal);
  HttpResponse response = dispatch(call);
  for (const std::string& warning : warnings) {
    response.headers.emplace_back("Warning", "299 - " + cluster::json_quote(warning));
  }
  return response;
}

HttpResponse ResourceHandler::dispatch(const Call& call) const {
  const std::string& method = call.request.method;
  const bool collection = call.path.name.empty();
  if (method == "GET" || method == "HEAD") return collection ? list(call) : get(call);
  const bool in_place = !call.resource.namespaced || !call.path.name_space.empty();
  if (method == "POST" && collection && in_place) return create(call);
  if (method == "PUT" && !collection) return update(call);
  if (method == "DELETE" && !collection && !call.status()) return erase(call);
  return answer_status(api::method_not_supported(call.resource.subject(), verb_word(method)));
}

HttpResponse ResourceHandler::get(const Call& call) const {
  const auto record = verbs_.get(call.resource, call.key());
  if (!record) return answer_status(record.status());
  return answer_object(200, call.resource, call.path.version, **record);
}

HttpResponse ResourceHandler::list(const Call& call) const {
  const Listing listing =
      verbs_.store().list(static_cast<ResourceId>(call.resource.index), call.path.name_space);
  return answer_list(call.resource, call.path.version, listing, "");
}

HttpResponse ResourceHandler::create(const Call& call) const {
  const auto object = api::read_object(call.request.header("Content-Type"), call.request.body, call.resource,
                                       call.path.version, {limits_.json_depth});
  if (!object) return answer_status(object.status());
  const auto written = verbs_.create(call.resource, call.path.name_space, *object, call.context);
  if (!written) return answer_status(written.status());
  return answer_object(201, call.resource, call.path.version, *written->record);
}

HttpResponse ResourceHandler::update(const Call& call) const {
  const auto sent = api::read_object(call.request.header("Content-Type"), call.request.body, call.resource,
                                     call.path.version, {limits_.json_depth});
  if (!sent) return answer_status(sent.status());
  auto decoded = verbs_.strategy(call.resource).decode(*sent);
  if (!decoded) return answer_status(decoded.status());
  const std::string name = decoded->value("/metadata/name"_json_pointer, std::string());
  if (name != call.path.name) {
    return answer_status(api::bad_request(name.empty() ? "the name of the object must be given"
                                                       : "the name of the object (" + name +
                                                             ") does not match the name on the URL (" +
                                                             call.path.name + ")"));
  }
  const auto written = verbs_.update(
      call.resource, call.key(), call.status(), [&](const Json&) -> api::Result<Json> { return *decoded; },
      &*sent, call.context);
  if (!written) return answer_status(written.status());
  return answer_object(written->created ? 201 : 200, call.resource, call.path.version, *written->record);
}

HttpResponse ResourceHandler::erase(const Call& call) const {
  DeleteOptions options;
  if (!call.request.body.empty()) {
    const auto sent = api::read_json(call.request.body, {limits_.json_depth});
    if (!sent) return answer_status(sent.status());
    if (sent->is_object() && sent->contains("preconditions") && sent->at("preconditions").is_object()) {
      const Json& preconditions = sent->at("preconditions");
      options.uid = preconditions.value("uid", "");
      options.resource_version = preconditions.value("resourceVersion", "");
    }
  }
  const auto deleted = verbs_.erase(call.resource, call.key(), options, call.context);
  if (!deleted) return answer_status(deleted.status());
  if (!deleted->gone || verbs_.strategy(call.resource).returns_deleted()) {
    return answer_object(200, call.resource, call.path.version, *deleted->record);
  }
  const Json object = api::read_document(deleted->record->document, deleted->record->revision);
  return answer_json(200, api::success_status(call.resource.subject(), call.path.name,
                                              object.at("metadata").value("uid", "")));
}

}  // namespace clusterip::daemon
