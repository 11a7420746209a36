// JUnit's XML, as build servers read it: one test case a rule. Errors fail their rule's case; warnings and
// notes are its output.
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "daemon/observe/report.hpp"
#include "engine/verify/rule_catalog.hpp"

namespace clusterip::daemon {
namespace {

using verify::Finding;
using verify::Severity;

// XML 1.0 takes no control characters, not even escaped.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (byte < 0x20 && c != '\n' && c != '\t') {
      out += "\xEF\xBF\xBD";
    } else {
      out += c;
    }
  }
  return out;
}

void write_case(std::string_view rule, const std::vector<const Finding*>& findings, std::ostream& out) {
  std::string failures;
  std::string notes;
  std::size_t errors = 0;
  for (const Finding* finding : findings) {
    if (finding->severity == Severity::kError) {
      ++errors;
      failures += finding->message + "\n";
    } else {
      notes += std::string(verify::severity_name(finding->severity)) + ": " + finding->message + "\n";
    }
  }
  out << "  <testcase classname=\"clusterip.verify\" name=\"" << escaped(rule) << "\"";
  if (findings.empty()) {
    out << "/>\n";
    return;
  }
  out << ">\n";
  if (errors > 0) {
    out << "    <failure type=\"" << escaped(rule) << "\" message=\"" << errors
        << (errors == 1 ? " finding" : " findings") << "\">" << escaped(failures) << "</failure>\n";
  }
  if (!notes.empty()) out << "    <system-out>" << escaped(notes) << "</system-out>\n";
  out << "  </testcase>\n";
}

}  // namespace

void write_junit(const Report& report, std::ostream& out) {
  std::map<std::size_t, std::vector<const Finding*>> by_rule;
  for (std::size_t i = 0; i < verify::kStateRules.size(); ++i) by_rule[i];
  std::size_t failed = 0;
  for (const Finding& finding : report.findings) {
    by_rule[verify::rule_order(finding.rule)].push_back(&finding);
  }
  for (const auto& [rule, findings] : by_rule) {
    bool fails = false;
    for (const Finding* finding : findings) fails = fails || finding->severity == Severity::kError;
    failed += fails ? 1 : 0;
  }
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      << "<testsuite name=\"clusteripctl verify\" tests=\""
      << by_rule.size() + (report.unread.empty() ? 0 : 1) << "\" failures=\"" << failed << "\" errors=\""
      << (report.unread.empty() ? 0 : 1) << "\">\n";
  for (const auto& [rule, findings] : by_rule) {
    write_case(rule < verify::kStateRules.size() ? verify::kStateRules[rule].name : "other", findings, out);
  }
  if (!report.unread.empty()) {
    std::string text;
    for (const std::string& problem : report.unread) text += problem + "\n";
    out << "  <testcase classname=\"clusterip.verify\" name=\"input\">\n    <error message=\"some input "
           "could not "
           "be read\">"
        << escaped(text) << "</error>\n  </testcase>\n";
  }
  out << "</testsuite>\n";
}

}  // namespace clusterip::daemon
