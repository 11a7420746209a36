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
