// The commands verify and explain from the outside: exit codes, streams and printed shapes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"
#include "tests/support/paths.hpp"

namespace clusterip::ctl {
namespace {

using testing::CommandResult;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Json = nlohmann::json;

std::string recording(const std::string& name) {
  return "'" + testing::source_path("tests/recordings/" + name + "/dump.json.gz") + "'";
}
CommandResult run(const std::string& arguments, const std::string& input = "") {
  return testing::run_command("clusteripctl", arguments, input);
}

TEST(VerifyProgram, ASoundClusterIsCleanAndExits0) {
  const CommandResult result = run("verify " + recording("extend-1.36"));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output,
            "CIDR           STATE   USED   FREE   STATIC   DYNAMIC   SERVICECIDRS\n"
            "10.96.0.0/28   ready   14     0      0/0      14/14     kubernetes\n"
            "\n"
            "14 Services, 14 IPAddresses, 1 ServiceCIDR: clean\n");
  EXPECT_THAT(result.errors, IsEmpty());
}

// A report that got lost is no success.
TEST(VerifyProgram, OutputThatCannotBeWrittenExits3) {
  for (const std::string& arguments : {"verify -o json " + recording("extend-1.36"), std::string("--help"),
                                       std::string("version"), std::string("verify --help")}) {
    for (const char* sink : {">/dev/full", ">&-"}) {
      const CommandResult result = testing::run_command("clusteripctl", arguments, "", sink);
      EXPECT_EQ(result.exit_code, 3) << arguments << sink;
      EXPECT_THAT(result.errors, HasSubstr("the output could not be written")) << arguments << sink;
    }
  }
}

TEST(ExplainProgram, AServiceHasOneNamespaceAndOneName) {
  for (const char* name : {"a", "/a", "a/", "a/b/c"}) {
    const CommandResult result =
        run("explain " + recording("extend-1.36") + " --service=" + std::string(name));
    EXPECT_EQ(result.exit_code, 2) << name;
    EXPECT_THAT(result.errors, HasSubstr("is not NAMESPACE/NAME"));
  }
}

TEST(VerifyProgram, AListIsReadAsYamlToo) {
  const std::string range =
      "apiVersion: networking.k8s.io/v1\n  kind: ServiceCIDR\n  metadata:\n"
      "    name: k\n    finalizers: [networking.k8s.io/service-cidr-finalizer]\n"
      "  spec: {cidrs: [10.0.0.0/24]}\n";
  const CommandResult result = run("verify -o json -", "- " + range);
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(Json::parse(result.output)["summary"]["serviceCIDRs"], 1);
}

TEST(VerifyProgram, AnErrorExits1AndHasTheShapeOfTheInterface) {
  const CommandResult result = run("verify -o json " + recording("load-two-servers-1.36"));
  EXPECT_EQ(result.exit_code, 1);
  const Json report = Json::parse(result.output);
  EXPECT_EQ(report["kind"], "VerificationReport");
  EXPECT_EQ(report["summary"],
            Json::parse(R"({"services":471,"ipAddresses":582,"serviceCIDRs":10,"errors":1,"warnings":0})"));
  Json first = report["findings"][0];
  first.erase("message");
  EXPECT_EQ(first, Json::parse(R"({"rule":"duplicate-address","severity":"error","address":"fd00:96::7e",
    "objects":[{"kind":"Service","namespace":"default","name":"w1-510"},
               {"kind":"Service","namespace":"default","name":"w1-597"}]})"));
  EXPECT_EQ(report["cidrs"][0], Json::parse(R"({"cidr":"10.96.0.0/24","names":["kubernetes"],"state":"ready",
    "used":"249","free":"5","static":{"used":"15","free":"1"},"dynamic":{"used":"234","free":"4"}})"));
}

TEST(VerifyProgram, EveryFormatTellsTheSameFindings) {
  const std::string file = recording("load-two-servers-1.36");
  const Json json = Json::parse(run("verify --output=json " + file).output);
  const std::size_t count = json["findings"].size();
  EXPECT_EQ(Json::parse(run("verify -o sarif " + file).output)["runs"][0]["results"].size(), count);
  const std::string lines = run("verify -o jsonl " + file).output;
  EXPECT_EQ(static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n')),
            count + json["cidrs"].size() + 1);
  EXPECT_THAT(run("verify -o junit " + file).output, HasSubstr("tests=\"14\" failures=\"1\" errors=\"0\""));
  EXPECT_THAT(run("verify -o yaml " + file).output, HasSubstr("- rule: duplicate-address\n  severity: error\n"
                                                              "  address: \"fd00:96::7e\"\n"));
  const std::string quiet = run("verify --quiet " + file).output;
  EXPECT_EQ(std::count(quiet.begin(), quiet.end(), '\n'), 2);
  EXPECT_THAT(run("verify --color=always " + file).output, HasSubstr("\033[31merror\033[0m"));
  EXPECT_THAT(run("verify " + file).output, Not(HasSubstr("\033")));
}

TEST(VerifyProgram, SeveralFilesAndStandardInputAreOneCluster) {
  const std::string service =
      R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"n"},"spec":{"clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"}})";
  const CommandResult result = run("verify -o json - " + recording("extend-1.36"), service);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(Json::parse(result.output)["summary"]["services"], 15);
  EXPECT_THAT(result.output, HasSubstr("outside-every-range"));
  const CommandResult twice = run("verify " + recording("extend-1.36") + " " + recording("extend-1.36"));
  EXPECT_EQ(twice.exit_code, 0);
  EXPECT_THAT(twice.errors, HasSubstr("came before; this one counts"));
  EXPECT_THAT(twice.errors, HasSubstr("29 objects came twice in all"));
}

TEST(VerifyProgram, WhatCannotBeReadExits3AndIsNeverClean) {
  for (const char* input : {"", "{", "[1]", "\177ELF", "{\"kind\":\"Status\",\"apiVersion\":\"v1\"}"}) {
    const CommandResult result = run("verify -", input);
    EXPECT_EQ(result.exit_code, 3) << input;
    EXPECT_THAT(result.errors, HasSubstr("clusteripctl: standard input:1")) << input;
    EXPECT_THAT(result.output, Not(HasSubstr("clean"))) << input;
    EXPECT_THAT(result.output, HasSubstr("INCOMPLETE")) << input;
  }
  const CommandResult missing = run("verify /no/such/file " + recording("extend-1.36"));
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_EQ(missing.errors, "clusteripctl: /no/such/file: No such file or directory\n");
  const Json report = Json::parse(run("verify -o json /no/such/file " + recording("extend-1.36")).output);
  EXPECT_EQ(report["unread"], Json::parse(R"(["/no/such/file: No such file or directory"])"));
}

// A terminal obeys what others wrote into their names.
TEST(VerifyProgram, NamesReachNoTerminalAsCommands) {
  const std::string range =
      R"({"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":"a\u001b[2J"},"spec":{"cidrs":["10.0.0.0/24"]}})";
  const CommandResult twice = run("verify -", range + range);
  EXPECT_THAT(twice.errors, HasSubstr("servicecidrs/a?[2J came before"));
  EXPECT_THAT(twice.output + twice.errors, Not(HasSubstr("\033")));
  const CommandResult unknown = run("verify -", R"({"apiVersion":"v1","kind":"Pod\u001b[2J"})");
  EXPECT_EQ(unknown.exit_code, 3);
  EXPECT_THAT(unknown.output + unknown.errors, Not(HasSubstr("\033")));
}

TEST(VerifyProgram, WrongFlagsExit2AndNameFlagAndValue) {
  const auto errors = [](const std::string& arguments) {
    const CommandResult result = run("verify " + arguments);
    EXPECT_EQ(result.exit_code, 2) << arguments;
    EXPECT_THAT(result.output, IsEmpty());
    return result.errors;
  };
  EXPECT_THAT(errors(""), HasSubstr("no FILE is given"));
  EXPECT_THAT(errors("-o xml f"), HasSubstr("--output: \"xml\" is not one of table, json"));
  EXPECT_THAT(errors("--kubernetes-version=1.20 f"), HasSubstr("\"1.20\""));
  EXPECT_THAT(
      errors("--service-cluster-ip-range=10.0.0.0 f"),
      HasSubstr("--service-cluster-ip-range=10.0.0.0: service-cluster-ip-range[0] is not a valid cidr"));
  for (const std::string version : {"1.33", "v1.33", "1.33.13"}) {
    EXPECT_THAT(errors("--service-cluster-ip-range=10.0.0.0/8 --kubernetes-version=" + version + " f"),
                HasSubstr("too large"));
  }
  EXPECT_THAT(errors("--colour=always f"), HasSubstr("colour"));
}

TEST(VerifyProgram, ListsThatWereForgottenAreMentioned) {
  const std::string range =
      R"({"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":"kubernetes","finalizers":["networking.k8s.io/service-cidr-finalizer"]},"spec":{"cidrs":["10.0.0.0/24"]}})";
  const CommandResult result = run("verify -", range);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.errors, HasSubstr("there is no IPAddress in the input"));
  EXPECT_THAT(run("verify --quiet -", range).errors, IsEmpty());
}

TEST(Program, AnswersTheUsualFlagForItsVersion) {
  const CommandResult result = run("--version");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("models Kubernetes 1.33"));
  EXPECT_EQ(result.output, run("version").output);
}

TEST(ExplainProgram, SaysWhoHoldsAnAddress) {
  const CommandResult result = run("explain --address=fd00:96::7e " + recording("load-two-servers-1.36"));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("held by    Service default/w1-510 since 2026-11-23T00:15:31Z\n"));
  EXPECT_THAT(result.output,
              HasSubstr("lies in    fd00:96::/120 of ServiceCIDR kubernetes, ready: dynamic band\n"));
  EXPECT_THAT(result.output, HasSubstr("provided IP is already allocated"));
}

TEST(ExplainProgram, PrintsJson) {
  const Json json =
      Json::parse(run("explain -o json --service=default/kubernetes " + recording("extend-1.36")).output);
  EXPECT_EQ(json["service"]["exists"], true);
  EXPECT_EQ(json["addresses"][0]["address"], "10.96.0.1");
  EXPECT_EQ(json["anyAddress"][0]["granted"], false);
}

TEST(ExplainProgram, SaysWhyARequestIsRefused) {
  const std::string manifest = R"(
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: 10.96.0.1, ports: [{port: 80}]}
)";
  const std::string dump = " " + recording("extend-1.36");
  const CommandResult result = run("explain --request=-" + dump, manifest);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("a request to create Service default/web would be refused\n"
                                       "  10.96.0.1: refused: spec.clusterIPs: Invalid value"));
  EXPECT_THAT(result.output, HasSubstr("held by    Service default/kubernetes"));

  const std::string event =
      R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"create",)"
      R"("objectRef":{"resource":"services","namespace":"shop","name":"web"},)"
      R"("requestObject":{"kind":"Service","apiVersion":"v1","metadata":{"name":"web"},)"
      R"("spec":{"type":"ClusterIP","clusterIP":"None"}}})";
  const Json json = Json::parse(run("explain -o json --request=-" + dump, event).output);
  EXPECT_EQ(json["service"]["namespace"], "shop");
  EXPECT_EQ(json["request"][0]["request"], "no address");
}

TEST(ExplainProgram, ARequestThatIsNoneIsNamed) {
  const std::string dump = " " + recording("extend-1.36");
  const auto errors = [&](const std::string& request) {
    const CommandResult result = run("explain --request=-" + dump, request);
    EXPECT_EQ(result.exit_code, 3) << request;
    EXPECT_THAT(result.output, IsEmpty());
    return result.errors;
  };
  EXPECT_THAT(errors(""), HasSubstr("-: "));
  EXPECT_THAT(errors("[]"), HasSubstr("-: is no object"));
  EXPECT_THAT(errors(R"({"apiVersion":"v1","kind":"Pod"})"), HasSubstr("kind \"Pod\" of apiVersion \"v1\""));
  EXPECT_THAT(errors(R"({"apiVersion":"v1","kind":"Service","spec":{"clusterIP":7}})"),
              HasSubstr("clusterIP"));
  EXPECT_THAT(errors(R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"delete"})"),
              HasSubstr("\"delete\""));
  EXPECT_THAT(errors(R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"create"})"),
              HasSubstr("requestObject is missing"));
  EXPECT_EQ(run("explain --request=/no/such/file" + dump).exit_code, 3);
}

TEST(ExplainProgram, WrongFlagsExit2) {
  for (const char* flags :
       {"f", "--address=x f", "--service=a f", "--address=1.2.3.4 --service=a/b f", "--address=1.2.3.4",
        "-o sarif --address=1.2.3.4 f", "--request=r --service=a/b f", "--request=- -"}) {
    EXPECT_EQ(run(std::string("explain ") + flags).exit_code, 2) << flags;
  }
}

TEST(ExplainProgram, SaysInEveryFormWhatItCouldNotRead) {
  const std::string arguments = " --address=1.2.3.4 /no/such/file";
  const CommandResult table = run("explain" + arguments);
  EXPECT_EQ(table.exit_code, 3);
  EXPECT_THAT(table.output, HasSubstr("INCOMPLETE: some input could not be read"));
  EXPECT_EQ(Json::parse(run("explain -o json" + arguments).output)["unread"],
            Json::parse(R"(["/no/such/file: No such file or directory"])"));
}

}  // namespace
}  // namespace clusterip::ctl
