#include "tools/clusteripctl/scenario_expectations.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "engine/net/text.hpp"
#include "engine/verify/state_rules.hpp"
#include "tools/clusteripctl/scenario_requests.hpp"

namespace clusterip::ctl {
namespace {

using namespace cluster;

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out.append(out.empty() ? "" : ",").append(text);
  return out.empty() ? "none" : out;
}

// Empty where the two are equal, else what was found.
std::string compare(const std::string& wanted, const std::string& found) {
  return wanted == found ? "" : found;
}

const ApiAnswer& answer_of(const ScenarioView& view) {
  if (view.answer == nullptr) throw ScenarioError("no request has been answered yet");
  return *view.answer;
}

std::string said(const ApiAnswer& answer) {
  const std::string code = std::to_string(answer.code);
  return answer.ok() ? code + " " + joined(answer.addresses) : code + " " + answer.message;
}

std::string check_ok(ScenarioWords& words, const ScenarioView& view) {
  words.end();
  return answer_of(view).ok() ? "" : said(answer_of(view));
}

std::string check_refused(ScenarioWords& words, const ScenarioView& view) {
  const std::string code = words.take("a status code");
  const std::string text = words.take_rest();
  const ApiAnswer& answer = answer_of(view);
  const bool same =
      !answer.ok() && std::to_string(answer.code) == code && (text.empty() || answer.message == text);
  return same ? "" : said(answer);
}

// "address 10.0.0.5,fd00::5" or "address in 10.0.0.0/24 [static|dynamic]".
std::string check_address(ScenarioWords& words, const ScenarioView& view) {
  const ApiAnswer& answer = answer_of(view);
  if (!words.take_word("in")) {
    const std::string wanted = words.take("a list of addresses");
    words.end();
    return answer.ok() && wanted == joined(answer.addresses) ? "" : said(answer);
  }
  const std::string text = words.take("a CIDR");
  const auto cidr = read_cidr(text);
  const auto bands = cidr ? bands_of(*cidr) : std::nullopt;
  if (!bands) throw ScenarioError("\"" + text + "\" is no CIDR that gives out addresses");
  auto band = bands->usable();
  if (words.take_word("static")) {
    band = bands->static_band();
  } else if (words.take_word("dynamic")) {
    band = bands->dynamic_band();
  }
  words.end();
  const bool inside =
      std::any_of(answer.addresses.begin(), answer.addresses.end(), [&](const std::string& each) {
        const auto address = read_address_sloppy(each);
        return band && address && band->contains(*address);
      });
  return answer.ok() && inside ? "" : said(answer);
}

std::string state_of(const ServiceCidr* object) {
  if (object == nullptr) return "absent";
  if (object->meta.deletion) return "terminating";
  return object->counts_as_ready() ? "ready" : "pending";
}

// "servicecidr NAME STATE [CIDRS]".
std::string check_service_cidr(ScenarioWords& words, const ScenarioView& view) {
  const ServiceCidr* object =
      view.upstream.state().store.objects().find_service_cidr(words.take("the name of a ServiceCIDR"));
  const std::string wanted = words.take("ready, pending, terminating or absent");
  if (wanted != "ready" && wanted != "pending" && wanted != "terminating" && wanted != "absent") {
    throw ScenarioError("\"" + wanted + "\" is not ready, pending, terminating or absent");
  }
  std::string fault = compare(wanted, state_of(object));
  const auto cidrs = words.take_if_any();
  words.end();
  if (!fault.empty() || !cidrs || object == nullptr) return fault;
  return compare(*cidrs, joined(object->cidrs));
}

// "condition NAME STATUS [REASON] [TEXT]", or "condition NAME none".
std::string check_condition(ScenarioWords& words, const ScenarioView& view) {
  const std::string name = words.take("the name of a ServiceCIDR");
  const std::string status = words.take("a status or none");
  const std::string rest = words.take_rest();
  const ServiceCidr* object = view.upstream.state().store.objects().find_service_cidr(name);
  if (object == nullptr) return "no ServiceCIDR " + name;
  const Condition* ready = object->ready_condition();
  if (ready == nullptr) return compare(status, "none");
  std::string found = ready->reason;
  found.append(found.empty() ? "" : " ").append(ready->message);
  const bool same = ready->status == status && (rest.empty() || rest == ready->reason || rest == found);
  return same ? "" : ready->status + " " + found;
}

// "service NAME ADDRESSES|none|absent [policy=P] [families=F]".
std::string check_service(ScenarioWords& words, const ScenarioView& view) {
  const ServiceName name = read_service_name(words.take("the name of a Service"));
  const std::string wanted = words.take("a list of addresses, none or absent");
  words.end();
  const Service* service = view.upstream.state().store.objects().find_service(name.name_space, name.name);
  if (service == nullptr) return compare(wanted, "absent");
  if (wanted != "present") {
    std::string fault = compare(wanted, joined(service->addresses()));
    if (!fault.empty()) return fault;
  }
  if (const auto policy = words.option("policy"); policy && policy != service->ip_family_policy) {
    return "policy " + service->ip_family_policy.value_or("none");
  }
  if (const auto families = words.option("families"); families && *families != joined(service->ip_families)) {
    return "families " + joined(service->ip_families);
  }
  return "";
}

// "ipaddress ADDRESS NAMESPACE/NAME|absent".
std::string check_ip_address(ScenarioWords& words, const ScenarioView& view) {
  const std::string address = words.take("an address");
  std::string wanted = words.take("the name of a Service, or absent");
  words.end();
  const IpAddress* object = view.upstream.state().store.objects().find_ip_address(address);
  if (object == nullptr) return compare(wanted, "absent");
  if (wanted != "absent") {
    const ServiceName name = read_service_name(wanted);
    wanted = name.name_space + "/" + name.name;
  }
  return compare(wanted,
                 object->parent ? object->parent->name_space + "/" + object->parent->name : "no parent");
}

// "allocator SERVER CIDR ready|not-ready|absent".
std::string check_allocator(ScenarioWords& words, const ScenarioView& view) {
  const std::size_t index = read_server(view.upstream, words.take("a server"));
  const std::string text = words.take("a CIDR");
  const std::string wanted = words.take("ready, not-ready or absent");
  words.end();
  for (const UpstreamAllocator& allocator : view.upstream.state().servers.at(index).allocators) {
    const auto range = allocator.ranges().find(text);
    if (range != allocator.ranges().end())
      return compare(wanted, range->second.ready ? "ready" : "not-ready");
  }
  return compare(wanted, "absent");
}

// Whether a record is of this kind, reason, object and text; what is empty does not matter.
struct RecordPattern {
  UpstreamRecord::Kind kind;
  std::string reason;
  std::string object;
  std::string text;

  bool matches(const UpstreamRecord& record) const {
    return record.kind == kind && record.reason == reason && (object.empty() || record.object == object) &&
           (text.empty() || record.text == text);
  }
};

std::string check_record(const RecordPattern& pattern, bool wanted, const ScenarioView& view) {
  std::string others;
  for (const UpstreamRecord& record : view.records) {
    if (pattern.matches(record)) return wanted ? "" : record.object + ": " + record.text;
    if (record.kind != pattern.kind) continue;
    others.append(others.empty() ? "" : "; ").append(record.reason + " " + record.object);
  }
  if (!wanted) return "";
  return others.empty() ? "none" : others;
}

std::string check_finding(const std::string& rule, const std::string& about, const ScenarioView& view) {
  std::string others;
  for (const verify::Finding& finding : findings_of(view.upstream)) {
    const bool same_object =
        std::any_of(finding.objects.begin(), finding.objects.end(), [&](const auto& object) {
          return about == object.name || about == object.name_space + "/" + object.name;
        });
    if (finding.rule == rule && (about.empty() || about == finding.address || same_object)) return "";
    others.append(others.empty() ? "" : "; ").append(finding.rule + " " + finding.address);
  }
  return others.empty() ? "none" : others;
}

// "no findings", "no faults", "no event REASON [OBJECT]".
std::string check_absence(ScenarioWords& words, const ScenarioView& view) {
  if (words.take_word("findings")) {
    words.end();
    for (const verify::Finding& finding : findings_of(view.upstream)) {
      if (finding.severity == verify::Severity::kError) return finding.rule + " " + finding.address;
    }
    return "";
  }
  if (words.take_word("faults")) {
    words.end();
    const auto fault = std::find_if(
        view.records.begin(), view.records.end(),
        [](const UpstreamRecord& record) { return record.kind == UpstreamRecord::Kind::kFault; });
    return fault == view.records.end() ? "" : fault->reason + " " + fault->object;
  }
  if (!words.take_word("event"))
    throw ScenarioError("expect no findings, no faults or no event REASON [OBJECT]");
  const std::string reason = words.take("a reason");
  const std::string object = words.take_if_any().value_or("");
  words.end();
  return check_record({UpstreamRecord::Kind::kEvent, reason, object, ""}, false, view);
}

std::string check_event(ScenarioWords& words, const ScenarioView& view) {
  const std::string reason = words.take("a reason");
  const std::string object = words.take_if_any().value_or("");
  return check_record({UpstreamRecord::Kind::kEvent, reason, object, words.take_rest()}, true, view);
}

std::string check_fault(ScenarioWords& words, const ScenarioView& view) {
  const std::string name = words.take("the name of a fault");
  const std::string object = words.take_if_any().value_or("");
  words.end();
  return check_record({UpstreamRecord::Kind::kFault, name, object, ""}, true, view);
}

std::string check_finding_words(ScenarioWords& words, const ScenarioView& view) {
  const std::string rule = words.take("the name of a rule");
  const std::string about = words.take_if_any().value_or("");
  words.end();
  return check_finding(rule, about, view);
}

struct Expectation {
  std::string_view name;
  std::string (*check)(ScenarioWords& words, const ScenarioView& view);
  bool about_answer = false;
};

constexpr std::array kExpectations{
    Expectation{"ok", check_ok, true},           Expectation{"refused", check_refused, true},
    Expectation{"address", check_address, true}, Expectation{"servicecidr", check_service_cidr},
    Expectation{"condition", check_condition},   Expectation{"service", check_service},
    Expectation{"ipaddress", check_ip_address},  Expectation{"allocator", check_allocator},
    Expectation{"event", check_event},           Expectation{"fault", check_fault},
    Expectation{"finding", check_finding_words}, Expectation{"no", check_absence},
};

const Expectation* find_expectation(std::string_view name) {
  const auto* const found = std::find_if(kExpectations.begin(), kExpectations.end(),
                                         [&](const Expectation& each) { return each.name == name; });
  return found == kExpectations.end() ? nullptr : found;
}

}  // namespace

std::string check_expectation(const std::vector<std::string>& words, const ScenarioView& view) {
  ScenarioWords reader(words, {"policy", "families"});
  const std::string name = reader.take("an expectation");
  const Expectation* expectation = find_expectation(name);
  if (expectation == nullptr) throw ScenarioError("\"" + name + "\" is no expectation");
  return expectation->check(reader, view);
}

bool is_about_answer(const std::vector<std::string>& words) {
  const Expectation* expectation = words.empty() ? nullptr : find_expectation(words.front());
  return expectation != nullptr && expectation->about_answer;
}

std::vector<verify::Finding> findings_of(const Upstream& upstream) {
  verify::State state;
  const StoredObjects& objects = upstream.state().store.objects();
  for (const auto& [key, service] : objects.services) state.put(service);
  for (const auto& [name, object] : objects.service_cidrs) state.put(object);
  for (const auto& [name, object] : objects.ip_addresses) state.put(object);
  verify::StateOptions options;
  options.now = upstream.now();
  // The objects are of one instant, so nothing is explained by age.
  options.settling = Duration{};
  return verify::StateRules(state, options).check_all();
}

}  // namespace clusterip::ctl
