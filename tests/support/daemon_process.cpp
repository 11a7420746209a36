#include "tests/support/daemon_process.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/paths.hpp"

namespace clusterip::testing {
namespace {

// Both outputs go into one pipe, whose reading end comes back.
std::pair<pid_t, int> start(const std::string& name, const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  const std::string program = program_path(name);
  std::vector<char*> words{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::execv(program.c_str(), words.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  return {child, ends[0]};
}

int exit_code(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) return -1000;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool read_some(int from, std::string& to) {
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(from, buffer.data(), buffer.size());
  if (count > 0) to.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0;
}

}  // namespace

DaemonProcess::DaemonProcess(std::vector<std::string> flags, const std::string& program) {
  flags.insert(flags.begin(), {"serve", "--port=0"});
  std::tie(process_, output_pipe_) = start(program, flags);
  const std::string mark = "serving on http";
  for (;;) {
    const std::size_t found = output_.find(mark);
    if (found != std::string::npos && output_.find('\n', found) != std::string::npos) {
      port_ = std::atoi(output_.c_str() + output_.find(':', found + mark.size() + 3) + 1);
      return;
    }
    if (!read_some(output_pipe_, output_)) return;
  }
}

DaemonProcess::~DaemonProcess() {
  if (process_ > 0) end(SIGKILL);
  if (output_pipe_ >= 0) ::close(output_pipe_);
}

int DaemonProcess::end(int signal) {
  ::kill(process_, signal);
  return wait();
}

int DaemonProcess::wait() {
  const int code = exit_code(process_);
  process_ = -1;
  while (read_some(output_pipe_, output_)) {
  }
  return code;
}

std::pair<int, std::string> run_daemon(const std::vector<std::string>& arguments) {
  const auto [process, pipe] = start("clusteripd", arguments);
  std::string output;
  while (read_some(pipe, output)) {
  }
  ::close(pipe);
  return {exit_code(process), output};
}

TemporaryDirectory::TemporaryDirectory() {
  const char* below = std::getenv("CLUSTERIP_TMP");
  path_ = std::string(below == nullptr ? "/tmp" : below) + "/clusterip-test-XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp");
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace clusterip::testing
