#include "engine/cluster/network_validation.hpp"
#include "engine/cluster/upstream_steps.hpp"

namespace clusterip::cluster {
namespace {

constexpr std::string_view kGroup = ".networking.k8s.io";
constexpr std::string_view kServiceCidrs = "servicecidrs.networking.k8s.io";
constexpr std::string_view kIpAddresses = "ipaddresses.networking.k8s.io";

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out.append(out.empty() ? "" : ",").append(text);
  return out;
}

// Answers a request about a ServiceCIDR or an IPAddress: validate, write, record.
class ObjectStep {
 public:
  ObjectStep(UpstreamState& state, UpstreamRequest& request)
      : state_(state), request_(request), server_(state.servers.at(request.server)) {}

  void operator()(const CreateServiceCidrRequest& body) {
    finish({"ServiceCIDR", kServiceCidrs, body.object.meta.name, 201}, validate_create(body.object),
           "created " + joined(body.object.cidrs), [&](UpstreamStore& store, Instant now) {
             ServiceCidr object = body.object;
             if (server_.version.drops_client_status) object.conditions.clear();
             return store.create(std::move(object), now);
           });
  }
  void operator()(const UpdateServiceCidrRequest& body) {
    const ServiceCidr* stored = state_.store.objects().find_service_cidr(body.name);
    FieldErrors errors;
    if (stored != nullptr) {
      ServiceCidr changed = *stored;
      changed.cidrs = body.cidrs;
      errors = validate_update(std::move(changed), *stored);
    }
    finish({"ServiceCIDR", kServiceCidrs, body.name, 200}, errors, "updated to " + joined(body.cidrs),
           [&](UpstreamStore& store, Instant now) { return store.set_cidrs(body.name, body.cidrs, now); });
  }
  void operator()(const DeleteServiceCidrRequest& body) {
    const ServiceCidr* stored = state_.store.objects().find_service_cidr(body.name);
    const bool stays = stored != nullptr && !stored->meta.finalizers.empty();
    const std::optional<ServiceCidr> removed =
        stored != nullptr && !stays ? std::optional(*stored) : std::nullopt;
    finish({"ServiceCIDR", kServiceCidrs, body.name, 200}, {}, stays ? "asked to go" : "deleted",
           [&](UpstreamStore& store, Instant now) { return store.delete_service_cidr(body.name, now); });
    if (removed) notice_removed_range(state_, server_.name, *removed);
  }
  void operator()(const CreateIpAddressRequest& body) {
    finish({"IPAddress", kIpAddresses, body.object.meta.name, 201}, validate_create(body.object),
           "created by hand",
           [&](UpstreamStore& store, Instant now) { return store.create(body.object, now); });
  }
  void operator()(const DeleteIpAddressRequest& body) {
    finish({"IPAddress", kIpAddresses, body.name, 200}, {}, "deleted by hand",
           [&](UpstreamStore& store, Instant now) { return store.delete_ip_address(body.name, now); });
  }
  template <class Other>
  void operator()(const Other&) {}  // about a Service

 private:
  struct Target {
    std::string_view kind;
    std::string_view resource;
    std::string name;
    int code_of_success;
  };

  template <class Write>
  void finish(const Target& target, const FieldErrors& errors, const std::string& what, Write write) {
    if (!errors.empty()) {
      return answer(
          state_, request_,
          refused_as_invalid(std::string(target.kind).append(kGroup), target.name, errors, server_.version));
    }
    const WriteResult result = written(state_, write);
    if (result != WriteResult::kDone) {
      return answer(state_, request_, refused_write(result, target.resource, target.name));
    }
    state_.record(
        {{}, server_.name, UpstreamRecord::Kind::kWrite, object_of(request_.body), what, "", 0, {}});
    answer(state_, request_, {target.code_of_success, "", "", {}});
  }

  UpstreamState& state_;
  UpstreamRequest& request_;
  const UpstreamServer& server_;
};

// A list of texts as Go's %#v prints it, from its JSON: []string{"a", "b"}. Other values stay as they are,
// but for the spec of a ServiceCIDR, which holds such a list.
std::string in_go_syntax(std::string_view json) {
  constexpr std::string_view kSpec = "{\"CIDRs\":";
  if (json.starts_with(kSpec)) {
    const std::string_view list = json.substr(kSpec.size(), json.size() - kSpec.size() - 1);
    return "networking.ServiceCIDRSpec{CIDRs:" + in_go_syntax(list) + "}";
  }
  if (!json.starts_with('[')) return std::string(json);
  std::string out = "[]string{";
  bool quoted = false;
  for (std::size_t i = 1; i + 1 < json.size(); ++i) {
    if (json[i] == '"' && json[i - 1] != '\\') quoted = !quoted;
    out.push_back(json[i]);
    if (json[i] == ',' && !quoted) out.push_back(' ');
  }
  return out + "}";
}

// The verb and the object of a request.
struct Words {
  std::string verb;
  std::string object;
};

struct WordsOf {
  Words operator()(const CreateServiceRequest& body) const {
    return {"create", object_path("services", body.object.meta)};
  }
  Words operator()(const PatchServiceRequest& body) const {
    return {"patch", "services/" + body.name_space + "/" + body.name};
  }
  Words operator()(const DeleteServiceRequest& body) const {
    return {"delete", "services/" + body.name_space + "/" + body.name};
  }
  Words operator()(const CreateServiceCidrRequest& body) const {
    return {"create", "servicecidrs/" + body.object.meta.name};
  }
  Words operator()(const UpdateServiceCidrRequest& body) const {
    return {"update", "servicecidrs/" + body.name};
  }
  Words operator()(const DeleteServiceCidrRequest& body) const {
    return {"delete", "servicecidrs/" + body.name};
  }
  Words operator()(const CreateIpAddressRequest& body) const {
    return {"create", "ipaddresses/" + body.object.meta.name};
  }
  Words operator()(const DeleteIpAddressRequest& body) const {
    return {"delete", "ipaddresses/" + body.name};
  }
};

bool is_about_service(const RequestBody& body) {
  return std::holds_alternative<CreateServiceRequest>(body) ||
         std::holds_alternative<PatchServiceRequest>(body) ||
         std::holds_alternative<DeleteServiceRequest>(body);
}

}  // namespace

std::string to_text(const RequestBody& body) {
  const Words words = std::visit(WordsOf{}, body);
  return words.verb + " " + words.object;
}
std::string object_of(const RequestBody& body) {
  return std::visit(WordsOf{}, body).object;
}

ApiAnswer refused_as_invalid(std::string_view kind, const std::string& name, FieldErrors errors,
                             const VersionProfile& version) {
  for (FieldError& error : errors) {
    if (version.prints_go_syntax) error.value_json = in_go_syntax(error.value_json);
  }
  return {422,
          "Invalid",
          std::string(kind) + " " + json_quote(name) + " is invalid: " + aggregate_text(errors),
          {}};
}

ApiAnswer refused_write(WriteResult result, std::string_view resource, const std::string& name) {
  const std::string subject = std::string(resource) + " " + json_quote(name);
  switch (result) {
    case WriteResult::kExists:
      return {409, "AlreadyExists", subject + " already exists", {}};
    case WriteResult::kBeingDeleted:
      return {409, "AlreadyExists", "object is being deleted: " + subject + " already exists", {}};
    case WriteResult::kNotFound:
      return {404, "NotFound", subject + " not found", {}};
    case WriteResult::kConflict:
      return {
          409,
          "Conflict",
          "Operation cannot be fulfilled on " + subject +
              ": the object has been modified; please apply your changes to the latest version and try again",
          {}};
    case WriteResult::kDone:
      break;
  }
  return {};
}

void answer(UpstreamState& state, UpstreamRequest& request, ApiAnswer given) {
  state.record({{},
                state.servers.at(request.server).name,
                UpstreamRecord::Kind::kAnswer,
                object_of(request.body),
                given.message,
                given.reason,
                given.code,
                given.addresses});
  request.answer = std::move(given);
}

void answer_object_request(UpstreamState& state, UpstreamRequest& request) {
  std::visit(ObjectStep(state, request), request.body);
}

void continue_request(UpstreamState& state, RequestId id) {
  // A step may begin another request, so the request is worked on beside the list.
  UpstreamRequest request = state.requests.at(id);
  if (request.answer) return;
  if (!state.servers.at(request.server).running) {
    answer(state, request, {503, "ServiceUnavailable", "the server is not running", {}});
  } else if (is_about_service(request.body)) {
    continue_service_request(state, request);
  } else {
    answer_object_request(state, request);
  }
  const bool goes_on = !request.answer.has_value();
  state.requests.at(id) = std::move(request);
  if (goes_on && state.held.count(id) == 0) {
    state.plan(state.now + state.timing.request_step, {ContinueRequest{id}, 0});
  }
}

}  // namespace clusterip::cluster
