// The question "validate" of the oracle protocol: which causes would the apiserver's 422 answer name.
#include <variant>

#include <nlohmann/json.hpp>

#include "daemon/api/object_json.hpp"
#include "engine/cluster/network_validation.hpp"
#include "tools/clusteripctl/oracle_questions.hpp"
#include "tools/clusteripctl/oracle_reply.hpp"

namespace clusterip::ctl {
namespace {

using cluster::FieldErrors;
using nlohmann::json;

// The value as upstream holds it: text that is too long is left out, and what is required or forbidden has
// none.
std::string_view value_of(const cluster::FieldError& error) {
  if (error.type == cluster::FieldErrorType::kTooLong) return R"("<value omitted>")";
  return error.value_json.empty() ? R"("")" : std::string_view(error.value_json);
}

void append_errors(const FieldErrors& errors, std::string& out) {
  out.append("\"errors\":[");
  bool first = true;
  for (const cluster::FieldError& error : errors) {
    out.append(first ? "{" : ",{");
    first = false;
    append_text("type", cluster::reason_name(error.type), out);
    out.push_back(',');
    append_text("field", error.field, out);
    out.append(",\"value\":").append(value_of(error));
    out.push_back(',');
    append_text("detail", error.detail, out);
    out.push_back('}');
  }
  out.push_back(']');
}

// A member as JSON; absent where it is left out or beyond the decoder (a number too large for any type).
std::optional<json> member_json(OracleRequest& request, std::string_view name) {
  const auto text = request.value(name);
  if (!text) return std::nullopt;
  json value = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!value.is_discarded()) return value;
  request.set_fault("member " + cluster::json_quote(name) + " cannot be decoded");
  return std::nullopt;
}

// The kind, if it is one of those that have rules here, in the version that is modelled.
std::optional<api::ObjectKind> kind_of(const json& object) {
  const auto kind = api::kind_of(object);
  const auto* known = std::get_if<api::ObjectKind>(&kind);
  if (known == nullptr || *known == api::ObjectKind::kService) return std::nullopt;
  const auto version = object.find("apiVersion");
  if (version == object.end() || *version != api::api_version(*known)) return std::nullopt;
  return *known;
}

// The value of a decoding; what went wrong becomes the fault of the request.
template <class Object>
Object decoded(OracleRequest& request, std::string_view member, api::Decoded<Object> result) {
  if (auto* object = std::get_if<Object>(&result)) return std::move(*object);
  const auto& error = std::get<api::DecodeError>(result);
  request.set_fault("member " + cluster::json_quote(member) + ": " + error.message());
  return {};
}

template <class Object, class Decode>
void validate(OracleRequest& request, const json& object, const std::optional<json>& old, Decode decode,
              std::string& out) {
  Object now = decoded<Object>(request, "object", decode(object));
  if (!old) {
    append_errors(cluster::validate_create(std::move(now)), out);
    return;
  }
  Object before = decoded<Object>(request, "old", decode(*old));
  // A stored object of these kinds has no namespace, whatever the client once sent.
  before.meta.name_space.clear();
  append_errors(cluster::validate_update(std::move(now), before), out);
}

}  // namespace

void answer_validate(OracleRequest& request, std::string& out) {
  const auto object = member_json(request, "object");
  const auto old = member_json(request, "old");
  if (!object) {
    request.set_fault("member \"object\" is missing");
    return;
  }
  const auto kind = kind_of(*object);
  if (!kind || (old && kind_of(*old) != kind)) {
    const std::string_view culprit = kind ? "old" : "object";
    request.set_fault("member " + cluster::json_quote(culprit) +
                      ": not a ServiceCIDR or IPAddress of networking.k8s.io/v1, or not of one kind");
    return;
  }
  if (*kind == api::ObjectKind::kServiceCidr) {
    validate<cluster::ServiceCidr>(request, *object, old, api::decode_service_cidr, out);
  } else {
    validate<cluster::IpAddress>(request, *object, old, api::decode_ip_address, out);
  }
}

}  // namespace clusterip::ctl
