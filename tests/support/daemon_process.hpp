// A real clusteripd on a free loopback port, for tests that look at it from outside.
#pragma once

#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace clusterip::testing {

class DaemonProcess {
 public:
  // Starts `clusteripd serve --port=0` with these flags and waits for its "serving on" line. `program`:
  // another one that takes clusteripd's flags.
  explicit DaemonProcess(std::vector<std::string> flags, const std::string& program = "clusteripd");
  ~DaemonProcess();
  DaemonProcess(const DaemonProcess&) = delete;
  DaemonProcess& operator=(const DaemonProcess&) = delete;

  bool serving() const { return port_ != 0; }
  int port() const { return port_; }
  pid_t pid() const { return process_; }
  // What it printed up to the "serving on" line, or its last words.
  const std::string& output() const { return output_; }

  // Sends the signal and waits; the exit code, or minus the signal that ended it.
  int end(int signal);
  // Waits for an end of its own.
  int wait();

 private:
  pid_t process_ = -1;
  int output_pipe_ = -1;
  int port_ = 0;
  std::string output_;
};

// Runs `clusteripd` to its end: exit code, and standard output with standard error.
std::pair<int, std::string> run_daemon(const std::vector<std::string>& arguments);

// An empty directory that goes with its owner.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace clusterip::testing
