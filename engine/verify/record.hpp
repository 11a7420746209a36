// The record that a replay judges: requests of one or several apiservers with their answers.
//
// A request ran from `received` to `answered`; what it did to the store happened once in between. Of the
// objects in it only those facts stay that a rule looks at, so that a long record fits into memory. Whether
// a fact was in the record is part of the value: `asked` and `given` are absent where the audit policy or
// the server left the bodies out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "engine/cluster/objects.hpp"
#include "engine/net/cidr.hpp"

namespace clusterip::verify {

using cluster::Duration;
using cluster::Instant;

// Both ends included. Earlier and later than any time stamp: kBeginning and kEnd.
struct Window {
  Instant from;
  Instant to;

  bool meets(const Window& other) const { return from <= other.to && other.from <= to; }
  bool covers(const Window& other) const { return from <= other.from && other.to <= to; }
  friend bool operator==(const Window&, const Window&) = default;
};
inline constexpr Instant kBeginning{INT64_MIN / 4};
inline constexpr Instant kEnd{INT64_MAX / 4};

// An index that points nowhere.
inline constexpr std::uint32_t kNoRequest = UINT32_MAX;

// What every object tells about itself.
struct ObjectFacts {
  std::string uid;
  std::uint64_t revision = 0;  // 0: the resourceVersion is missing or no number
  std::optional<Instant> creation;
  bool deleting = false;
  bool has_finalizers = false;

  // A deletion left nothing behind that would wait.
  bool is_gone() const { return deleting && !has_finalizers; }
};

struct ServiceFacts : ObjectFacts {
  std::string type;
  std::string cluster_ip;
  std::vector<std::string> cluster_ips;
  std::vector<std::string> ip_families;
  std::optional<std::string> policy;
  bool has_selector = false;

  bool is_external_name() const { return type == "ExternalName"; }
  bool is_headless() const;
  // The addresses that it holds, as written: none for headless and ExternalName Services.
  std::vector<std::string> addresses() const;
  bool lists(const Address& address) const;
};

struct CidrFacts : ObjectFacts {
  std::vector<Cidr> cidrs;
  // There are few ServiceCIDRs: the whole object stays, for the rules about the final state.
  std::shared_ptr<const cluster::ServiceCidr> object;
  bool counts_as_ready = false;
};

struct AddressFacts : ObjectFacts {
  std::optional<cluster::ParentRef> parent;
  bool managed = false;
  // Both labels are as the allocator writes them.
  bool labels_right = false;
};

ServiceFacts facts_of(const cluster::Service& service);
// A Service with these facts and nothing else.
cluster::Service service_of(const ServiceFacts& facts);
CidrFacts facts_of(const cluster::ServiceCidr& cidr);
AddressFacts facts_of(const cluster::IpAddress& address);

using Facts = std::variant<std::monostate, ServiceFacts, CidrFacts, AddressFacts>;

enum class Subject : std::uint8_t { kService, kServiceCidr, kIpAddress };
enum class Verb : std::uint8_t { kCreate, kUpdate, kPatch, kDelete };

// How much the audit policy has events tell: of a request alone, with its body, and with the answer's too.
enum class AuditLevel : std::uint8_t { kUnknown, kMetadata, kRequest, kRequestResponse };

std::string_view verb_name(Verb verb);
// "Metadata", "Request", "RequestResponse"; empty: unknown.
std::string_view level_name(AuditLevel level);
AuditLevel level_of_name(std::string_view name);
// "services", "servicecidrs", "ipaddresses".
std::string_view plural_name(Subject subject);

struct AuditedRequest {
  std::string audit_id;
  Window during;             // [received, answered]
  std::uint32_t server = 0;  // the number of the file
  std::uint64_t line = 0;
  Subject subject = Subject::kService;
  Verb verb = Verb::kCreate;
  AuditLevel level = AuditLevel::kUnknown;
  bool status_subresource = false;
  bool dry_run = false;
  bool collection = false;     // one of the objects of a deletecollection
  bool panicked = false;       // the server dropped the connection
  bool mutated = false;        // an admission webhook changed the object
  bool asked_in_part = false;  // `asked` is a patch: what it leaves out stays as it was
  bool asked_unclear = false;  // a patch of a form that does not show what was asked for
  std::string user;
  std::string user_uid;
  std::string name_space;
  std::string name;
  std::string generate_name;
  int code = 0;
  std::string message;   // of a refusal
  std::string gone_uid;  // of the object that a deletion removed, where only a Status tells it
  Facts asked;
  Facts given;

  bool succeeded() const { return code >= 200 && code < 300; }
  // Changed the store (a dry run changes nothing).
  bool took_effect() const { return succeeded() && !dry_run; }
  // The event does not say what came of it.
  bool is_unanswered() const { return code == 0 && !panicked; }
  // Failed in a way that leaves open whether the store was changed.
  bool is_doubtful() const { return !dry_run && (panicked || code == 504 || code == 408 || code == 0); }

  const ServiceFacts* asked_service() const { return std::get_if<ServiceFacts>(&asked); }
  const ServiceFacts* given_service() const { return std::get_if<ServiceFacts>(&given); }
  const CidrFacts* given_cidr() const { return std::get_if<CidrFacts>(&given); }
  const AddressFacts* asked_address() const { return std::get_if<AddressFacts>(&asked); }
  const AddressFacts* given_address() const { return std::get_if<AddressFacts>(&given); }
  // "services/default/a"
  std::string object() const;
  // "default/a"
  std::string key() const { return name_space + "/" + name; }
};

// Bits of the old bitmap of 1.33 that may be set although no IPAddress says so.
struct LeftBits {
  // When something happened first that leaves the bit behind.
  std::unordered_map<Address, Instant, AddressHash> named;
  // When a bit may have been left that nothing names; in order.
  std::vector<Instant> nameless;
};

// The state before the first line, as far as it is known.
struct StartState {
  struct StartService {
    std::string key;  // "default/a"
    ServiceFacts facts;
  };
  struct StartAddress {
    Address address;
    AddressFacts facts;
  };
  // When it was so, where that is later than the first request; what came in between is not in the record.
  Instant since = kBeginning;
  std::vector<StartService> services;
  std::vector<cluster::ServiceCidr> cidrs;
  std::vector<StartAddress> addresses;
  std::optional<LeftBits> left_bits;

  void add(const cluster::Service& service);
  void add(const cluster::ServiceCidr& cidr);
  // An object whose name is no address says nothing.
  void add(const cluster::IpAddress& address);
  std::size_t object_count() const { return services.size() + cidrs.size() + addresses.size(); }
};

// Requests that a server answered in this window may be missing. Until the record is cut behind it, what the
// record does not show proves nothing.
struct Gap {
  Window when;
  std::string why;  // a clause: "audit.log was cut short"
};

struct Record {
  std::vector<AuditedRequest> requests;
  std::uint32_t servers = 0;
  std::optional<StartState> start;
  std::vector<Gap> gaps;
};

// Orders the requests by the time of their answers, then by file and line, and drops events that came twice
// (webhooks deliver again, rotated files overlap). Returns how many it dropped.
std::size_t put_in_order(Record& record);

}  // namespace clusterip::verify
