#include "engine/verify/decision.hpp"

namespace clusterip::verify {

std::string_view answer_name(Answer answer) {
  switch (answer) {
    case Answer::kAllocated:
      return "allocated";
    case Answer::kRefused:
      return "refused";
    case Answer::kReleased:
      return "released";
    case Answer::kKept:
      return "kept";
  }
  return "";
}

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPermitted:
      return "permitted";
    case Verdict::kForbidden:
      return "forbidden";
    case Verdict::kUndecided:
      return "undecided";
  }
  return "";
}

const std::vector<Rule>& rules() {
  static const std::vector<Rule> table{
      {"range-not-available", "4.3, 4.5", "an address comes from a range that can have been ready"},
      {"already-held", "1.2, 3.4", "an address is given only while no IPAddress object has its name"},
      {"static-band", "3.3, 3.5",
       "a dynamic request takes the static band only when the dynamic band is full"},
      {"not-as-asked", "5.3, 5.4",
       "addresses, families, order and number are what request, policy and server allow"},
      {"false-full", "3.5, 4.4", "full means that no ready range had a free address"},
      {"false-allocated", "3.4", "already allocated means that an IPAddress object of that name existed"},
      {"false-mismatch", "4.5", "no match means that no ready range has the address"},
      {"false-not-ready", "3.4, 4.8", "not ready means that a range was not ready, or a cache not filled"},
      {"false-not-found", "2.4", "not found means that no object of that name existed"},
      {"wrong-release", "5.5, 5.6, 8.3", "what a Service gives up is released, and nothing else"},
      {"dynamic-allocation", "3.5, 4.4", "any free address of any ready range"},
      {"static-allocation", "3.4, 4.5",
       "the address that was asked for, if it is free and a ready range has it"},
      {"release", "5.5, 5.6", "a Service gives its addresses back when it goes or needs them no more"},
      {"no-change", "5.5", "the request changes no address"},
      {"no-address", "5.4", "headless and ExternalName Services have no address"},
      {"dry-run", "4.8", "a dry run stores nothing and asks any one range"},
      {"range-is-full", "3.5, 4.4", "no ready range need have had a free address"},
      {"already-allocated", "3.4", "an IPAddress object of that name can have existed"},
      {"no-ready-range", "4.5", "no ready range need have had the address"},
      {"allocator-not-ready", "3.4, 4.8", "a range need not have been ready"},
      {"old-bitmap", "4.11", "with dual write the old bitmap is asked first, and it forgets late"},
      {"failed-attempt", "3.5, 5.4", "creating the IPAddress object failed"},
      {"validation", "2, 5.3", "the object is not valid"},
      {"other-refusal", "5.1, 16.1", "refused for a reason that is not about addresses"},
      {"address-creation", "2.4, 5.1, 8.2", "an IPAddress object is created where none has its name"},
      {"address-deletion", "2.4, 5.6, 8.3", "an IPAddress object is deleted"},
  };
  return table;
}

namespace {

// A record with many gaps proves nothing by what it does not show. Only what one request and its answer say
// together stands.
void soften(Judgement& judgement, const AuditedRequest& request) {
  const bool alone = judgement.rule == "not-as-asked" && request.verb == Verb::kCreate;
  if (judgement.verdict != Verdict::kForbidden || alone) return;
  judgement.verdict = Verdict::kUndecided;
  judgement.message += "; but many changes are missing from the record";
}

}  // namespace

Decision judge(const History& history, std::uint32_t request) {
  const bool about_service = history.record.requests[request].subject == Subject::kService;
  Decision decision = about_service ? judge_service(history, request) : judge_ip_address(history, request);
  if (history.is_patchy) soften(decision.judgement, history.record.requests[request]);
  return decision;
}

}  // namespace clusterip::verify
