#include "daemon/api/object_json.hpp"

#include <array>
#include <utility>

namespace clusterip::api {
namespace {

using cluster::IpAddress;
using cluster::ServiceCidr;
using Json = nlohmann::json;

constexpr std::array<std::string_view, 3> kKindNames{"Service", "ServiceCIDR", "IPAddress"};

void describe_spec(JsonSink& to, const IpAddress& address) {
  to.begin_object("spec");
  if (address.parent) {
    to.begin_object("parentRef");
    to.put("group", address.parent->group);
    to.put("name", address.parent->name);
    to.put("namespace", address.parent->name_space);
    to.put("resource", address.parent->resource);
    to.end();
  }
  to.end();
}

}  // namespace

std::string_view kind_name(ObjectKind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

std::string_view api_version(ObjectKind kind) {
  return kind == ObjectKind::kService ? "v1" : "networking.k8s.io/v1";
}

Json typed_object(ObjectKind kind) {
  Json object;
  object["apiVersion"] = api_version(kind);
  object["kind"] = kind_name(kind);
  return object;
}

std::optional<ObjectKind> find_kind(std::string_view api_version, std::string_view kind) {
  if (api_version == "v1") {
    if (kind == "Service") return ObjectKind::kService;
  } else if (api_version == "networking.k8s.io/v1" || api_version == "networking.k8s.io/v1beta1") {
    if (kind == "ServiceCIDR") return ObjectKind::kServiceCidr;
    if (kind == "IPAddress") return ObjectKind::kIpAddress;
  }
  return std::nullopt;
}

std::variant<ObjectKind, DecodeError> kind_of(const Json& object) {
  FirstError error;
  FieldReader fields(object, "runtime.TypeMeta", error);
  std::string version;
  std::string kind;
  fields.text("apiVersion", version);
  fields.text("kind", kind);
  if (error) return *std::move(error);
  if (kind.empty()) return DecodeError{"kind", "\"\"", "Object 'Kind' is missing"};
  if (const auto found = find_kind(version, kind)) return *found;
  return DecodeError{"kind", short_text(kind),
                     "no kind " + short_text(kind) + " is known in version " + short_text(version)};
}

Decoded<ServiceCidr> decode_service_cidr(const Json& object) {
  return decode_object<ServiceCidr>(object, "v1.ServiceCIDR", [](FieldReader& fields, ServiceCidr& to) {
    fields.object("spec", "v1.ServiceCIDRSpec", [&](FieldReader& spec) {
      to.empty_cidrs_given = spec.texts("cidrs", to.cidrs) && to.cidrs.empty();
    });
    fields.object("status", "v1.ServiceCIDRStatus",
                  [&](FieldReader& status) { read_conditions(status, to.conditions); });
  });
}

Decoded<IpAddress> decode_ip_address(const Json& object) {
  return decode_object<IpAddress>(object, "v1.IPAddress", [](FieldReader& fields, IpAddress& to) {
    fields.object("spec", "v1.IPAddressSpec", [&](FieldReader& spec) {
      spec.object("parentRef", "v1.ParentReference", [&](FieldReader& parent) {
        cluster::ParentRef& reference = to.parent.emplace();
        parent.text("group", reference.group);
        parent.text("resource", reference.resource);
        parent.text("namespace", reference.name_space);
        parent.text("name", reference.name);
      });
    });
  });
}

Json encode(const ServiceCidr& cidr) {
  Json object = typed_object(ObjectKind::kServiceCidr);
  object["metadata"] = encode_meta(cidr.meta);
  TreeSink to(object);
  to.begin_object("spec");
  to.put("cidrs", cidr.cidrs);
  to.end();
  to.begin_object("status");
  describe_conditions(to, cidr.conditions);
  to.end();
  return object;
}

Json encode(const IpAddress& address) {
  Json object = typed_object(ObjectKind::kIpAddress);
  object["metadata"] = encode_meta(address.meta);
  TreeSink to(object);
  describe_spec(to, address);
  return object;
}

std::string document_of(const IpAddress& address) {
  return written_text([&](JsonSink& to) {
    to.begin_object("metadata");
    describe_meta(to, address.meta);
    to.end();
    describe_spec(to, address);
  });
}

}  // namespace clusterip::api
