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

// A record with gaps proves nothing by what it does not show. Only what one request and its answer say
// together stands.
void soften(const History& history, Judgement& judgement, const AuditedRequest& request) {
  const bool alone = judgement.rule == "not-as-asked" && request.verb == Verb::kCreate;
  if (judgement.verdict != Verdict::kForbidden || alone) return;
  const Gap* gap = history.gap_around(request);
  if (gap == nullptr && !history.is_patchy) return;
  judgement.verdict = Verdict::kUndecided;
  judgement.message += gap == nullptr ? "; but many changes are missing from the record"
                                      : "; but requests between " + time_of_day(gap->when.from) + " and " +
                                            time_of_day(gap->when.to) + " may be missing: " + gap->why;
}

}  // namespace

Decision judge(const History& history, std::uint32_t request) {
  const bool about_service = history.record.requests[request].subject == Subject::kService;
  Decision decision = about_service ? judge_service(history, request) : judge_ip_address(history, request);
  soften(history, decision.judgement, history.record.requests[request]);
  return decision;
}

}  // namespace clusterip::verify
