// JUnit's XML, as build servers read it.
#include <ostream>

#include "daemon/observe/rule_report.hpp"
#include "engine/cluster/go_text.hpp"

namespace clusterip::daemon {
namespace {

// What XML 1.0 takes: of the control characters only these two, and not the last two of the plane.
bool is_xml(const cluster::Rune& rune) {
  const char32_t c = rune.code_point;
  return rune.valid && (c >= 0x20 || c == '\n' || c == '\t') && c != 0xfffe && c != 0xffff;
}

// The rest cannot even be escaped, and what is no UTF-8 would make the whole report unreadable.
std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const cluster::Rune rune = cluster::first_rune(text);
    const std::string_view character = text.substr(0, rune.size);
    text.remove_prefix(rune.size);
    if (!is_xml(rune)) {
      out += "\xEF\xBF\xBD";
    } else if (character == "&") {
      out += "&amp;";
    } else if (character == "<") {
      out += "&lt;";
    } else if (character == ">") {
      out += "&gt;";
    } else if (character == "\"") {
      out += "&quot;";
    } else {
      out += character;
    }
  }
  return out;
}

std::string_view level_name(ResultLevel level) {
  switch (level) {
    case ResultLevel::kOpen:
      return "undecided";
    case ResultLevel::kNote:
      return "info";
    case ResultLevel::kWarning:
      return "warning";
    case ResultLevel::kError:
      return "error";
  }
  return "";
}

// One test case: what failed, and what there is to say besides.
struct TestCase {
  std::string name;
  std::size_t errors = 0;
  std::string failures;
  std::string notes;

  void add(const RuleResult& result) {
    const bool fails = result.level == ResultLevel::kError;
    std::string& text = fails ? failures : notes;
    errors += fails ? 1 : 0;
    if (!fails) text += std::string(level_name(result.level)) + ": ";
    text += result.message + "\n";
    for (const ResultStep& step : result.steps) text += "  " + step.time + "  " + step.what + "\n";
  }
};

// A case a rule, and one for results of a rule that the report does not list.
std::vector<TestCase> cases_of(const RuleReport& report) {
  std::vector<TestCase> cases(report.rules.size());
  for (std::size_t i = 0; i < cases.size(); ++i) cases[i].name = report.rules[i].name;
  for (const RuleResult& result : report.results) {
    const std::size_t index = report.rule_index(result.rule);
    if (index == cases.size()) cases.push_back({"other", 0, "", ""});
    cases[index].add(result);
  }
  return cases;
}

void write_case(const TestCase& test, const std::string& classname, std::ostream& out) {
  out << "  <testcase classname=\"" << classname << "\" name=\"" << escaped(test.name) << "\"";
  if (test.failures.empty() && test.notes.empty()) {
    out << "/>\n";
    return;
  }
  out << ">\n";
  if (test.errors > 0) {
    out << "    <failure type=\"" << escaped(test.name) << "\" message=\"" << test.errors
        << (test.errors == 1 ? " finding" : " findings") << "\">" << escaped(test.failures) << "</failure>\n";
  }
  if (!test.notes.empty()) out << "    <system-out>" << escaped(test.notes) << "</system-out>\n";
  out << "  </testcase>\n";
}

}  // namespace

void write_junit(const RuleReport& report, std::ostream& out) {
  const std::string classname = "clusterip." + report.job;
  const std::vector<TestCase> cases = cases_of(report);
  std::size_t failed = 0;
  for (const TestCase& test : cases) failed += test.errors > 0 ? 1 : 0;
  const std::size_t unread = report.unread.empty() ? 0 : 1;
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      << "<testsuite name=\"" << report.program << ' ' << report.job << "\" tests=\"" << cases.size() + unread
      << "\" failures=\"" << failed << "\" errors=\"" << unread << "\">\n";
  for (const TestCase& test : cases) write_case(test, classname, out);
  if (unread > 0) {
    out << "  <testcase classname=\"" << classname
        << "\" name=\"input\">\n    <error message=\"some input could not be read\">";
    for (const std::string& problem : report.unread) out << escaped(problem) << '\n';
    out << "</error>\n  </testcase>\n";
  }
  out << "</testsuite>\n";
}

}  // namespace clusterip::daemon
