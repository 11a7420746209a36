#include "daemon/http/write_options.hpp"

#include "daemon/api/json_fields.hpp"
#include "daemon/api/schema.hpp"
#include "daemon/http/parameters.hpp"

namespace clusterip::daemon {
namespace {

using api::Result;
using cluster::FieldError;
using cluster::FieldErrors;
using cluster::FieldErrorType;

constexpr std::size_t kLongestManager = 128;

api::Status invalid_options(const char* kind, const FieldErrors& errors) {
  return api::invalid({"meta.k8s.io", "", kind}, "", errors);
}

const char* options_kind(WriteStyle style) {
  switch (style) {
    case WriteStyle::kCreate:
      return "CreateOptions";
    case WriteStyle::kUpdate:
      return "UpdateOptions";
    case WriteStyle::kPatch:
    case WriteStyle::kApply:
      break;
  }
  return "PatchOptions";
}

void check_manager(FieldErrors& errors, std::string_view manager) {
  constexpr const char* kField = "fieldManager";
  if (manager.size() > kLongestManager) errors.push_back(cluster::too_long(kField, kLongestManager));
  for (std::size_t at = 0; at < manager.size();) {
    const cluster::Rune rune = cluster::first_rune(manager.substr(at));
    if (!cluster::is_printable(rune.code_point)) {
      errors.push_back(cluster::invalid(kField, manager,
                                        "invalid character " + cluster::go_code_point(rune.code_point) +
                                            " (at position " + std::to_string(at) + ")"));
    }
    at += rune.size;
  }
}

// True where something was asked for; whether that is right is told in `errors`.
bool check_dry_run(FieldErrors& errors, const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    if (value == "All") continue;
    errors.push_back(cluster::not_supported("dryRun", cluster::json_list(values), {"All"}));
    break;
  }
  return !values.empty();
}

FieldValidation check_field_validation(FieldErrors& errors, std::string_view mode) {
  if (mode == "Ignore") return FieldValidation::kIgnore;
  if (mode == "Strict") return FieldValidation::kStrict;
  if (!mode.empty() && mode != "Warn") {
    errors.push_back(cluster::not_supported("fieldValidation", cluster::json_quote(mode),
                                            {"", "Ignore", "Strict", "Warn"}));
  }
  return FieldValidation::kWarn;
}

// What a deletion may say beyond its preconditions. None of it changes what happens to what is served here:
// nothing is given a grace, and nothing depends on it.
struct Deletion {
  std::optional<std::int64_t> grace;
  std::optional<std::string> propagation;
  std::optional<bool> orphan;
  std::optional<bool> ignore_read_error;
  std::vector<std::string> dry_run;
  DeleteOptions options;
};

api::Refusal check_deletion(const Deletion& deletion) {
  FieldErrors errors;
  const auto& policy = deletion.propagation;
  constexpr const char* kField = "propagationPolicy";
  if (policy && deletion.orphan) {
    errors.push_back(cluster::invalid_json(kField, cluster::json_quote(*policy),
                                           "orphanDependents and deletionPropagation cannot be both set"));
  }
  if (policy && *policy != "Foreground" && *policy != "Background" && *policy != "Orphan") {
    errors.push_back(cluster::not_supported(kField, cluster::json_quote(*policy),
                                            {"Foreground", "Background", "Orphan", "nil"}));
  }
  (void)check_dry_run(errors, deletion.dry_run);
  if (errors.empty()) return std::nullopt;
  return invalid_options("DeleteOptions", errors);
}

api::Refusal read_parameters(const HttpRequest& request, Deletion& to) {
  if (request.has_parameter("gracePeriodSeconds")) {
    const auto grace = cluster::read_go_int(request.parameter("gracePeriodSeconds"));
    if (!grace) return no_number(request.parameter("gracePeriodSeconds"));
    to.grace = *grace;
  }
  if (request.has_parameter("propagationPolicy")) to.propagation = request.parameter("propagationPolicy");
  if (request.has_parameter("orphanDependents")) to.orphan = truth(request, "orphanDependents");
  to.dry_run = values_of(request, "dryRun");
  if (const auto uid = request.parameter("uid"); !uid.empty()) to.options.uid = uid;
  if (const auto revision = request.parameter("resourceVersion"); !revision.empty()) {
    to.options.resource_version = revision;
  }
  return std::nullopt;
}

api::Refusal check_kind(const Json& body) {
  const auto text = [&](const char* name) {
    const auto found = body.find(name);
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const std::string kind = text("kind");
  const std::string version = text("apiVersion");
  // The options of any version are taken for those of this one.
  if (kind.empty() || kind == "DeleteOptions") return std::nullopt;
  return api::bad_request(
      "no kind \"" + kind + "\" is registered for version \"" + version +
      "\" in scheme \"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go\"");
}

api::Refusal read_body(const Json& body, Deletion& to) {
  if (const auto fault = api::untold_type(body)) return api::bad_request(*fault);
  if (auto refusal = check_kind(body)) return refusal;
  api::FirstError error;
  api::FieldReader fields(body, "v1.DeleteOptions", error);
  fields.int64("gracePeriodSeconds", to.grace);
  fields.object("preconditions", "v1.Preconditions", [&](api::FieldReader& preconditions) {
    preconditions.text("uid", to.options.uid, "types.UID");
    preconditions.text("resourceVersion", to.options.resource_version);
  });
  fields.boolean("orphanDependents", to.orphan);
  fields.text("propagationPolicy", to.propagation, "v1.DeletionPropagation");
  fields.texts("dryRun", to.dry_run);
  fields.boolean("ignoreStoreReadErrorWithClusterBreakingPotential", to.ignore_read_error);
  if (error) return api::bad_request(error->reason);
  return std::nullopt;
}

}  // namespace

Result<WriteOptions> read_write_options(const HttpRequest& request, WriteStyle style) {
  WriteOptions options;
  FieldErrors errors;
  options.field_manager = request.parameter("fieldManager");
  options.force = truth(request, "force");
  if (style == WriteStyle::kApply && options.field_manager.empty()) {
    errors.push_back(cluster::required("fieldManager", "is required for apply patch"));
  }
  if (style == WriteStyle::kPatch && request.has_parameter("force")) {
    errors.push_back(cluster::forbidden("force", "may not be specified for non-apply patch"));
  }
  check_manager(errors, options.field_manager);
  options.dry_run = check_dry_run(errors, values_of(request, "dryRun"));
  options.field_validation = check_field_validation(errors, request.parameter("fieldValidation"));
  if (!errors.empty()) return invalid_options(options_kind(style), errors);
  if (options.field_manager.empty()) options.field_manager = manager_of_agent(request.header("User-Agent"));
  return options;
}

std::string manager_of_agent(std::string_view user_agent) {
  std::string_view program = user_agent.substr(0, user_agent.find('/'));
  std::string manager;
  while (!program.empty()) {
    const cluster::Rune rune = cluster::first_rune(program);
    if (cluster::is_printable(rune.code_point)) {
      if (manager.size() + rune.size > kLongestManager) break;
      manager.append(program.substr(0, rune.size));
    }
    program.remove_prefix(rune.size);
  }
  return manager.empty() ? "unknown" : manager;
}

Result<DeletionRequest> read_delete_options(const HttpRequest& request, const api::BodyLimits& limits) {
  Deletion deletion;
  DeletionRequest asked;
  if (request.body.empty()) {
    if (auto refusal = read_parameters(request, deletion)) return std::move(*refusal);
  } else {
    auto body =
        api::read_any(request.header("Content-Type"), request.body, api::delete_options_schema(), limits);
    if (!body) return body.status();
    if (body->is_null()) *body = Json::object();
    if (auto refusal = read_body(*body, deletion)) return std::move(*refusal);
    asked.sent = std::move(*body);
  }
  if (auto refusal = check_deletion(deletion)) return std::move(*refusal);
  asked.options = std::move(deletion.options);
  asked.dry_run = !deletion.dry_run.empty();
  return asked;
}

}  // namespace clusterip::daemon
