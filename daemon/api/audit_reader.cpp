#include "daemon/api/audit_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/api/audit_event.hpp"
#include "daemon/api/audit_raw.hpp"
#include "daemon/api/audit_skim.hpp"
#include "daemon/api/sparse_json.hpp"
#include "daemon/input/clipped.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

// Members that no rule looks at, wherever they stand. They are most of the text. Not so annotations: those of
// an event say what admission changed.
bool is_left_out(std::string_view name, int) {
  static constexpr std::array<std::string_view, 8> kAnywhere{
      "managedFields", "groups", "sourceIPs", "extra", "ports", "loadBalancer", "ownerReferences", "causes"};
  return std::find(kAnywhere.begin(), kAnywhere.end(), name) != kAnywhere.end();
}

// What a client sent is in the record as it was sent, and the server read the last of equal names.
bool is_as_sent(std::string_view name) {
  return name == "requestObject";
}

AuditLine read_list(const Json& list) {
  const auto items = list.find("items");
  if (items == list.end() || !items->is_array()) return AuditFault{"items", "is missing or no list"};
  std::vector<AuditEvent> all;
  for (std::size_t i = 0; i < items->size(); ++i) {
    AuditLine one = read_audit_event((*items)[i]);
    if (auto* fault = std::get_if<AuditFault>(&one)) {
      fault->field = "items[" + std::to_string(i) + "]" + (fault->field.empty() ? "" : ".") + fault->field;
      return one;
    }
    if (auto* events = std::get_if<std::vector<AuditEvent>>(&one)) {
      std::move(events->begin(), events->end(), std::back_inserter(all));
    }
  }
  if (all.empty()) return AuditSkip{kNothingInList};
  return all;
}

void add_problem(AuditReading& to, const AuditLimits& limits, AuditProblem problem) {
  ++to.problem_count;
  if (to.problems.size() >= limits.max_problems) return;
  problem.field = daemon::clipped(std::move(problem.field));
  problem.reason = daemon::clipped(std::move(problem.reason));
  to.problems.push_back(std::move(problem));
}

// "kube-apiserver/v1.36.3 (linux/amd64) kubernetes/…" → "v1.36.3"; builds without a release say v0.0.0.
std::string_view release_of(std::string_view user_agent) {
  constexpr std::string_view kProgram = "kube-apiserver/";
  if (user_agent.substr(0, kProgram.size()) != kProgram) return {};
  const std::string_view version = user_agent.substr(kProgram.size());
  const std::string_view release = version.substr(0, version.find_first_of(" -+"));
  return release.substr(0, 2) == "v0" ? std::string_view{} : release;
}

// Where lines of a file cannot be read, from the answers before them to the one behind.
class Gaps {
 public:
  Gaps(std::string file, std::vector<verify::Gap>& to) : file_(std::move(file)), to_(to) {}

  void lose(std::uint64_t line) {
    if (open_) return;
    open_ = true;
    to_.push_back({{last_, verify::kEnd}, file_ + ":" + std::to_string(line) + " cannot be read"});
  }
  void take(const verify::Window& during) {
    last_ = std::max(last_, during.to);
    if (std::exchange(open_, false)) to_.back().when.to = last_;
  }

 private:
  std::string file_;
  std::vector<verify::Gap>& to_;
  verify::Instant last_ = verify::kBeginning;
  bool open_ = false;
};

void add_events(std::vector<AuditEvent>& events, std::uint64_t line, AuditReading& to) {
  for (AuditEvent& event : events) {
    ++to.events;
    if (to.server_version.empty()) to.server_version = release_of(event.user_agent);
    if (event.request.message.find("[]string{") != std::string::npos) to.prints_go_syntax = true;
    event.request.server = to.record.servers;
    event.request.line = line;
    to.record.requests.push_back(std::move(event.request));
  }
}

}  // namespace

std::string AuditProblem::message() const {
  std::string text = file;
  if (line != 0) text += ":" + std::to_string(line);
  if (!field.empty()) text += ": " + field;
  return text + ": " + reason;
}

AuditLine read_audit_line(std::string_view line, const AuditLimits& limits) {
  if (auto usual = AuditSkim().read(line)) return *std::move(usual);
  return read_audit_line_in_general(line, limits);
}

AuditLine read_audit_line_in_general(std::string_view line, const AuditLimits& limits) {
  auto parsed = read_sparse_json(line, {is_left_out, is_as_sent, limits.max_depth});
  if (const auto* error = std::get_if<SparseJsonError>(&parsed)) return AuditFault{"", error->reason};
  const Json& event = std::get<Json>(parsed);
  const bool is_list = event.is_object() && event.contains("kind") && event["kind"] == "EventList";
  return is_list ? read_list(event) : read_audit_event(event);
}

void read_audit_log(daemon::ByteSource& source, AuditReading& to, const AuditLimits& limits) {
  daemon::LineReader lines(source, limits.max_line_bytes);
  Gaps gaps(source.name(), to.record.gaps);
  while (const auto line = lines.next()) {
    ++to.lines;
    if (line->too_long) {
      gaps.lose(line->number);
      add_problem(to, limits,
                  {source.name(), line->number, "",
                   "the line has " + std::to_string(line->length) + " bytes; the limit is " +
                       std::to_string(limits.max_line_bytes)});
      continue;
    }
    if (line->text.find_first_not_of(" \t") == std::string_view::npos) continue;
    AuditLine read = read_audit_line(line->text, limits);
    if (auto* events = std::get_if<std::vector<AuditEvent>>(&read)) {
      for (const AuditEvent& event : *events) gaps.take(event.request.during);
      add_events(*events, line->number, to);
    } else if (const auto* skip = std::get_if<AuditSkip>(&read)) {
      ++to.skipped[std::string(skip->reason)];
    } else {
      gaps.lose(line->number);
      auto& fault = std::get<AuditFault>(read);
      add_problem(to, limits, {source.name(), line->number, std::move(fault.field), std::move(fault.reason)});
    }
  }
  if (!source.failure().empty()) {
    gaps.lose(0);
    add_problem(to, limits, {source.name(), 0, "", source.failure()});
  }
  ++to.record.servers;
}

}  // namespace clusterip::api
