// One client request to one upstream apiserver, and how far it has come.
//
// A request is carried out in the steps that the real server takes one by one: each address is an IPAddress
// written by itself, the Service follows in a write of its own, releases come after it. Other servers and
// controllers act between the steps. A value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/cluster/objects.hpp"
#include "engine/cluster/service_plan.hpp"
#include "engine/cluster/upstream_walk.hpp"

namespace clusterip::cluster {

using RequestId = std::size_t;

// What a client changes of a Service; absent members stay as they are, as in a merge patch. An empty list or
// text clears the field.
struct ServicePatch {
  std::optional<std::string> type;
  std::optional<std::string> cluster_ip;
  std::optional<std::vector<std::string>> cluster_ips;
  std::optional<std::vector<std::string>> ip_families;
  std::optional<std::string> ip_family_policy;
  std::optional<std::string> external_name;
};

struct CreateServiceRequest {
  Service object;
};
struct PatchServiceRequest {
  std::string name_space;
  std::string name;
  ServicePatch patch;
};
struct DeleteServiceRequest {
  std::string name_space;
  std::string name;
};
struct CreateServiceCidrRequest {
  ServiceCidr object;
};
struct UpdateServiceCidrRequest {
  std::string name;
  std::vector<std::string> cidrs;
};
struct DeleteServiceCidrRequest {
  std::string name;
};
struct CreateIpAddressRequest {
  IpAddress object;
};
struct DeleteIpAddressRequest {
  std::string name;
};

using RequestBody = std::variant<CreateServiceRequest, PatchServiceRequest, DeleteServiceRequest,
                                 CreateServiceCidrRequest, UpdateServiceCidrRequest, DeleteServiceCidrRequest,
                                 CreateIpAddressRequest, DeleteIpAddressRequest>;

// What upstream leaves to chance. What is absent is drawn.
struct RequestChoices {
  std::optional<Draws> draws;
  std::optional<std::vector<std::string>> order;  // in which CIDRs are tried
  std::optional<Family> first;                    // which family of two is allocated first
};

// A status code, and for a refusal the Status object's reason and message.
struct ApiAnswer {
  int code = 0;
  std::string reason;
  std::string message;
  // The addresses of the Service that was created, changed or deleted.
  std::vector<std::string> addresses;

  bool ok() const { return code >= 200 && code < 300; }
};

struct UpstreamRequest {
  std::size_t server = 0;
  std::string client = "client";
  RequestBody body;
  RequestChoices choices;

  // Progress of a request about a Service: the object as it will be stored, the addresses still to be taken
  // (the next one last), those taken, and those to be given back.
  std::optional<Service> wanted;
  std::vector<AddressRequest> to_take;
  std::vector<Address> taken;
  std::vector<std::string> to_release;
  bool stored = false;

  std::optional<ApiAnswer> answer;
};

// "create services/default/a": the verb and what it is about.
std::string to_text(const RequestBody& body);
// "services/default/a".
std::string object_of(const RequestBody& body);

}  // namespace clusterip::cluster
