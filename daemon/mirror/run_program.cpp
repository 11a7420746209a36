#include "daemon/mirror/run_program.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace clusterip::daemon {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  std::array<int, 2> ends{-1, -1};

  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) ends = {-1, -1};
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  void close_end(std::size_t end) {
    if (ends[end] >= 0) close(ends[end]);
    ends[end] = -1;
  }
};

// The variables of this process with `added` in place of those of the same name.
std::vector<std::string> merged_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> merged;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    if (added.count(text.substr(0, text.find('='))) == 0) merged.push_back(text);
  }
  for (const auto& [name, value] : added) {
    std::string text = name;
    text.append("=").append(value);
    merged.push_back(std::move(text));
  }
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

int spawn(pid_t& child, const std::string& command, const std::vector<std::string>& arguments,
          const std::map<std::string, std::string>& environment, const Pipe& out, const Pipe& err) {
  std::vector<std::string> words{command};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = merged_environment(environment);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.ends[1], STDERR_FILENO);
  const int fault = posix_spawnp(&child, command.c_str(), &actions, nullptr, pointers(words).data(),
                                 pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  return fault;
}

// Reads both pipes until both end; a text when time or size run out first.
std::string collect(Pipe& out, Pipe& err, std::string& text, std::string& complaints,
                    const ProgramLimits& limits) {
  const Clock::time_point deadline = Clock::now() + limits.time;
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return "did not end within " + std::to_string(limits.time.count() / 1000) + " s";
    std::array<pollfd, 2> waiting{{{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}}};
    if (poll(waiting.data(), waiting.size(), static_cast<int>(left.count())) <= 0) continue;
    for (std::size_t i = 0; i < 2; ++i) {
      if (waiting[i].revents == 0) continue;
      std::array<char, 4096> buffer{};
      const ssize_t got = read(waiting[i].fd, buffer.data(), buffer.size());
      if (got <= 0) {
        (i == 0 ? out : err).close_end(0);
        continue;
      }
      std::string& to = i == 0 ? text : complaints;
      if (to.size() < limits.output_bytes)
        to.append(buffer.data(), static_cast<std::size_t>(got));
      else if (i == 0)
        return "printed more than " + std::to_string(limits.output_bytes) + " bytes";
    }
  }
  return "";
}

}  // namespace

std::variant<ProgramOutput, std::string> run_program(const std::string& command,
                                                     const std::vector<std::string>& arguments,
                                                     const std::map<std::string, std::string>& environment,
                                                     const ProgramLimits& limits) {
  Pipe out;
  Pipe err;
  if (out.ends[0] < 0 || err.ends[0] < 0) return command + ": no pipe: " + std::strerror(errno);
  pid_t child = 0;
  if (const int fault = spawn(child, command, arguments, environment, out, err); fault != 0) {
    return command + ": " + std::strerror(fault);
  }
  out.close_end(1);
  err.close_end(1);
  std::string text;
  std::string complaints;
  const std::string fault = collect(out, err, text, complaints, limits);
  if (!fault.empty()) kill(child, SIGKILL);
  int state = 0;
  while (waitpid(child, &state, 0) < 0 && errno == EINTR) {
  }
  if (!fault.empty()) return command + " " + fault;
  if (WIFEXITED(state) && WEXITSTATUS(state) == 0) return ProgramOutput{std::move(text)};
  constexpr std::size_t kTail = 300;
  while (!complaints.empty() && complaints.back() == '\n') complaints.pop_back();
  std::replace(complaints.begin(), complaints.end(), '\n', ' ');
  const std::string tail =
      complaints.size() > kTail ? "…" + complaints.substr(complaints.size() - kTail) : complaints;
  const std::string how = WIFEXITED(state) ? "ended with " + std::to_string(WEXITSTATUS(state))
                                           : "was ended by signal " + std::to_string(WTERMSIG(state));
  return command + " " + how + (tail.empty() ? "" : ": " + tail);
}

}  // namespace clusterip::daemon
