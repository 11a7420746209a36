// clusteripctl oracle: what would Kubernetes answer; one JSON request a line in, one JSON reply a line out.
#include <cerrno>
#include <cstring>
#include <iostream>
#include <unistd.h>

#include "tools/clusteripctl/command.hpp"
#include "tools/clusteripctl/options.hpp"
#include "tools/clusteripctl/oracle_session.hpp"
#include "tools/clusteripctl/request_lines.hpp"

namespace clusterip::ctl {
namespace {

// Replies are written at the latest when this many bytes wait, even if more requests are already here.
constexpr std::size_t kWriteSize = std::size_t{64} * 1024;

// Writes all of `out` and empties it. False: nobody reads any more.
bool flush(std::string& out) {
  std::string_view rest = out;
  while (!rest.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
  }
  out.clear();
  return true;
}

int converse(OracleSession& session, std::size_t longest_line) {
  RequestLines lines(STDIN_FILENO, longest_line);
  std::string out;
  const auto answer = [&](const RequestLines::Line& line) {
    if (line.too_long) {
      OracleSession::answer_too_long(longest_line, out);
    } else {
      session.answer(line.text, out);
    }
  };
  auto state = RequestLines::More::kRead;
  while (state == RequestLines::More::kRead) {
    while (const auto line = lines.next()) {
      answer(*line);
      if (out.size() >= kWriteSize && !flush(out)) return kExitUnreadable;
    }
    if (!flush(out)) return kExitUnreadable;
    state = lines.more();
  }
  const int error = errno;
  if (const auto line = lines.rest()) answer(*line);
  if (!flush(out)) return kExitUnreadable;
  if (state == RequestLines::More::kEnd) return kExitOk;
  std::cerr << "clusteripctl oracle: standard input: " << std::strerror(error) << '\n';
  return kExitUnreadable;
}

}  // namespace

int run_oracle(const std::vector<std::string>& arguments) {
  std::uint64_t longest_line = std::uint64_t{16} * 1024 * 1024;
  std::uint64_t most_depth = JsonObject::kDefaultDepth;
  Options options("clusteripctl oracle [flags] < requests > replies");
  options.number("max-line-bytes", longest_line, "longest request that is read; a longer one is a BadRequest")
      .number("max-depth", most_depth, "how deep the objects and arrays of a request may nest");
  const auto rest = options.read(arguments);
  if (!rest) return kExitOk;
  if (!rest->empty()) throw OptionError("unexpected argument \"" + rest->front() + "\"");
  OracleSession session(most_depth);
  return converse(session, longest_line);
}

}  // namespace clusterip::ctl
