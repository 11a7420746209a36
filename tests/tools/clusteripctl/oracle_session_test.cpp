#include "tools/clusteripctl/oracle_session.hpp"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace clusterip::ctl {
namespace {

using nlohmann::json;

class Oracle : public ::testing::Test {
 protected:
  // The one reply line, without its end.
  std::string ask(std::string_view line) {
    std::string out;
    session_.answer(line, out);
    EXPECT_EQ(out.find('\n'), out.size() - 1) << out;
    EXPECT_EQ(JsonObject().scan(out), "") << out;
    out.pop_back();
    return out;
  }
  std::string error_of(std::string_view line) { return json::parse(ask(line)).value("error", ""); }
  void give(const std::string& cidr) {
    EXPECT_EQ(ask(R"({"op":"cidr","name":"a","state":"ready","cidrs":[")" + cidr + "\"]}"), R"({"ok":true})");
  }

  OracleSession session_;
};

TEST_F(Oracle, EchoesAnyIdAsItWasWritten) {
  for (const char* id : {"null", "0", "-0", "1e999", "123456789012345678901234567890.10",
                         "\"\\u00e9\\ud800\"", "[1, {\"a\" : null}]", "true", "{}"}) {
    EXPECT_EQ(ask("{\"op\":\"reset\",\"id\":" + std::string(id) + "}"),
              "{\"ok\":true,\"id\":" + std::string(id) + "}");
  }
  EXPECT_EQ(ask(R"({"id":[7],"op":"nothing"})"),
            R"({"error":"BadRequest","message":"unknown op \"nothing\"","id":[7]})");
  EXPECT_EQ(ask("{\"op\":\"reset\",\"id\":" + std::string(9'999, '[') + std::string(9'999, ']') + "}").size(),
            std::string(R"({"ok":true,"id":})").size() + 19'998);
}

TEST_F(Oracle, RefusesWhatIsNoRequestAndReadsOn) {
  give("10.0.0.0/24");
  for (const char* line : {"",
                           "\r",
                           " ",
                           "reset",
                           "[]",
                           "{}",
                           "{\"op\":null}",
                           "{\"op\":7}",
                           "{\"op\":\"\"}",
                           "{\"OP\":\"list\"}",
                           "{\"op\":\"list\"} {}",
                           "{\"op\":\"LIST\"}",
                           "{\"op\":\"has\"}",
                           "{\"op\":\"has\",\"ip\":7}",
                           "{\"op\":\"allocate\",\"family\":\"ipv4\"}",
                           "{\"op\":\"allocate\",\"family\":null}",
                           R"({"op":"allocate","family":"IPv4","start":7})",
                           R"({"op":"allocate","family":"IPv4","start":[1.0]})",
                           R"({"op":"allocate","family":"IPv4","start":[1e3]})",
                           R"({"op":"allocate","family":"IPv4","start":[18446744073709551616]})",
                           R"({"op":"allocate","family":"IPv4","start":["18446744073709551616"]})",
                           R"({"op":"allocate","family":"IPv4","start":[""]})",
                           R"({"op":"allocate","family":"IPv4","start":["+1"]})",
                           R"({"op":"allocate","family":"IPv4","start":[" 1"]})",
                           R"({"op":"allocate","family":"IPv4","start":[0,0,0]})",
                           R"({"op":"allocate","family":"IPv4","order":"10.0.0.0/24"})",
                           R"({"op":"allocate","family":"IPv4","order":[7]})",
                           R"({"op":"allocate","family":"IPv4","dry_run":1})",
                           R"({"op":"cidr","name":"b","cidrs":["10.0.1.0/24"]})",
                           R"({"op":"cidr","name":"b","state":"Ready"})",
                           R"({"op":"cidr","name":"b","state":"ready","cidrs":"10.0.1.0/24"})",
                           R"({"op":"cidr","state":"ready"})",
                           R"({"op":"remove","name":["a"]})",
                           R"({"op":"layout"})",
                           R"({"op":"parse","kind":"ip"})",
                           R"({"op":"parse","kind":"IP","text":""})",
                           R"({"op":"relation","a":"10.0.0.0/8"})",
                           R"({"op":"flag"})",
                           R"({"op":"validate"})",
                           R"({"op":"validate","object":[]})",
                           R"({"op":"validate","object":{"kind":"Service"}})",
                           R"({"op":"validate","object":{"apiVersion":"v1","kind":"ServiceCIDR"}})"}) {
    EXPECT_EQ(error_of(line), "BadRequest") << line;
  }
  EXPECT_EQ(ask(R"({"op":"list"})"), R"({"ips":[]})");
  EXPECT_EQ(ask(R"({"op":"stats"})"),
            R"({"cidrs":[{"cidr":"10.0.0.0/24","ready":true,"used":"0","free":"254"}]})");
}

TEST_F(Oracle, TakesNullAsLeftOut) {
  give("10.0.0.0/24");
  EXPECT_EQ(ask(R"({"op":"allocate","ip":null,"family":"IPv4","start":null,"order":null,"dry_run":null})"),
            R"({"ip":"10.0.0.17"})");
  EXPECT_EQ(ask(R"({"op":"cidr","name":"a","state":"pending","cidrs":null})"), R"({"ok":true})");
  EXPECT_EQ(ask(R"({"op":"allocate","family":"IPv4"})"), R"({"error":"Full","message":"range is full"})");
}

TEST_F(Oracle, TakesOffsetsAsNumbersAndTexts) {
  give("10.0.0.0/24");
  EXPECT_EQ(ask(R"({"op":"allocate","family":"IPv4","start":[37,4]})"), R"({"ip":"10.0.0.54"})");
  EXPECT_EQ(ask(R"({"op":"allocate","family":"IPv4","start":["0037"]})"), R"({"ip":"10.0.0.55"})");
  EXPECT_EQ(ask(R"({"op":"allocate","family":"IPv4","start":[238]})"), R"({"ip":"10.0.0.17"})");
  // 2^64 - 1 modulo 238.
  EXPECT_EQ(ask(R"({"op":"allocate","family":"IPv4","start":["18446744073709551615"]})"),
            R"({"ip":"10.0.0.102"})");
}

TEST_F(Oracle, TakesTheLargestRangesAtOnce) {
  give("0.0.0.0/0");
  EXPECT_EQ(ask(R"({"op":"allocate","family":"IPv4","start":[4294967293]})"), R"({"ip":"255.255.255.254"})");
  EXPECT_EQ(ask(R"({"op":"allocate","family":"IPv4","start":[4294967293]})"), R"({"ip":"0.0.0.1"})");
  EXPECT_EQ(ask(R"({"op":"stats"})"),
            R"({"cidrs":[{"cidr":"0.0.0.0/0","ready":true,"used":"2","free":"4294967292"}]})");
  EXPECT_EQ(ask(R"({"op":"reset"})"), R"({"ok":true})");
  give("fd00::/64");
  EXPECT_EQ(ask(R"({"op":"allocate","family":"IPv6","start":["18446744073709551359"]})"),
            R"({"ip":"fd00::101"})");
  EXPECT_EQ(ask(R"({"op":"allocate","family":"IPv6","start":["18446744073709551358"]})"),
            R"({"ip":"fd00::ffff:ffff:ffff:ffff"})");
  EXPECT_EQ(ask(R"({"op":"stats"})"),
            R"({"cidrs":[{"cidr":"fd00::/64","ready":true,"used":"2","free":"9223372036854775805"}]})");
}

TEST_F(Oracle, EndsAWalkAtAnIPv4MappedCandidate) {
  give("::/64");
  EXPECT_EQ(error_of(R"({"op":"allocate","family":"IPv6","start":[281470681743360]})"), "Invalid");
  EXPECT_EQ(ask(R"({"op":"allocate","family":"IPv6","start":[281470681743000]})"),
            R"({"ip":"::fffe:ffff:ff99"})");
  EXPECT_EQ(ask(R"({"op":"list"})"), R"({"ips":["::fffe:ffff:ff99"]})");
}

TEST_F(Oracle, CountsAMappedRangeInItsOwnNotation) {
  EXPECT_EQ(json::parse(ask(R"({"op":"layout","cidr":"0.0.0.0/0"})"))["static"], nullptr);
  EXPECT_EQ(json::parse(ask(R"({"op":"layout","cidr":"::ffff:0.0.0.0/96"})"))["static"]["size"], "256");
  EXPECT_EQ(ask(R"({"op":"flag","text":"::ffff:10.0.0.0/97"})"), R"({"ranges":["0.0.0.0/1"]})");
  EXPECT_EQ(error_of(R"({"op":"flag","text":"10.0.0.0/1"})"), "Invalid");
}

TEST_F(Oracle, KeepsTheStateOfARangeWithoutAReadyObject) {
  give("10.0.0.0/24");
  EXPECT_EQ(ask(R"({"op":"cidr","name":"b","state":"pending","cidrs":["10.0.0.0/24"]})"), R"({"ok":true})");
  EXPECT_EQ(ask(R"({"op":"cidr","name":"a","state":"terminating"})"), R"({"ok":true})");
  EXPECT_EQ(ask(R"({"op":"allocate","ip":"10.0.0.5"})"), R"({"ip":"10.0.0.5"})");
  EXPECT_EQ(ask(R"({"op":"remove","name":"a"})"), R"({"ok":true})");
  EXPECT_EQ(ask(R"({"op":"allocate","ip":"10.0.0.6"})"), R"({"ip":"10.0.0.6"})");
  // Any accepted cidr resyncs: now b is alone and not ready.
  EXPECT_EQ(ask(R"({"op":"cidr","name":"c","state":"ready","cidrs":["10.9.0.0/24"]})"), R"({"ok":true})");
  EXPECT_EQ(error_of(R"({"op":"allocate","ip":"10.0.0.7"})"), "MismatchedNetwork");
  EXPECT_EQ(ask(R"({"op":"has","ip":"10.0.0.6"})"), R"({"has":false})");
  EXPECT_EQ(ask(R"({"op":"release","ip":"010.0.0.6"})"), R"({"ok":true})");
  EXPECT_EQ(ask(R"({"op":"list"})"), R"({"ips":["10.0.0.5"]})");
}

TEST_F(Oracle, ValidatesWhatAStoreWouldHold) {
  const std::string object =
      R"({"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","spec":{"cidrs":["10.0.0.0/24"]},)";
  const std::string named = object + R"("metadata":{"name":"a"}})";
  EXPECT_EQ(ask(R"({"op":"validate","object":)" + named + R"(,"old":)" + object +
                R"("metadata":{"name":"a","namespace":"x"}}})"),
            R"({"errors":[]})");
  EXPECT_EQ(ask(R"({"op":"validate","object":)" + object + R"("metadata":{"name":"a","managedFields":[)" +
                R"({"operation":"Apply","manager":")" + std::string(129, 'm') + R"("}]}}})"),
            R"({"errors":[{"type":"FieldValueTooLong","field":"metadata.managedFields[0].manager",)"
            R"("value":"<value omitted>","detail":"may not be more than 128 bytes"}]})");
  const std::string reply = ask(R"({"op":"validate","object":)" + object + R"("metadata":{"selfLink":5}}})");
  EXPECT_EQ(reply.rfind(R"({"error":"BadRequest")", 0), 0U) << reply;
}

TEST_F(Oracle, SaysWhatIsTooLong) {
  std::string out;
  OracleSession::answer_too_long(16, out);
  EXPECT_EQ(out, "{\"error\":\"BadRequest\",\"message\":\"a line may have at most 16 bytes\"}\n");
}

}  // namespace
}  // namespace clusterip::ctl
