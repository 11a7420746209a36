#include "daemon/control/own_verification_json.hpp"

#include "daemon/api/document.hpp"
#include "daemon/api/object_json.hpp"
#include "daemon/api/resources.hpp"
#include "daemon/observe/report_json.hpp"
#include "engine/verify/state_rules.hpp"

namespace clusterip::daemon {
namespace {

using Json = nlohmann::ordered_json;

// How many addresses that keep a range are named.
constexpr std::size_t kNamedKeepers = 1000;

template <class Object>
void put_all(const std::vector<RecordPtr>& records, api::Decoded<Object> (*decode)(const nlohmann::json&),
             verify::State& state) {
  for (const RecordPtr& record : records) {
    const auto decoded = decode(api::read_document(record->document, record->revision));
    if (const auto* object = std::get_if<Object>(&decoded)) state.put(*object);
  }
}

verify::State state_of(const Store& store) {
  using Index = api::ResourceIndex;
  const auto lists = store.list_together({static_cast<ResourceId>(Index::kServiceCidrs),
                                          static_cast<ResourceId>(Index::kServices),
                                          static_cast<ResourceId>(Index::kIpAddresses)});
  verify::State state;
  put_all(lists[0], api::decode_service_cidr, state);
  put_all(lists[1], api::decode_service, state);
  put_all(lists[2], api::decode_ip_address, state);
  return state;
}

Json envelope(const char* kind) {
  return {{"kind", kind}, {"apiVersion", kVerificationVersion}};
}

Report report_of(const Store& store, const std::vector<Cidr>& ranges, cluster::Instant now) {
  const verify::State state = state_of(store);
  verify::StateOptions options;
  options.now = now;
  options.settling = {};
  options.default_ranges = ranges;
  Report report;
  report.services = state.service_count();
  report.ip_addresses = state.ip_address_count();
  report.service_cidrs = state.ranges().objects().size();
  report.findings = verify::StateRules(state, options).check_all();
  return report;
}

Json findings_json(const Report& report) {
  Json json = envelope("FindingList");
  json["summary"] = {{"errors", report.count(verify::Severity::kError)},
                     {"warnings", report.count(verify::Severity::kWarning)}};
  json["items"] = Json::array();
  for (const verify::Finding& finding : report.findings) json["items"].push_back(finding_json(finding));
  return json;
}

RuleReport own_report(const Report& report) {
  RuleReport all = rule_report(report);
  all.program = "clusteripd";
  all.job = "serve";
  return all;
}

}  // namespace

VerificationAnswer answer_own_verification(const Store& store, const std::vector<Cidr>& ranges,
                                           cluster::Instant now, std::string_view path,
                                           const VerificationParameter& parameter) {
  if (path == "/findings") {
    const Report report = report_of(store, ranges, now);
    return findings_answer(
        parameter("output"), [&] { return findings_json(report); }, [&] { return own_report(report); });
  }
  if (path == "/cidrs") {
    const verify::State state = state_of(store);
    return cidrs_answer(envelope("CIDRList"), verify::range_usage(state),
                        verify::terminating_ranges(state, kNamedKeepers));
  }
  if (path == "/explain") {
    return explain_answer(envelope("Explanation"), parameter,
                          [&](const std::optional<Address>& address, const std::string& service) {
                            const verify::State state = state_of(store);
                            verify::ExplainOptions options;
                            options.state.default_ranges = ranges;
                            return address ? verify::explain_address(state, *address, options)
                                           : verify::explain_service(state, service, options);
                          });
  }
  if (path == "/decisions") {
    return refusal_answer(
        404, "NotFound",
        "decisions are in the audit log (--audit-log-path), which clusteripctl replay judges");
  }
  if (path.empty() || path == "/") {
    Json json = envelope("Overview");
    for (const char* name : {"/findings", "/cidrs", "/explain"}) {
      json["paths"].push_back(std::string(kVerificationApi) + name);
    }
    return json_answer(json);
  }
  return refusal_answer(404, "NotFound", "the server could not find the requested resource");
}

}  // namespace clusterip::daemon
