// The explanation for people, as a few lines for each address.
#include <algorithm>
#include <ostream>
#include <string>

#include "daemon/observe/explanation.hpp"

namespace clusterip::daemon {
namespace {

std::string since_text(const verify::HolderSince& holder) {
  return holder.since ? " since " + cluster::to_text(*holder.since) : std::string();
}

void write_range(const verify::RangeAround& range, std::ostream& out) {
  std::string names;
  for (const std::string& name : range.names) names += (names.empty() ? "" : ", ") + name;
  out << "  lies in    " << range.cidr.to_string() << " of ServiceCIDR " << names << ", "
      << verify::range_state_name(range.state) << ": " << verify::place_name(range.place) << '\n';
  for (const verify::Blockers& blockers : range.blockers) {
    out << "             deletion of " << blockers.range << ": ";
    if (blockers.count > 0) {
      out << "blocked by " << blockers.count << (blockers.count == 1 ? " address: " : " addresses: ");
      for (std::size_t i = 0; i < blockers.named.size(); ++i)
        out << (i == 0 ? "" : ", ") << blockers.named[i];
      if (blockers.count > blockers.named.size()) out << ", …";
      out << "; ";
    }
    out << blockers.remedy << '\n';
  }
}

// The parts of one request for a Service: it fails with the first that is refused.
void write_request(const verify::ObjectRef& service, const std::vector<verify::Outlook>& parts,
                   std::ostream& out) {
  const bool granted =
      std::all_of(parts.begin(), parts.end(), [](const verify::Outlook& part) { return part.granted; });
  out << "a request to create " << verify::ref_text(service) << " would be "
      << (granted ? "granted" : "refused") << '\n';
  for (const verify::Outlook& part : parts) {
    out << "  " << part.request << ": " << (part.granted ? "granted " : "refused: ") << part.reason << '\n';
    if (!part.remedy.empty()) out << "    what would change that: " << part.remedy << '\n';
  }
}

void write_outlook(const verify::Outlook& outlook, std::ostream& out) {
  out << "  a request for " << outlook.request << " would be "
      << (outlook.granted ? "granted " : "refused:\n    ") << outlook.reason << '\n';
  if (!outlook.remedy.empty()) out << "    what would change that: " << outlook.remedy << '\n';
}

void write_address(const verify::AddressExplanation& address, std::ostream& out) {
  out << address.address.to_string() << '\n';
  for (const auto& holder : address.holders) {
    out << "  held by    " << verify::ref_text(holder.object) << since_text(holder) << '\n';
  }
  if (address.holders.empty()) out << "  held by    nobody\n";
  if (address.claim) {
    out << "  claimed by " << verify::ref_text(address.claim->object) << since_text(*address.claim)
        << ", for " << (address.claim_parent.empty() ? "nobody" : address.claim_parent) << '\n';
  }
  for (const auto& range : address.ranges) write_range(range, out);
  if (address.ranges.empty()) out << "  lies in    no ServiceCIDR\n";
  for (const auto& finding : address.findings) {
    out << "  " << verify::severity_name(finding.severity) << "      " << finding.rule << ": "
        << finding.message << '\n';
  }
  write_outlook(address.request, out);
}

}  // namespace

void write_explanation_text(const verify::Explanation& explanation, std::ostream& out) {
  if (!explanation.request.empty()) {
    write_request(*explanation.service, explanation.request, out);
  } else if (explanation.service) {
    out << verify::ref_text(*explanation.service);
    if (!explanation.service_exists) {
      out << " does not exist\n";
    } else if (explanation.addresses.empty()) {
      out << " holds no address\n";
    } else {
      out << " holds " << explanation.addresses.size()
          << (explanation.addresses.size() == 1 ? " address\n" : " addresses\n");
    }
  }
  for (const auto& address : explanation.addresses) write_address(address, out);
  out << "new Services\n";
  for (const auto& outlook : explanation.any_address) write_outlook(outlook, out);
}

}  // namespace clusterip::daemon
