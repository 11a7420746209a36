// The command replay from the outside: its forms and exit codes.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"
#include "tests/support/paths.hpp"

namespace clusterip::ctl {
namespace {

using testing::CommandResult;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

std::string logs(const std::string& name) {
  std::string files;
  for (const char* file : {"audit0.log.gz", "audit1.log.gz"}) {
    files += " '" + testing::source_path("tests/recordings/" + name + "/" + file) + "'";
  }
  return files;
}
CommandResult run(const std::string& arguments, const std::string& input = "") {
  return testing::run_command("clusteripctl", "replay " + arguments, input);
}

TEST(ReplayProgram, EveryFormTellsTheSameFindingsAndExits1) {
  const std::string files = logs("load-two-servers-1.36");
  const CommandResult json = run("-o json" + files);
  EXPECT_EQ(json.exit_code, 1);
  const Json report = Json::parse(json.output);
  const std::size_t findings = report["findings"].size();
  EXPECT_EQ(report["summary"]["findings"], findings);

  const CommandResult lines = run("-o jsonl" + files);
  EXPECT_EQ(static_cast<std::size_t>(std::count(lines.output.begin(), lines.output.end(), '\n')),
            report["decisions"].size() + findings + 1);
  const CommandResult sarif = run("--output=sarif" + files);
  EXPECT_EQ(sarif.exit_code, 1);
  EXPECT_EQ(Json::parse(sarif.output)["runs"][0]["results"].size(), findings);
  const CommandResult junit = run("-o junit" + files);
  EXPECT_EQ(junit.exit_code, 1);
  EXPECT_THAT(junit.output, HasSubstr("<failure type=\"duplicate-address\" message=\"1 finding\">"));
  EXPECT_THAT(run("-o yaml" + files).output, HasSubstr("rule: duplicate-address"));
}

TEST(ReplayProgram, TheTableGroupsNotesThatRepeat) {
  const std::string files = logs("load-two-servers-1.36");
  const std::string table = run("" + files).output;
  EXPECT_THAT(table,
              HasSubstr("info  orphan-ipaddress  12 notes: 10.96.0.118, fd00:96::1a, fd00:96::1d and 9 more; "
                        "the first: IPAddress 10.96.0.118 names Service default/w1-317"));
  EXPECT_THAT(run("--max-alike=12" + files).output, Not(HasSubstr("12 notes")));
  EXPECT_THAT(run("--quiet" + files).output, Not(HasSubstr("info")));
}

TEST(ReplayProgram, AnEventWithoutABodyIsUndecidedAndNamesItsLevel) {
  const auto message = [](const std::string& level, const std::string& status) {
    const std::string event =
        R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":")" + level +
        R"(","auditID":"a","stage":"ResponseComplete","verb":"create","user":{"username":"u"},)"
        R"("objectRef":{"resource":"services","namespace":"a","name":"x"},)" +
        status +
        R"("requestReceivedTimestamp":"2026-11-22T10:00:00Z","stageTimestamp":"2026-11-22T10:00:01Z"})";
    const Json line = Json::parse(run("-o json -", event).output)["decisions"][0];
    EXPECT_EQ(line["verdict"], "undecided");
    return line["message"].get<std::string>();
  };
  const std::string created = R"("responseStatus":{"metadata":{},"code":201},)";
  EXPECT_THAT(message("Request", created), HasSubstr("(audit level Request)"));
  EXPECT_THAT(message("Metadata", created), HasSubstr("(audit level Metadata)"));
  EXPECT_THAT(message("RequestResponse", ""), HasSubstr("has no responseStatus.code"));
}

TEST(ReplayProgram, InputThatCannotBeReadIsInEveryFormAndExits3) {
  for (const char* form : {"json", "jsonl", "junit", "sarif", "yaml"}) {
    const CommandResult result = run("-o " + std::string(form) + " -", "{\"kind\":\"Event\",\n");
    EXPECT_EQ(result.exit_code, 3) << form;
    EXPECT_THAT(result.output, HasSubstr("standard input:1")) << form;
    EXPECT_THAT(result.errors, HasSubstr("standard input:1")) << form;
  }
}

}  // namespace
}  // namespace clusterip::ctl
