// The program itself: an answer is never held back while the other side waits for it.
#include <array>
#include <csignal>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/support/paths.hpp"

namespace clusterip::ctl {
namespace {

// `clusteripctl oracle` with both its ends in our hands.
class OracleProgram {
 public:
  explicit OracleProgram(const char* flag = nullptr) {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    EXPECT_EQ(::pipe(in.data()), 0);
    EXPECT_EQ(::pipe(out.data()), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    for (const int end : {in[0], in[1], out[0], out[1]}) posix_spawn_file_actions_addclose(&actions, end);
    std::string program = testing::program_path("clusteripctl");
    std::string command = "oracle";
    std::string option = flag == nullptr ? "" : flag;
    std::array<char*, 4> arguments{program.data(), command.data(), flag == nullptr ? nullptr : option.data(),
                                   nullptr};
    EXPECT_EQ(posix_spawn(&process_, program.c_str(), &actions, nullptr, arguments.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    output_ = out[0];
  }
  ~OracleProgram() {
    end_input();
    ::close(output_);
  }
  OracleProgram(const OracleProgram&) = delete;
  OracleProgram& operator=(const OracleProgram&) = delete;

  void write(const std::string& text) const {
    EXPECT_EQ(::write(input_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void end_input() {
    if (input_ >= 0) ::close(input_);
    input_ = -1;
  }
  // Waits for one line; empty at the end.
  std::string line() {
    std::string text;
    char c = 0;
    while (::read(output_, &c, 1) == 1 && c != '\n') text.push_back(c);
    return text;
  }
  int exit_code() {
    int status = 0;
    EXPECT_EQ(::waitpid(process_, &status, 0), process_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t process_ = -1;
  int input_ = -1;
  int output_ = -1;
};

TEST(OracleProgram, AnswersBeforeTheNextRequestComes) {
  OracleProgram oracle;
  oracle.write("{\"op\":\"reset\",\"id\":1}\n");
  EXPECT_EQ(oracle.line(), R"({"ok":true,"id":1})");
  oracle.write("{\"op\":\"list\",\"id\":2}\n{\"op\":\"list\",\"id\":3}\n{\"op\":\"li");
  EXPECT_EQ(oracle.line(), R"({"ips":[],"id":2})");
  EXPECT_EQ(oracle.line(), R"({"ips":[],"id":3})");
  oracle.write("st\"}\r\n\n{\"op\":\"list\"}");
  EXPECT_EQ(oracle.line(), R"({"ips":[]})");
  EXPECT_EQ(oracle.line(), R"({"error":"BadRequest","message":"a request is one JSON object"})");
  oracle.end_input();
  EXPECT_EQ(oracle.line(), R"({"ips":[]})");
  EXPECT_EQ(oracle.line(), "");
  EXPECT_EQ(oracle.exit_code(), 0);
}

TEST(OracleProgram, AnswersALineBeyondTheLimitOnce) {
  OracleProgram oracle("--max-line-bytes=20");
  oracle.write("{\"op\":\"list\",\"padding\":\"" + std::string(30'000, 'x') + "\"}\n{\"op\":\"list\"}\n");
  EXPECT_EQ(oracle.line(), R"({"error":"BadRequest","message":"a line may have at most 20 bytes"})");
  EXPECT_EQ(oracle.line(), R"({"ips":[]})");
  oracle.end_input();
  EXPECT_EQ(oracle.exit_code(), 0);
}

TEST(OracleProgram, RefusesArguments) {
  OracleProgram oracle("file.jsonl");
  EXPECT_EQ(oracle.exit_code(), 2);
}

}  // namespace
}  // namespace clusterip::ctl
