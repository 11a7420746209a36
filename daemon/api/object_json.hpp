// Service, ServiceCIDR and IPAddress from and to JSON, as the apiserver reads and writes them.
//
// Reading: see json_fields.hpp for what is refused. The type members (apiVersion, kind) are looked at by
// kind_of alone, so that a body may leave them out where the request's path says what it is.
// Writing: empty fields are left out; nlohmann::json prints members in alphabetical order, as kubectl does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "daemon/api/json_fields.hpp"
#include "daemon/api/json_sink.hpp"
#include "engine/cluster/objects.hpp"

namespace clusterip::api {

enum class ObjectKind { kService, kServiceCidr, kIpAddress };

// "ServiceCIDR".
std::string_view kind_name(ObjectKind kind);
// "networking.k8s.io/v1", the version that is written.
std::string_view api_version(ObjectKind kind);
// An object that says what it is, and has nothing else yet.
nlohmann::json typed_object(ObjectKind kind);
// The kind of that name in that group and version (Service in v1, the others in networking.k8s.io v1 and
// v1beta1).
std::optional<ObjectKind> find_kind(std::string_view api_version, std::string_view kind);

// What an object says it is.
std::variant<ObjectKind, DecodeError> kind_of(const nlohmann::json& object);

template <class Object>
using Decoded = std::variant<Object, DecodeError>;

Decoded<cluster::Service> decode_service(const nlohmann::json& object);
Decoded<cluster::ServiceCidr> decode_service_cidr(const nlohmann::json& object);
Decoded<cluster::IpAddress> decode_ip_address(const nlohmann::json& object);

nlohmann::json encode(const cluster::Service& service);
nlohmann::json encode(const cluster::ServiceCidr& cidr);
nlohmann::json encode(const cluster::IpAddress& address);

// The object as it is stored: what write_document makes of encode(object), without the tree in between.
std::string document_of(const cluster::Service& service);
std::string document_of(const cluster::IpAddress& address);

// Which fields the object has, as compact JSON: the FieldsV1 of whoever creates it.
std::string fields_of(const cluster::Service& service);
// The entries of an object's managedFields. The object has been decoded before.
std::vector<cluster::ManagedFields> managed_fields_of(const nlohmann::json& object);

// Parts that other codecs share.
void read_meta(FieldReader& object, cluster::ObjectMeta& to);
void read_conditions(FieldReader& status, std::vector<cluster::Condition>& to);
// Without the resourceVersion, which is not stored.
void describe_meta(JsonSink& to, const cluster::ObjectMeta& meta);
// Nothing where there are none.
void describe_conditions(JsonSink& to, const std::vector<cluster::Condition>& conditions);
nlohmann::json encode_meta(const cluster::ObjectMeta& meta);
nlohmann::json encode_conditions(const std::vector<cluster::Condition>& conditions);

// An object with type members and metadata, whose other members `read` takes from (fields, object).
template <class Object, class Read>
Decoded<Object> decode_object(const nlohmann::json& value, std::string_view go_type, Read read) {
  FirstError error;
  FieldReader fields(value, go_type, error);
  std::string type_member;
  fields.text("apiVersion", type_member);
  fields.text("kind", type_member);
  Object object;
  read_meta(fields, object.meta);
  read(fields, object);
  if (error) return *std::move(error);
  return object;
}

}  // namespace clusterip::api
