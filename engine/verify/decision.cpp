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

// It may have been granted or refused; what it asked for stands in place of what came of it.
Decision judge_unanswered(const AuditedRequest& request, std::uint32_t index) {
  const bool about_service = request.subject == Subject::kService;
  Decision decision{index, Answer::kKept, {}, {}};
  std::string_view rule = about_service ? "not-as-asked" : "already-held";
  if (request.verb == Verb::kCreate) decision.answer = Answer::kAllocated;
  if (request.verb == Verb::kDelete) {
    decision.answer = Answer::kReleased;
    rule = "wrong-release";
  }
  if (!about_service) decision.addresses.push_back(request.name);
  decision.judgement = undecided(
      rule, "whether it was granted is missing from the record: its event has no responseStatus.code");
  return decision;
}

}  // namespace

Decision judge(const History& history, std::uint32_t request) {
  const AuditedRequest& asked = history.record.requests[request];
  if (asked.is_unanswered()) return judge_unanswered(asked, request);
  const bool about_service = asked.subject == Subject::kService;
  Decision decision = about_service ? judge_service(history, request) : judge_ip_address(history, request);
  soften(history, decision.judgement, asked);
  return decision;
}

}  // namespace clusterip::verify
