// The oracle against the answers of the real upstream code: 8603 requests of every kind.
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "daemon/input/line_reader.hpp"
#include "tests/support/paths.hpp"
#include "tools/clusteripctl/oracle_session.hpp"

namespace clusterip::ctl {
namespace {

using nlohmann::json;

std::vector<std::string> read_lines(const std::string& name) {
  const std::string path = testing::source_path("tests/recordings/oracle/" + name);
  auto opened = daemon::open_source(path);
  auto* source = std::get_if<std::unique_ptr<daemon::ByteSource>>(&opened);
  EXPECT_NE(source, nullptr) << path;
  std::vector<std::string> lines;
  if (source == nullptr) return lines;
  daemon::LineReader reader(**source);
  while (const auto line = reader.next()) lines.emplace_back(line->text);
  EXPECT_EQ((*source)->failure(), "");
  return lines;
}

// The texts that the protocol leaves free: of bad requests, and of texts that cannot be read.
bool is_free_text(const json& request, const json& reply) {
  const std::string error = reply.value("error", "");
  if (error == "BadRequest") return true;
  if (error != "Invalid" || !request.is_object()) return false;
  const std::string op = request.value("op", "");
  const std::string message = reply.value("message", "");
  return op == "relation" || (op == "layout" && message.starts_with("invalid CIDR address: ")) ||
         message.starts_with("failed to parse service IP ");
}

class OracleRecordings : public ::testing::TestWithParam<const char*> {};

TEST_P(OracleRecordings, GivesTheSameAnswers) {
  const auto requests = read_lines(std::string(GetParam()) + ".in.jsonl.gz");
  const auto replies = read_lines(std::string(GetParam()) + ".out.jsonl.gz");
  ASSERT_EQ(requests.size(), replies.size());
  ASSERT_GE(requests.size(), 200U);

  OracleSession session;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    std::string out;
    session.answer(requests[i], out);
    ASSERT_EQ(out.find('\n'), out.size() - 1) << out;
    json expected = json::parse(replies[i]);
    json actual = json::parse(out);
    if (is_free_text(json::parse(requests[i], nullptr, false), expected)) {
      ASSERT_TRUE(actual["message"].is_string()) << out;
      expected["message"] = actual["message"];
    }
    ASSERT_EQ(actual, expected) << "line " << i + 1 << ": " << requests[i];
  }
}

INSTANTIATE_TEST_SUITE_P(AllKinds, OracleRecordings,
                         ::testing::Values("flag", "layout", "parse", "relation", "state", "validate"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace clusterip::ctl
