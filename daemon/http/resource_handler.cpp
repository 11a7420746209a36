#include "daemon/http/resource_handler.hpp"

#include "daemon/api/body.hpp"
#include "daemon/api/patch.hpp"
#include "daemon/api/patch_words.hpp"
#include "daemon/api/protobuf_body.hpp"
#include "daemon/api/typed_patch.hpp"
#include "daemon/api/unknown_fields.hpp"
#include "daemon/http/answers.hpp"
#include "daemon/http/collection_handler.hpp"

namespace clusterip::daemon {
namespace {

using api::Result;
using api::Status;

constexpr std::size_t kLongestManager = 128;
constexpr std::string_view kJsonPatch = "application/json-patch+json";
constexpr std::string_view kMergePatch = "application/merge-patch+json";
constexpr std::string_view kApplyPatch = "application/apply-patch+yaml";
constexpr std::string_view kStrategicPatch = "application/strategic-merge-patch+json";

// Who owns the fields that a client sets without naming itself: its program, as far as that can be told.
std::string manager_of(const HttpRequest& request) {
  if (!request.parameter("fieldManager").empty()) return std::string(request.parameter("fieldManager"));
  const std::string_view agent = request.header("User-Agent");
  return std::string(agent.substr(0, agent.find('/')).substr(0, kLongestManager));
}

std::string_view options_kind(std::string_view method) {
  if (method == "PUT") return "UpdateOptions";
  if (method == "PATCH") return "PatchOptions";
  if (method == "DELETE") return "DeleteOptions";
  return "CreateOptions";
}

api::Refusal check_dry_run(const HttpRequest& request, bool& dry_run) {
  for (const auto& [name, value] : request.query) {
    if (name != "dryRun") continue;
    if (value != "All") {
      const cluster::FieldError error{cluster::FieldErrorType::kNotSupported, "dryRun",
                                      cluster::json_list({value}), R"(supported values: "All")"};
      return api::invalid({"meta.k8s.io", "", options_kind(request.method)}, "", {error});
    }
    dry_run = true;
  }
  return std::nullopt;
}

// What a request says and what it is answered, for the audit log.
void tell_asked(const ResourceCall& call, const Json& sent) {
  if (call.audited != nullptr) call.audited->request = api::dump(sent);
}

void tell_given(const ResourceCall& call, const Record& record) {
  if (call.audited == nullptr) return;
  call.audited->name = record.key.name;
  api::append_object(call.audited->response, record.document, record.revision,
                     call.resource.api_version(call.path.version), call.resource.kind);
}

HttpResponse present(int code, const ResourceCall& call, const Record& record) {
  tell_given(call, record);
  HttpResponse response;
  response.status = code;
  response.content_type = call.presentation.content_type();
  call.presentation.append_object(response.body, record);
  return response;
}

std::string name_in(const Json& object) {
  const auto path = "/metadata/name"_json_pointer;
  return object.contains(path) && object.at(path).is_string() ? object.at(path).get<std::string>() : "";
}

api::Refusal check_name(const ResourceCall& call, const Json& object) {
  const std::string name = name_in(object);
  if (name == call.path.name) return std::nullopt;
  if (name.empty()) {
    return api::bad_request("the name of the object (" + call.path.name +
                            " based on URL) was undeterminable: name must be provided");
  }
  return api::bad_request("the name of the object (" + name + ") does not match the name on the URL (" +
                          call.path.name + ")");
}

Result<Json> patched(const std::string& type, const Json& standing, const Json& patch,
                     const api::Resource& resource) {
  if (type == kJsonPatch) return api::apply_json_patch(standing, patch);
  if (type == kMergePatch) return api::apply_merge_patch(standing, patch);
  return api::apply_strategic_patch(standing, patch, api::schema_of(resource));
}

// The options of a deletion, from its body and its parameters.
Result<DeleteOptions> read_delete_options(ResourceCall& call, const api::BodyLimits& limits) {
  DeleteOptions options;
  if (call.request.body.empty()) return options;
  const bool is_protobuf = api::media_type(call.request.header("Content-Type")) == api::kProtobufType;
  const auto sent = is_protobuf ? api::read_protobuf(call.request.body, api::delete_options_schema())
                                : api::read_json(call.request.body, limits);
  if (!sent) return sent.status();
  tell_asked(call, *sent);
  if (!sent->is_object()) return api::bad_request("DeleteOptions must be an object");
  const auto text = [](const Json& from, const char* name) {
    const auto found = from.find(name);
    return found != from.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (sent->contains("preconditions") && sent->at("preconditions").is_object()) {
    options.uid = text(sent->at("preconditions"), "uid");
    options.resource_version = text(sent->at("preconditions"), "resourceVersion");
  }
  if (sent->contains("dryRun") && sent->at("dryRun") == Json::array({"All"})) call.context.dry_run = true;
  return options;
}

}  // namespace

HttpResponse ResourceHandler::handle(const HttpRequest& request, const api::RequestPath& path,
                                     const std::string& user) const {
  const api::Resource* resource = api::find_resource(path.group, path.version, path.resource);
  const bool placed = resource != nullptr && (resource->namespaced || path.name_space.empty()) &&
                      (!resource->namespaced || !path.name_space.empty() || path.name.empty());
  const bool subresource_known =
      resource != nullptr &&
      (path.subresource.empty() || (path.subresource == "status" && resource->has_status) ||
       (path.subresource == "finalize" && resource->index == api::ResourceIndex::kNamespaces));
  if (!placed || !subresource_known) return answer_missing_page(request.path);
  const Clock::time_point begun = Clock::now();
  HttpResponse response = answer(request, path, *resource, user);
  requests_.count(request, path, *resource, response.status, Clock::now() - begun);
  return response;
}

HttpResponse ResourceHandler::answer(const HttpRequest& request, const api::RequestPath& path,
                                     const api::Resource& resource, const std::string& user) const {
  RequestContext context;
  std::vector<std::string> warnings;
  context.user = user;
  context.manager = manager_of(request);
  context.version = path.version;
  context.now = now_();
  context.warnings = &warnings;
  context.finalize = path.subresource == "finalize";
  if (auto refusal = check_dry_run(request, context.dry_run)) return answer_status(*refusal);
  auto presentation = Presentation::negotiate(request, resource, path.version, context.now);
  if (!presentation) return answer_status(presentation.status());
  AuditedBodies audited;
  context.audit = audit_;
  const ResourceCall call{request,
                          path,
                          resource,
                          std::move(context),
                          std::move(*presentation),
                          audit_ == nullptr ? nullptr : &audited};
  HttpResponse response = dispatch(call);
  if (audit_ != nullptr && response.status >= 400) audited.status = response.body;
  call.presentation.convert_status(response);
  response.audited = std::move(audited);
  for (const std::string& warning : warnings) {
    response.headers.emplace_back("Warning", "299 - " + cluster::json_quote(warning));
  }
  return response;
}

HttpResponse ResourceHandler::dispatch(const ResourceCall& call) const {
  const std::string& method = call.request.method;
  const bool reading = method == "GET" || method == "HEAD";
  const bool in_place = !call.resource.namespaced || !call.path.name_space.empty();
  if (call.path.name.empty()) {
    const bool erasing = method == "DELETE" && in_place && call.resource.erased_together;
    if (reading || erasing) return collection(call);
    if (method == "POST" && in_place) return create(call);
  } else {
    // An old way to watch one object: a watch of the collection with its name.
    if (reading && call.request.parameter("watch") == "true") return collection(call);
    if (method == "PUT") return update(call);
    if (call.context.finalize) return answer_status(api::method_not_allowed());
    if (reading) return get(call);
    if (method == "PATCH") return patch(call);
    if (method == "DELETE" && !call.status()) return erase(call);
  }
  return answer_status(api::method_not_allowed());
}

HttpResponse ResourceHandler::collection(const ResourceCall& call) const {
  const auto options = read_list_options(call.request, call.resource, call.path.name);
  if (!options) return answer_status(options.status());
  if (call.request.method == "DELETE") return erase_collection(call, verbs_, *options);
  if (options->watch) return watch_collection(call, verbs_.store(), *options);
  return list_collection(call, verbs_.store(), *options);
}

api::Refusal ResourceHandler::check_fields(const ResourceCall& call, const Json& object) const {
  const std::string_view mode = call.request.parameter("fieldValidation");
  if (mode == "Ignore") return std::nullopt;
  if (!mode.empty() && mode != "Warn" && mode != "Strict") {
    const cluster::FieldError error{cluster::FieldErrorType::kNotSupported, "fieldValidation",
                                    cluster::json_quote(mode),
                                    R"(supported values: "", "Ignore", "Strict", "Warn")"};
    return api::invalid({"meta.k8s.io", "", options_kind(call.request.method)}, "", {error});
  }
  std::string all;
  for (const std::string& field : api::unknown_fields(object, api::schema_of(call.resource))) {
    const std::string text = "unknown field \"" + field + "\"";
    all += (all.empty() ? "" : ", ") + text;
    if (mode != "Strict") call.context.warn(text);
  }
  if (all.empty() || mode != "Strict") return std::nullopt;
  return api::bad_request(api::unreadable(call.resource, call.path.version) +
                          "strict decoding error: " + all);
}

HttpResponse ResourceHandler::get(const ResourceCall& call) const {
  const auto record = verbs_.get(call.resource, call.key());
  if (!record) return answer_status(record.status());
  return present(200, call, **record);
}

HttpResponse ResourceHandler::create(const ResourceCall& call) const {
  const auto object = api::read_object(call.request.header("Content-Type"), call.request.body, call.resource,
                                       call.path.version, {limits_.json_depth});
  if (!object) return answer_status(object.status());
  tell_asked(call, *object);
  if (auto refusal = check_fields(call, *object)) return answer_status(*refusal);
  const auto written = verbs_.create(call.resource, call.path.name_space, *object, call.context);
  if (!written) return answer_status(written.status());
  return present(201, call, *written->record);
}

HttpResponse ResourceHandler::update(const ResourceCall& call) const {
  const auto sent = api::read_object(call.request.header("Content-Type"), call.request.body, call.resource,
                                     call.path.version, {limits_.json_depth});
  if (!sent) return answer_status(sent.status());
  tell_asked(call, *sent);
  if (auto refusal = check_fields(call, *sent)) return answer_status(*refusal);
  const auto decoded = verbs_.strategy(call.resource).decode(*sent);
  if (!decoded) return answer_status(decoded.status());
  if (auto refusal = check_name(call, *decoded)) return answer_status(*refusal);
  const auto written = verbs_.update(
      call.resource, call.key(), call.status(), [&](const Json&) -> Result<Json> { return *decoded; }, &*sent,
      call.context);
  if (!written) return answer_status(written.status());
  return present(written->created ? 201 : 200, call, *written->record);
}

HttpResponse ResourceHandler::patch(const ResourceCall& call) const {
  const std::string type = api::media_type(call.request.header("Content-Type"));
  if (type == kApplyPatch) return apply(call);
  if (type != kJsonPatch && type != kMergePatch && type != kStrategicPatch) {
    return answer_status(
        api::Status{415, "UnsupportedMediaType",
                    "the body of the request was in an unknown format - accepted media types "
                    "include: application/json-patch+json, application/merge-patch+json, "
                    "application/strategic-merge-patch+json",
                    api::StatusDetails{}});
  }
  if (call.request.has_parameter("force")) {
    const auto error = cluster::forbidden("force", "may not be specified for non-apply patch");
    return answer_status(api::invalid({"meta.k8s.io", "", "PatchOptions"}, "", {error}));
  }
  const auto sent = api::read_json(call.request.body, {limits_.json_depth});
  if (!sent) return answer_status(sent.status());
  tell_asked(call, *sent);
  const Strategy& strategy = verbs_.strategy(call.resource);
  const auto written = verbs_.update(
      call.resource, call.key(), call.status(),
      [&](const Json& standing) -> Result<Json> {
        Json typed = standing;
        typed["kind"] = call.resource.kind;
        typed["apiVersion"] = call.resource.api_version(call.path.version);
        auto result = patched(type, typed, *sent, call.resource);
        if (!result) return result;
        if (!result->is_object()) return api::bad_request("the patch leaves no object");
        const bool strategic = type == kStrategicPatch;
        if (strategic) {
          // What it says of its kind is not asked.
          (*result)["kind"] = typed["kind"];
          (*result)["apiVersion"] = typed["apiVersion"];
        }
        const auto in_patch = [&](const Status& fault) {
          return api::unfit_patch(fault, call.resource, strategic ? *sent : *result, strategic);
        };
        if (auto refusal = api::check_type(*result, call.resource, call.path.version))
          return in_patch(*refusal);
        // What does not decode at all counts before what is merely not known.
        auto decoded = strategy.decode(*result);
        if (!decoded) return in_patch(decoded.status());
        if (auto refusal = check_fields(call, *result)) return in_patch(*refusal);
        if (auto refusal = check_name(call, *decoded)) return std::move(*refusal);
        return decoded;
      },
      nullptr, call.context);
  if (!written) return answer_status(written.status());
  return present(200, call, *written->record);
}

HttpResponse ResourceHandler::apply(const ResourceCall& call) const {
  if (call.request.parameter("fieldManager").empty()) {
    const cluster::FieldError error{cluster::FieldErrorType::kRequired, "fieldManager", "",
                                    "is required for apply patch"};
    return answer_status(api::invalid({"meta.k8s.io", "", "PatchOptions"}, "", {error}));
  }
  auto sent = api::read_yaml_body(call.request.body, {limits_.json_depth});
  if (!sent) return answer_status(sent.status());
  tell_asked(call, *sent);
  if (!sent->is_object()) return answer_status(api::bad_request("error decoding YAML: an object is wanted"));
  if (auto refusal = api::check_type(*sent, call.resource, call.path.version)) return answer_status(*refusal);
  if (!name_in(*sent).empty()) {
    if (auto refusal = check_name(call, *sent)) return answer_status(*refusal);
  }
  if (auto refusal = api::check_typed(*sent, call.resource, call.path.version))
    return answer_status(*refusal);
  const bool force = call.request.parameter("force") == "true" || call.request.parameter("force") == "1";
  const auto written = verbs_.apply(call.resource, call.key(), call.status(), *sent, force, call.context);
  if (!written) return answer_status(written.status());
  return present(written->created ? 201 : 200, call, *written->record);
}

HttpResponse ResourceHandler::erase(const ResourceCall& asked) const {
  ResourceCall call = asked;
  const auto options = read_delete_options(call, {limits_.json_depth});
  if (!options) return answer_status(options.status());
  const auto deleted = verbs_.erase(call.resource, call.key(), *options, call.context);
  if (!deleted) return answer_status(deleted.status());
  if (!deleted->gone || verbs_.strategy(call.resource).returns_deleted()) {
    return present(200, call, *deleted->record);
  }
  const Json object = api::read_document(deleted->record->document, deleted->record->revision);
  HttpResponse response = answer_json(200, api::success_status(call.resource.subject(), call.path.name,
                                                               object.at("metadata").value("uid", "")));
  if (call.audited != nullptr) call.audited->response = response.body;
  return response;
}

}  // namespace clusterip::daemon
