#include "tests/support/audit_text.hpp"

#include <sstream>

namespace clusterip::testing {
namespace {

void put_time(std::ostream& out, const std::optional<verify::Instant>& time) {
  out << (time ? cluster::to_text_micro(*time) : "-");
}

void put_texts(std::ostream& out, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) out << " '" << text << "'";
}

void put_common(std::ostream& out, const verify::ObjectFacts& facts) {
  out << " uid '" << facts.uid << "' revision " << facts.revision << " created ";
  put_time(out, facts.creation);
  out << (facts.deleting ? " deleting" : "") << (facts.has_finalizers ? " finalizers" : "");
}

struct PutFacts {
  std::ostream& out;

  void operator()(const std::monostate&) const { out << " nothing"; }
  void operator()(const verify::ServiceFacts& facts) const {
    put_common(out, facts);
    out << " type '" << facts.type << "' '" << facts.cluster_ip << "' addresses";
    put_texts(out, facts.cluster_ips);
    out << " families";
    put_texts(out, facts.ip_families);
    out << " policy " << facts.policy.value_or("-") << (facts.has_selector ? " selector" : "");
  }
  void operator()(const verify::CidrFacts& facts) const {
    put_common(out, facts);
    put_texts(out, facts.object->cidrs);
    out << (facts.counts_as_ready ? " ready" : "");
    for (const auto& condition : facts.object->conditions) {
      out << " " << condition.type << "=" << condition.status << " '" << condition.reason << "' '"
          << condition.message << "' ";
      put_time(out, condition.last_transition);
    }
  }
  void operator()(const verify::AddressFacts& facts) const {
    put_common(out, facts);
    if (facts.parent) {
      out << " parent '" << facts.parent->group << "' '" << facts.parent->resource << "' '"
          << facts.parent->name_space << "' '" << facts.parent->name << "'";
    }
    out << (facts.managed ? " managed" : "") << (facts.labels_right ? " labelled" : "");
  }
};

void put_request(std::ostream& out, const verify::AuditedRequest& request) {
  out << request.audit_id << " ";
  put_time(out, request.during.from);
  out << " ";
  put_time(out, request.during.to);
  out << " " << verify::level_name(request.level) << " " << verify::verb_name(request.verb) << " "
      << request.object() << " generate '" << request.generate_name << "' user '" << request.user << "' '"
      << request.user_uid << "' code " << request.code << " message '" << request.message << "' gone '"
      << request.gone_uid << "'" << (request.status_subresource ? " status" : "")
      << (request.dry_run ? " dry" : "") << (request.collection ? " collection" : "")
      << (request.panicked ? " panicked" : "") << (request.mutated ? " mutated" : "")
      << (request.asked_in_part ? " part" : "") << (request.asked_unclear ? " unclear" : "") << "\n  asked";
  std::visit(PutFacts{out}, request.asked);
  out << "\n  given";
  std::visit(PutFacts{out}, request.given);
  out << "\n";
}

}  // namespace

std::string audit_text(const api::AuditLine& line) {
  std::ostringstream out;
  if (const auto* skip = std::get_if<api::AuditSkip>(&line)) {
    out << "skipped: " << skip->reason << "\n";
  } else if (const auto* fault = std::get_if<api::AuditFault>(&line)) {
    out << "fault: " << fault->field << ": " << fault->reason << "\n";
  } else {
    for (const api::AuditEvent& event : std::get<std::vector<api::AuditEvent>>(line)) {
      out << "'" << event.user_agent << "' ";
      put_request(out, event.request);
    }
  }
  return out.str();
}

}  // namespace clusterip::testing
