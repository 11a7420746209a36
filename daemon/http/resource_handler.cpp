#include "daemon/http/resource_handler.hpp"

#include <algorithm>
#include <iterator>

#include "daemon/api/body.hpp"
#include "daemon/api/go_value.hpp"
#include "daemon/api/patch.hpp"
#include "daemon/api/patch_words.hpp"
#include "daemon/api/served_document.hpp"
#include "daemon/api/strict_faults.hpp"
#include "daemon/api/typed_patch.hpp"
#include "daemon/http/answers.hpp"
#include "daemon/http/collection_handler.hpp"
#include "daemon/http/resource_version.hpp"
#include "daemon/http/write_options.hpp"

namespace clusterip::daemon {
namespace {

using api::Result;
using api::Status;

constexpr std::string_view kJsonPatch = "application/json-patch+json";
constexpr std::string_view kMergePatch = "application/merge-patch+json";
constexpr std::string_view kApplyPatch = "application/apply-patch+yaml";
constexpr std::string_view kStrategicPatch = "application/strategic-merge-patch+json";
constexpr const char* kUnreadYaml = "error decoding YAML: error converting YAML to JSON: ";

// What a request says and what it is answered, for the audit log.
void tell_asked(const ResourceCall& call, const Json& sent) {
  if (call.audited != nullptr) call.audited->request = api::dump(sent);
}

void tell_given(const ResourceCall& call, const Record& record) {
  if (call.audited == nullptr) return;
  call.audited->name = record.key.name;
  api::append_served(call.audited->response, call.resource, record.document, record.revision,
                     call.resource.api_version(call.path.version), call.resource.kind);
}

HttpResponse present(int code, const ResourceCall& call, const Record& record) {
  if (auto refusal = call.presentation.refuse(false)) return answer_status(*refusal);
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
  if (name.empty()) return undetermined_name(call.path.name);
  return api::bad_request("the name of the object (" + name + ") does not match the name on the URL (" +
                          call.path.name + ")");
}

Result<Json> patched(const std::string& type, const Json& standing, const Json& patch,
                     const api::Resource& resource) {
  if (patch.is_null() && type == kMergePatch) return api::bad_request("Invalid JSON Patch");
  if (patch.is_null()) return standing;
  if (type == kJsonPatch) return api::apply_json_patch(standing, patch);
  if (type == kMergePatch) return api::apply_merge_patch(standing, patch);
  return api::apply_strategic_patch(standing, patch, api::schema_of(resource));
}

// As it was sent, up to a semicolon; upstream compares no further.
std::string patch_type(const HttpRequest& request) {
  const std::string_view type = request.header("Content-Type");
  return std::string(type.substr(0, type.find(';')));
}

api::Refusal check_patch_type(const HttpRequest& request) {
  const std::string type = patch_type(request);
  if (type == kJsonPatch || type == kMergePatch || type == kStrategicPatch || type == kApplyPatch) {
    return std::nullopt;
  }
  return Status{415, "UnsupportedMediaType", "415: Unsupported Media Type", api::StatusDetails{}};
}

// As every answer of an old version says.
std::string deprecation(const api::Resource& resource, const std::string& version) {
  return resource.api_version(version) + " " + std::string(resource.kind) +
         " is deprecated in v1.34+, unavailable in v1.37+";
}

// What a body says that the kind does not have, or says twice.
std::vector<std::string> faults_in_body(const ResourceCall& call, const Json& object,
                                        const api::BodyLimits& limits) {
  const api::ObjectSchema& schema = api::schema_of(call.resource);
  const std::string type = api::media_type(call.request.header("Content-Type"));
  if (type == api::kProtobufType) return {};
  if (type == api::kYamlType) {
    std::vector<std::string> faults = api::unknown_fields(object, schema);
    if (auto repeated = api::repeated_yaml_keys(call.request.body, limits)) {
      faults.insert(faults.begin(), *std::move(repeated));
    }
    return faults;
  }
  return api::strict_faults(call.request.body, schema);
}

// What a patch says twice, or in operations that there are not, and what its result has that the kind has
// not.
std::vector<std::string> faults_in_patch(const ResourceCall& call, const std::string& type,
                                         const Json& result) {
  const std::string& text = call.request.body;
  std::vector<std::string> faults =
      type == kJsonPatch ? api::operation_faults(text) : api::repeated_fields(text);
  std::vector<std::string> unknown = api::unknown_fields(result, api::schema_of(call.resource));
  std::move(unknown.begin(), unknown.end(), std::back_inserter(faults));
  return faults;
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
  context.version = path.version;
  context.now = now_();
  context.warnings = &warnings;
  if (path.version == "v1beta1") context.warn(deprecation(resource, path.version));
  context.finalize = path.subresource == "finalize";
  const Act act = act_for(request, path, resource);
  if (act == nullptr) return answer_status(api::method_not_allowed());
  if (request.method == "PATCH") {
    if (auto refusal = check_patch_type(request)) return answer_status(*refusal);
  }
  auto presentation = Presentation::negotiate(request, resource, path, context.now);
  if (!presentation) return answer_status(presentation.status());
  AuditedBodies audited;
  context.audit = audit_;
  ResourceCall call{request,
                    path,
                    resource,
                    std::move(context),
                    std::move(*presentation),
                    audit_ == nullptr ? nullptr : &audited};
  HttpResponse response = (this->*act)(call);
  if (audit_ != nullptr && response.status >= 400) audited.status = response.body;
  call.presentation.finish(request, response);
  response.audited = std::move(audited);
  for (const std::string& warning : warnings) {
    response.headers.emplace_back("Warning", "299 - " + cluster::json_quote(warning));
  }
  return response;
}

ResourceHandler::Act ResourceHandler::act_for(const HttpRequest& request, const api::RequestPath& path,
                                              const api::Resource& resource) {
  const std::string& method = request.method;
  const bool reading = method == "GET";
  if (path.watch) return reading ? &ResourceHandler::collection : nullptr;
  const bool in_place = !resource.namespaced || !path.name_space.empty();
  if (path.name.empty()) {
    const bool erasing = method == "DELETE" && in_place && resource.erased_together;
    if (reading || erasing) return &ResourceHandler::collection;
    return method == "POST" && in_place ? &ResourceHandler::create : nullptr;
  }
  if (method == "PUT") return &ResourceHandler::update;
  if (path.subresource == "finalize") return nullptr;
  if (reading) return &ResourceHandler::get;
  if (method == "PATCH") return &ResourceHandler::patch;
  return method == "DELETE" && path.subresource.empty() ? &ResourceHandler::erase : nullptr;
}

HttpResponse ResourceHandler::collection(ResourceCall& call) const {
  const auto options = read_list_options(call.request, call.resource, call.path.name, call.path.watch);
  if (!options) return answer_status(options.status());
  if (call.request.method == "DELETE") {
    const auto deletion = read_delete_options(call.request, {limits_.json_depth});
    if (!deletion) return answer_status(deletion.status());
    if (!deletion->sent.is_null()) tell_asked(call, deletion->sent);
    call.context.dry_run = deletion->dry_run;
    return erase_collection(call, verbs_, *options, deletion->options);
  }
  if (options->watch) return watch_collection(call, verbs_.store(), *options);
  return list_collection(call, verbs_.store(), *options);
}

// Takes over what the parameters of a write say.
api::Refusal ResourceHandler::take_options(ResourceCall& call, WriteStyle style) {
  auto options = read_write_options(call.request, style);
  if (!options) return options.status();
  call.context.dry_run = options->dry_run;
  call.context.manager = std::move(options->field_manager);
  call.field_validation = options->field_validation;
  call.force = options->force;
  return std::nullopt;
}

api::Refusal ResourceHandler::check_fields(const ResourceCall& call, const FindFaults& find) const {
  if (call.field_validation == FieldValidation::kIgnore) return std::nullopt;
  const bool strict = call.field_validation == FieldValidation::kStrict;
  std::string all;
  for (const std::string& fault : find()) {
    all += (all.empty() ? "" : ", ") + fault;
    if (strict) continue;
    for (const std::string& warning : api::told_apart(fault)) call.context.warn(warning);
  }
  if (!strict || all.empty()) return std::nullopt;
  return api::bad_request(api::unreadable(call.resource, call.path.version) +
                          "strict decoding error: " + all);
}

api::Refusal ResourceHandler::check_keys(const ResourceCall& call) const {
  if (call.field_validation == FieldValidation::kIgnore) return std::nullopt;
  const auto fault = api::repeated_yaml_keys(call.request.body, {limits_.json_depth});
  if (!fault) return std::nullopt;
  if (call.field_validation == FieldValidation::kStrict) {
    return api::bad_request("error strict decoding YAML: error converting YAML to JSON: " + *fault);
  }
  for (const std::string& warning : api::told_apart(*fault)) call.context.warn(warning);
  return std::nullopt;
}

HttpResponse ResourceHandler::get(ResourceCall& call) const {
  const std::string_view least = call.request.parameter("resourceVersion");
  if (auto refusal = check_minimum(least, verbs_.store().revision(), call.resource.is_cached())) {
    return answer_status(*refusal);
  }
  const auto record = verbs_.get(call.resource, call.key());
  if (!record) return answer_status(record.status());
  return present(200, call, **record);
}

HttpResponse ResourceHandler::create(ResourceCall& call) const {
  if (auto refusal = api::check_media_type(call.request.header("Content-Type")))
    return answer_status(*refusal);
  if (auto refusal = take_options(call, WriteStyle::kCreate)) return answer_status(*refusal);
  const auto object = api::read_object(call.request.header("Content-Type"), call.request.body, call.resource,
                                       call.path.version, {limits_.json_depth});
  if (!object) return answer_status(object.status());
  tell_asked(call, *object);
  if (auto refusal = check_fields(call, [&] { return faults_in_body(call, *object, {limits_.json_depth}); }))
    return answer_status(*refusal);
  const auto written = verbs_.create(call.resource, call.path.name_space, *object, call.context);
  if (!written) return answer_status(written.status());
  return present(201, call, *written->record);
}

HttpResponse ResourceHandler::update(ResourceCall& call) const {
  if (auto refusal = take_options(call, WriteStyle::kUpdate)) return answer_status(*refusal);
  const auto sent = api::read_object(call.request.header("Content-Type"), call.request.body, call.resource,
                                     call.path.version, {limits_.json_depth});
  if (!sent) return answer_status(sent.status());
  tell_asked(call, *sent);
  if (auto refusal = check_fields(call, [&] { return faults_in_body(call, *sent, {limits_.json_depth}); }))
    return answer_status(*refusal);
  const auto decoded = verbs_.strategy(call.resource).decode(*sent);
  if (!decoded) return answer_status(decoded.status());
  if (auto refusal = check_name(call, *decoded)) return answer_status(*refusal);
  const auto written = verbs_.update(
      call.resource, call.key(), call.status(), [&](const Json&) -> Result<Json> { return *decoded; }, &*sent,
      call.context);
  if (!written) return answer_status(written.status());
  return present(written->created ? 201 : 200, call, *written->record);
}

HttpResponse ResourceHandler::patch(ResourceCall& call) const {
  const std::string type = patch_type(call.request);
  if (type == kApplyPatch) return apply(call);
  if (auto refusal = take_options(call, WriteStyle::kPatch)) return answer_status(*refusal);
  const bool is_strategic = type == kStrategicPatch;
  const auto sent =
      api::read_patch(call.request.body, is_strategic ? "" : "error decoding patch: ", {limits_.json_depth});
  if (sent) tell_asked(call, *sent);
  const Strategy& strategy = verbs_.strategy(call.resource);
  const auto written = verbs_.update(
      call.resource, call.key(), call.status(),
      [&](const Json& standing) -> Result<Json> {
        // Whether there is anything to patch counts before the patch.
        if (!sent) return sent.status();
        Json typed = standing;
        typed["kind"] = call.resource.kind;
        typed["apiVersion"] = call.resource.api_version(call.path.version);
        auto result = patched(type, typed, *sent, call.resource);
        if (!result) return result;
        if (!result->is_object()) return api::bad_request("the patch leaves no object");
        if (is_strategic) {
          // What it says of its kind is not asked.
          (*result)["kind"] = typed["kind"];
          (*result)["apiVersion"] = typed["apiVersion"];
        }
        const auto in_patch = [&](const Status& fault) {
          return api::unfit_patch(fault, call.resource, is_strategic ? *sent : *result, is_strategic);
        };
        if (auto refusal = api::check_kind(*result, call.resource, call.path.version))
          return in_patch(*refusal);
        // What does not decode at all counts before what is merely not known.
        auto decoded = strategy.decode(*result);
        if (!decoded) return in_patch(decoded.status());
        const auto faults = [&] { return faults_in_patch(call, type, *result); };
        if (auto refusal = check_fields(call, faults)) return in_patch(*refusal);
        if (auto refusal = check_name(call, *decoded)) return std::move(*refusal);
        return decoded;
      },
      nullptr, call.context);
  if (!written) return answer_status(written.status());
  return present(200, call, *written->record);
}

HttpResponse ResourceHandler::apply(ResourceCall& call) const {
  if (auto refusal = take_options(call, WriteStyle::kApply)) return answer_status(*refusal);
  auto sent = api::read_yaml_body(call.request.body, {limits_.json_depth});
  if (!sent) return answer_status(api::bad_request(kUnreadYaml + sent.status().message));
  tell_asked(call, *sent);
  if (sent->is_null()) *sent = Json::object();
  if (!sent->is_object()) {
    return answer_status(api::bad_request(
        "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal " +
        api::go_json_kind(*sent) + " into Go value of type map[string]interface {}"));
  }
  if (auto refusal = api::check_applied_type(*sent, call.resource, call.path.version)) {
    return answer_status(*refusal);
  }
  if (auto refusal = api::check_typed(*sent, call.resource, call.path.version))
    return answer_status(*refusal);
  if (auto refusal = check_keys(call)) return answer_status(*refusal);
  if (sent->contains("/metadata/name"_json_pointer)) {
    if (auto refusal = check_name(call, *sent)) return answer_status(*refusal);
  }
  const auto written =
      verbs_.apply(call.resource, call.key(), call.status(), *sent, call.force, call.context);
  if (!written) return answer_status(written.status());
  return present(written->created ? 201 : 200, call, *written->record);
}

HttpResponse ResourceHandler::erase(ResourceCall& call) const {
  const auto asked = read_delete_options(call.request, {limits_.json_depth});
  if (!asked) return answer_status(asked.status());
  if (!asked->sent.is_null()) tell_asked(call, asked->sent);
  call.context.dry_run = asked->dry_run;
  const auto deleted = verbs_.erase(call.resource, call.key(), asked->options, call.context);
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
