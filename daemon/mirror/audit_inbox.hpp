// Where audit events come in, from any thread, and wait for the judge.
//
// Each apiserver has a number, by the name of its file or webhook. What is lost of a server's events becomes
// a gap: from its last answer before to the first one behind. A server that was started anew leaves one too:
// what it had done when it was killed may not have come to its log. A server has one gap at most; a second
// loss makes it longer.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/audit_reader.hpp"
#include "engine/verify/record.hpp"

namespace clusterip::daemon {

class AuditInbox {
 public:
  struct Counts {
    std::uint64_t events = 0;  // about the three kinds
    std::uint64_t skipped = 0;
    std::uint64_t problems = 0;  // that could not be read
    std::uint64_t losses = 0;    // times that events are, or may be, missing
    std::string last_problem;
    std::string last_loss;
  };

  explicit AuditInbox(api::AuditLimits limits) : limits_(limits) {}

  std::uint32_t server(const std::string& name);
  // An event or a list of events, with the number of its line where it has one. "" or what could not be read,
  // which is lost.
  std::string take(std::uint32_t server, std::uint64_t line, std::string_view text);
  // Events of the server are missing here.
  void lose(std::uint32_t server, const std::string& why);
  // Events of the server came too late to count: what is known of the time since then is not whole.
  void lose_since(std::uint32_t server, verify::Instant since, const std::string& why);

  // Some server's events of that time are missing: a watch has seen what none of them shows.
  void lose_between(const verify::Window& when, const std::string& why);

  // Moves all that came to the end of the record. False: nothing came.
  bool empty_into(verify::Record& record);
  // How many requests came and were not taken yet.
  std::size_t waiting() const;
  // What the server answered by then has come, if it all comes in the order of its log.
  verify::Instant told_until(std::uint32_t server) const;
  std::vector<verify::Gap> gaps() const;
  // The record was cut behind the gaps that ended by then.
  void forget_gaps(verify::Instant cut);

  Counts counts() const;

 private:
  struct Server {
    verify::Instant last_answer = verify::kBeginning;
    // Under which uids it called itself: it draws one when it starts.
    std::set<std::string, std::less<>> processes;
    bool has_gap = false;
    bool is_open = false;  // no event came since
    verify::Gap gap;
  };

  void note(Server& server, verify::Instant since, const std::string& why);
  static bool is_new_process(Server& server, const verify::AuditedRequest& request);
  void push(std::uint32_t server, std::uint64_t line, verify::AuditedRequest request);

  const api::AuditLimits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, std::uint32_t> numbers_;
  std::vector<Server> servers_;
  std::optional<verify::Gap> unshown_;  // of no known server
  std::vector<verify::AuditedRequest> waiting_;
  Counts counts_;
};

}  // namespace clusterip::daemon
