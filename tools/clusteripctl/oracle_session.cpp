#include "tools/clusteripctl/oracle_session.hpp"

#include <algorithm>
#include <array>

#include "engine/cluster/network_validation.hpp"
#include "engine/net/text.hpp"
#include "tools/clusteripctl/oracle_questions.hpp"
#include "tools/clusteripctl/oracle_reply.hpp"

namespace clusterip::ctl {
namespace {

using cluster::ServiceCidr;
using cluster::UpstreamAnswer;
using cluster::UpstreamRange;
using cluster::UpstreamRefusal;

constexpr Span kAllIPv4{Address(Family::kIPv4, 0), Address(Family::kIPv4, kMaxUint128)};
constexpr Span kAllIPv6{Address(Family::kIPv6, 0), Address(Family::kIPv6, kMaxUint128)};

std::string_view kind_name(const std::optional<AllocateError>& error) {
  if (!error) return "Invalid";
  switch (*error) {
    case AllocateError::kFull:
      return "Full";
    case AllocateError::kAllocated:
      return "Allocated";
    case AllocateError::kNotInRange:
      return "NotInRange";
    case AllocateError::kMismatchedNetwork:
      return "MismatchedNetwork";
    case AllocateError::kNotReady:
      return "NotReady";
  }
  return "";
}

void append_mismatch(std::string& out) {
  const AllocateError error = AllocateError::kMismatchedNetwork;
  append_error(kind_name(error), to_text(error), out);
}

void append_answer(const UpstreamAnswer& answer, std::string& out) {
  if (const auto* refusal = std::get_if<UpstreamRefusal>(&answer)) {
    append_error(kind_name(refusal->error), refusal->message, out);
  } else {
    append_text("ip", std::get<Address>(answer).to_string(), out);
  }
}

void append_unreadable_address(std::string_view text, std::string& out) {
  append_error("Invalid", "failed to parse service IP " + cluster::json_quote(text), out);
}

bool is_state(std::string_view state) {
  return state == "ready" || state == "pending" || state == "terminating";
}

// Gives the object the marks by which upstream knows the state.
void set_state(std::string_view state, ServiceCidr& object) {
  object.conditions = {
      {std::string(cluster::kReadyCondition), state == "pending" ? "False" : "True", "", "", {}}};
  object.meta.deletion.reset();
  if (state == "terminating") object.meta.deletion = cluster::Instant{};
}

}  // namespace

struct OracleSession::Operation {
  std::string_view name;
  void (OracleSession::*stateful)(std::string&);
  void (*pure)(OracleRequest&, std::string&);
};

const OracleSession::Operation* OracleSession::find_operation(std::string_view name) {
  using Session = OracleSession;
  static constexpr std::array kOperations{
      Operation{"allocate", &Session::allocate, nullptr},
      Operation{"release", &Session::release, nullptr},
      Operation{"has", &Session::has, nullptr},
      Operation{"cidr", &Session::set_cidr, nullptr},
      Operation{"remove", &Session::remove_cidr, nullptr},
      Operation{"list", &Session::list, nullptr},
      Operation{"stats", &Session::stats, nullptr},
      Operation{"reset", &Session::reset, nullptr},
      Operation{"layout", nullptr, answer_layout},
      Operation{"parse", nullptr, answer_parse},
      Operation{"relation", nullptr, answer_relation},
      Operation{"flag", nullptr, answer_flag},
      Operation{"validate", nullptr, answer_validate},
  };
  const auto* found = std::find_if(kOperations.begin(), kOperations.end(),
                                   [&](const Operation& operation) { return operation.name == name; });
  return found == kOperations.end() ? nullptr : found;
}

OracleSession::OracleSession(std::size_t most_depth)
    : most_depth_(most_depth), claimed_(std::make_unique<AddressSet>()) {}

void OracleSession::answer(std::string_view line, std::string& out) {
  const std::size_t start = out.size();
  out.push_back('{');
  request_.read(line, most_depth_);
  if (!request_.fault()) {
    const std::string name = request_.required_text("op");
    const Operation* operation = find_operation(name);
    if (operation == nullptr) {
      request_.set_fault("unknown op " + cluster::json_quote(name));
    } else if (operation->pure != nullptr) {
      operation->pure(request_, out);
    } else {
      (this->*operation->stateful)(out);
    }
  }
  if (const auto& fault = request_.fault()) {
    out.resize(start + 1);
    append_error("BadRequest", *fault, out);
  }
  if (const auto id = request_.id()) out.append(",\"id\":").append(*id);
  out.append("}\n");
}

void OracleSession::answer_too_long(std::size_t limit, std::string& out) {
  out.push_back('{');
  append_error("BadRequest", "a line may have at most " + std::to_string(limit) + " bytes", out);
  out.append("}\n");
}

void OracleSession::reset(std::string& out) {
  objects_.clear();
  ipv4_ = cluster::UpstreamAllocator(Family::kIPv4);
  ipv6_ = cluster::UpstreamAllocator(Family::kIPv6);
  claimed_ = std::make_unique<AddressSet>();
  append_flag("ok", true, out);
}

void OracleSession::resync() {
  std::vector<const ServiceCidr*> all;
  all.reserve(objects_.size());
  for (const auto& [name, object] : objects_) all.push_back(&object);
  ipv4_.resync(all);
  ipv6_.resync(all);
}

void OracleSession::set_cidr(std::string& out) {
  const std::string name = request_.required_text("name");
  const std::string state = request_.required_text("state");
  const auto cidrs = request_.texts("cidrs");
  const auto known = objects_.find(name);
  ServiceCidr object = known == objects_.end() ? ServiceCidr{} : known->second;
  object.meta.name = name;
  if (cidrs) {
    object.cidrs = *cidrs;
    object.empty_cidrs_given = cidrs->empty();
  }
  if (!is_state(state)) {
    request_.set_fault("member \"state\": " + cluster::json_quote(state) +
                       " is not ready, pending or terminating");
  }
  if (request_.fault()) return;

  const cluster::FieldErrors errors = known == objects_.end()
                                          ? cluster::validate_create(object)
                                          : cluster::validate_update(object, known->second);
  if (!errors.empty()) {
    append_error("Invalid",
                 "ServiceCIDR.networking.k8s.io " + cluster::json_quote(name) +
                     " is invalid: " + cluster::aggregate_text(errors),
                 out);
    return;
  }
  set_state(state, object);
  objects_.insert_or_assign(name, std::move(object));
  resync();
  append_flag("ok", true, out);
}

void OracleSession::remove_cidr(std::string& out) {
  const auto object = objects_.find(request_.required_text("name"));
  if (request_.fault()) return;
  if (object == objects_.end()) return append_error("NotFound", "", out);
  ipv4_.forget(object->second);
  ipv6_.forget(object->second);
  objects_.erase(object);
  append_flag("ok", true, out);
}

std::vector<std::string> OracleSession::order_of(Family family) {
  if (request_.has("order")) return request_.texts("order").value_or(std::vector<std::string>{});
  return allocator(family).text_order();
}

UpstreamAnswer OracleSession::allocate_any(Family family, const cluster::Draws& draws, bool dry_run) {
  const std::vector<std::string> order = order_of(family);
  if (request_.fault()) return Address{};
  if (dry_run) return allocator(family).dry_run(order);
  return allocator(family).allocate(draws, order, *claimed_, *claimed_);
}

UpstreamAnswer OracleSession::allocate_this(const Address& address, bool dry_run) {
  const Family family = address.family();
  if (dry_run) return allocator(family).dry_run(order_of(family), address);
  return allocator(family).allocate(address, *claimed_);
}

void OracleSession::allocate(std::string& out) {
  const bool dry_run = request_.flag("dry_run");
  if (!request_.has("ip")) {
    const auto family = request_.family();
    const cluster::Draws draws = request_.draws();
    if (request_.fault()) return;
    return append_answer(allocate_any(*family, draws, dry_run), out);
  }
  const std::string text = request_.required_text("ip");
  if (request_.fault()) return;
  const auto address = read_address_sloppy(text);
  if (!address) return append_unreadable_address(text, out);
  append_answer(allocate_this(*address, dry_run), out);
}

void OracleSession::release(std::string& out) {
  const bool dry_run = request_.flag("dry_run");
  const std::string text = request_.required_text("ip");
  if (request_.fault()) return;
  const auto address = read_address_sloppy(text);
  if (!address) return append_unreadable_address(text, out);
  if (!dry_run) {
    if (!allocator(address->family()).covers(*address)) return append_mismatch(out);
    static_cast<void>(claimed_->release(*address));
  }
  append_flag("ok", true, out);
}

void OracleSession::has(std::string& out) {
  const std::string text = request_.required_text("ip");
  if (request_.fault()) return;
  const auto address = read_address_sloppy(text);
  if (!address) return append_unreadable_address(text, out);
  append_flag("has", claimed_->contains(*address) && allocator(address->family()).serves(*address), out);
}

void OracleSession::list(std::string& out) {
  out.append("\"ips\":[");
  bool first = true;
  const auto append = [&](const Address& address) {
    if (!first) out.push_back(',');
    first = false;
    out.append("\"").append(address.to_string()).append("\"");
  };
  claimed_->for_each(kAllIPv4, append);
  claimed_->for_each(kAllIPv6, append);
  out.push_back(']');
}

void OracleSession::stats(std::string& out) {
  std::map<std::string_view, const UpstreamRange*> all;
  for (const auto& [text, range] : ipv4_.ranges()) all.emplace(text, &range);
  for (const auto& [text, range] : ipv6_.ranges()) all.emplace(text, &range);
  out.append("\"cidrs\":[");
  bool first = true;
  for (const auto& [text, range] : all) {
    const auto usage = cluster::UpstreamAllocator::usage(*range, *claimed_);
    out.append(first ? "{" : ",{");
    first = false;
    append_text("cidr", text, out);
    out.push_back(',');
    append_flag("ready", range->ready, out);
    out.push_back(',');
    append_text("used", std::to_string(usage.used), out);
    out.push_back(',');
    append_text("free", std::to_string(usage.free), out);
    out.push_back('}');
  }
  out.push_back(']');
}

}  // namespace clusterip::ctl
