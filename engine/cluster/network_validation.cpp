#include "engine/cluster/network_validation.hpp"

#include "engine/cluster/address_rules.hpp"
#include "engine/cluster/metadata_rules.hpp"
#include "engine/net/text.hpp"

namespace clusterip::cluster {
namespace {

constexpr const char* kImmutable = "field is immutable";
constexpr const char* kCidrs = "spec.cidrs";
constexpr const char* kParent = "spec.parentRef";

std::string cidr_field(std::size_t index) {
  return std::string(kCidrs) + "[" + std::to_string(index) + "]";
}

// An object's own list as upstream prints it.
std::string cidrs_json(const ServiceCidr& object) {
  if (object.cidrs.empty() && !object.empty_cidrs_given) return "null";
  return json_list(object.cidrs);
}

std::string parent_json(const std::optional<ParentRef>& parent) {
  if (!parent) return "null";
  return "{\"Group\":" + json_quote(parent->group) + ",\"Resource\":" + json_quote(parent->resource) +
         ",\"Namespace\":" + json_quote(parent->name_space) + ",\"Name\":" + json_quote(parent->name) + "}";
}

// The family of the address that a CIDR's text begins with. That of its network may differ: ::ffff:0:0/4
// begins with an IPv4 address in IPv6 form. (k8s.io/utils/net IPFamilyOfCIDRString)
std::optional<Family> written_family(std::string_view text) {
  if (!read_cidr_sloppy(text)) return std::nullopt;
  const auto address = read_address_sloppy(text.substr(0, text.find('/')));
  return address ? std::optional(address->family()) : std::nullopt;
}

bool same_family(std::string_view a, std::string_view b) {
  const auto family = written_family(a);
  return family && family == written_family(b);
}

FieldErrors validate_cidrs_update(const ServiceCidr& object, const ServiceCidr& old) {
  FieldErrors errors;
  const auto refuse_element = [&](std::size_t i) {
    errors.push_back(invalid(cidr_field(i), object.cidrs[i], kImmutable));
  };
  if (object.cidrs.size() == old.cidrs.size()) {
    for (std::size_t i = 0; i < old.cidrs.size(); ++i) {
      if (object.cidrs[i] != old.cidrs[i]) refuse_element(i);
    }
  } else if (old.cidrs.size() == 1 && object.cidrs.size() == 2) {
    if (object.cidrs.front() != old.cidrs.front()) refuse_element(0);
    append(errors, validate_cidrs(object.cidrs));
  } else {
    errors.push_back(invalid_json(kCidrs, cidrs_json(object), kImmutable));
  }
  return errors;
}

FieldErrors validate_segment(const std::string& field, const std::string& value, bool is_required) {
  FieldErrors errors;
  if (!value.empty()) {
    append_invalid(errors, field, value, check_path_segment(value));
  } else if (is_required) {
    errors.push_back(required(field));
  }
  return errors;
}

FieldErrors validate_parent(const std::optional<ParentRef>& parent) {
  if (!parent) return {required(kParent)};
  FieldErrors errors;
  const std::string field = kParent;
  if (!parent->group.empty()) {
    append_invalid(errors, field + ".group", parent->group, check_dns_subdomain(parent->group));
  }
  append(errors, validate_segment(field + ".resource", parent->resource, true));
  append(errors, validate_segment(field + ".name", parent->name, true));
  append(errors, validate_segment(field + ".namespace", parent->name_space, false));
  return errors;
}

// After a kind's own rules passed, upstream checks the metadata of a create once more, in general terms.
FieldErrors or_general_check(FieldErrors errors, const ObjectMeta& meta) {
  if (!errors.empty()) return errors;
  return validate_object_meta(meta, name_is_path_segment, Scope::kCluster);
}

}  // namespace

std::string name_on_create(const ServiceCidr& object, std::string_view random_end) {
  const ObjectMeta& meta = object.meta;
  if (!meta.name.empty() || meta.generate_name.empty()) return meta.name;
  return generated_name(meta.generate_name, random_end);
}

std::string name_on_create(const IpAddress& object) {
  return object.meta.name.empty() ? object.meta.generate_name : object.meta.name;
}

FieldErrors validate_cidrs(const std::vector<std::string>& cidrs) {
  if (cidrs.empty()) return {required(kCidrs, "at least one CIDR required")};
  if (cidrs.size() > 2) {
    return {invalid_json(kCidrs, "{\"CIDRs\":" + json_list(cidrs) + "}", "may only hold up to 2 values")};
  }
  FieldErrors errors;
  for (std::size_t i = 0; i < cidrs.size(); ++i) {
    append_invalid(errors, cidr_field(i), cidrs[i], check_cidr(cidrs[i]));
  }
  if (cidrs.size() == 2 && same_family(cidrs.front(), cidrs.back())) {
    errors.push_back(
        invalid(kCidrs, cidrs,
                "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"));
  }
  return errors;
}

FieldErrors validate_create(ServiceCidr object) {
  object.meta.name = name_on_create(object, kUnknownNameEnd);
  prepare_create(object.meta, Scope::kCluster);
  FieldErrors errors = validate_core_meta(object.meta, name_is_dns_subdomain, Scope::kCluster);
  append(errors, validate_cidrs(object.cidrs));
  return or_general_check(std::move(errors), object.meta);
}

FieldErrors validate_update(ServiceCidr object, const ServiceCidr& old) {
  prepare_update(object.meta, old.meta, Scope::kCluster);
  FieldErrors errors = validate_common_update(object.meta, old.meta, Scope::kCluster);
  append(errors, validate_core_meta_update(object.meta, old.meta));
  append(errors, validate_cidrs_update(object, old));
  return errors;
}

FieldErrors validate_status_update(ServiceCidr object, const ServiceCidr& old) {
  prepare_update(object.meta, old.meta, Scope::kCluster);
  reset_for_status(object.meta, old.meta);
  FieldErrors errors = validate_common_update(object.meta, old.meta, Scope::kCluster);
  append(errors, validate_core_meta_update(object.meta, old.meta));
  return errors;
}

FieldErrors validate_create(IpAddress object) {
  object.meta.name = name_on_create(object);
  prepare_create(object.meta, Scope::kCluster);
  FieldErrors errors = validate_core_meta(object.meta, name_is_address, Scope::kCluster);
  append(errors, validate_parent(object.parent));
  return or_general_check(std::move(errors), object.meta);
}

FieldErrors validate_update(IpAddress object, const IpAddress& old) {
  prepare_update(object.meta, old.meta, Scope::kCluster);
  FieldErrors errors = validate_common_update(object.meta, old.meta, Scope::kCluster);
  append(errors, validate_core_meta(object.meta, name_is_address, Scope::kCluster));
  append(errors, validate_parent(object.parent));
  append(errors, validate_core_meta_update(object.meta, old.meta));
  if (object.parent != old.parent) {
    errors.push_back(invalid_json(kParent, parent_json(object.parent), kImmutable));
  }
  return errors;
}

}  // namespace clusterip::cluster
