// What the daemon says to requests that are wrong: the words are those of a real kube-apiserver.
#include <gtest/gtest.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using Json = nlohmann::json;

constexpr const char* kServices = "/api/v1/namespaces/default/services";
constexpr const char* kRanges = "/apis/networking.k8s.io/v1/servicecidrs";
constexpr const char* kJson = "application/json";

class Words : public ::testing::Test {
 protected:
  Words() : daemon_({"--service-cluster-ip-range=10.96.0.0/24", "--in-memory"}), client_(daemon_.port()) {}

  DaemonProcess daemon_;
  HttpClient client_;
};

TEST_F(Words, TellABodyThatIsNoObject) {
  const std::string head = "the object provided is unrecognized (must be of type ServiceCIDR): ";
  const std::string parse = head + "couldn't get version/kind; json parse error: ";
  const std::pair<const char*, std::string> table[] = {
      {"", parse + "unexpected end of JSON input (<empty>)"},
      {"{\"a\":}", parse + "invalid character '}' looking for beginning of value ({\"a\":})"},
      {"[]",
       parse + "json: cannot unmarshal array into Go value of type struct { APIVersion string "
               "\"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" } (5b5d)"},
      {"{\"apiVersion\":5}", parse + "json: cannot unmarshal number into Go struct field .apiVersion of type "
                                     "string ({\"apiVersion\":5})"},
      {"{\"apiVersion\":\"a/b/c\",\"kind\":\"x\"}",
       head + "unexpected GroupVersion string: a/b/c ({\"apiVersion\":\"a/b/c\",\"kind\":\" ...)"},
      {R"({"apiVersion":"networking.k8s.io/v1beta1"})",
       "the API version in the data (networking.k8s.io/v1beta1) does not match the expected API version "
       "(networking.k8s.io/v1)"},
      {R"({"apiVersion":"v2"})",
       "ServiceCIDR in version \"v2\" cannot be handled as a ServiceCIDR: no kind \"ServiceCIDR\" is "
       "registered for "
       "version \"v2\" in scheme \"pkg/api/legacyscheme/scheme.go:30\""},
  };
  for (const auto& [body, message] : table) {
    const Answer answer = client_.send("POST", kRanges, body, kJson);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.json().value("message", ""), message) << body;
  }
}

TEST_F(Words, TellAPathThatIsNotServed) {
  for (const char* path : {"/api/v1/nothing", "/api/v2/services", "/apis/networking.k8s.io/v9/servicecidrs",
                           "/api/v1/namespaces/default/services/a/b/c", "/version/x"}) {
    for (const char* method : {"GET", "POST", "DELETE"}) {
      const Answer answer = client_.send(method, path, "", kJson);
      EXPECT_EQ(answer.status, 404) << method << " " << path;
      EXPECT_EQ(answer.json().value("message", ""), "the server could not find the requested resource")
          << path;
      EXPECT_EQ(answer.json().value("details", Json()), Json::object()) << path;
    }
  }
  for (const char* path : {"/nothing", "/apis/nothing/v1/x"}) {
    const Answer answer = client_.send("GET", path, "", kJson);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.body, "404 page not found\n") << path;
  }
}

TEST_F(Words, TellAMethodThatAPathDoesNotHave) {
  const std::pair<const char*, std::string> table[] = {
      {"POST", std::string(kServices) + "/a"},          {"PUT", kServices},   {"POST", "/api/v1/services"},
      {"DELETE", std::string(kServices) + "/a/status"}, {"POST", "/version"}, {"POST", "/api"},
  };
  for (const auto& [method, path] : table) {
    const Answer answer = client_.send(method, path, "{}", kJson);
    EXPECT_EQ(answer.status, 405) << method << " " << path;
    EXPECT_EQ(answer.json().value("message", ""),
              "the server does not allow this method on the requested resource");
    EXPECT_EQ(answer.json().value("details", Json()), Json::object());
  }
}

TEST_F(Words, TellAMethodThatNoPathHas) {
  const std::string answer = exchange_raw(
      daemon_.port(), "NONSENSE /api/v1/services HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 1500);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 405 ")) << answer;
  EXPECT_NE(answer.find("the server does not allow this method on the requested resource"),
            std::string::npos);
}

TEST_F(Words, TellNothingOfADocumentThatThereIsNot) {
  const Answer answer = client_.get("/openapi/v3/nothing");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(answer.header("Content-Type"), "");
}

TEST_F(Words, TellWhatIsNoYaml) {
  const std::string one = std::string(kServices) + "/a?fieldManager=m";
  const auto refusal = [&](const std::string& text) {
    const Answer answer = client_.send("PATCH", one, text, "application/apply-patch+yaml");
    EXPECT_EQ(answer.status, 400);
    return answer.json().value("message", "");
  };
  const std::string head = "error decoding YAML: error converting YAML to JSON: yaml: ";
  EXPECT_EQ(refusal(std::string("{\"a\":\"\0\"}", 9)), head + "control characters are not allowed");
  // The text is sound JSON.
  EXPECT_EQ(refusal("{\"a\":\"\x7f\"}"), head + "control characters are not allowed");
  EXPECT_TRUE(refusal("a: b: c\n").starts_with(head + "line 1: "));
  const Answer posted = client_.send("POST", kServices, "a: b: c\n", "application/yaml");
  EXPECT_TRUE(
      posted.json()
          .value("message", "")
          .starts_with("the object provided is unrecognized (must be of type Service): yaml: line 1: "));
}

TEST_F(Words, TellANumberThatDoesNotFit) {
  const Json service{{"metadata", {{"name", "a"}}}, {"spec", {{"ports", {{{"port", 80}}}}}}};
  const std::string one = std::string(kServices) + "/a";
  ASSERT_EQ(client_.post(kServices, service).status, 201);
  const std::string fault = "json: cannot unmarshal number 1e400 into Go value of type float64";
  EXPECT_EQ(client_.send("PATCH", one, R"({"a":1e400})", "application/merge-patch+json").json()["message"],
            "error decoding patch: " + fault);
  const Answer strategic =
      client_.send("PATCH", one, R"({"a":1e400})", "application/strategic-merge-patch+json");
  EXPECT_EQ(strategic.json()["message"], fault);
  const std::string ports = R"({"spec":{"ports":[{"port":80,"targetPort":1.5}]}})";
  const Answer merged = client_.send("PATCH", one, ports, "application/merge-patch+json");
  EXPECT_EQ(merged.status, 422);
  EXPECT_NE(merged.body.find("Go struct field ServicePort.spec.ports.targetPort of type int32"),
            std::string::npos);
  const Answer met = client_.send("PATCH", one, ports, "application/strategic-merge-patch+json");
  EXPECT_NE(met.body.find("json: cannot unmarshal number 1.5 into Go value of type int32"),
            std::string::npos);
}

TEST_F(Words, TellAnIdentityThatDoesNotFit) {
  const Json service{{"metadata", {{"name", "a"}}}, {"spec", {{"ports", {{{"port", 80}}}}}}};
  const std::string path = std::string(kServices) + "/a";
  ASSERT_EQ(client_.post(kServices, service).status, 201);
  Json changed = service;
  changed["metadata"]["resourceVersion"] = "x";
  Answer answer = client_.put(path, changed);
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.json().value("message", ""), "strconv.ParseUint: parsing \"x\": invalid syntax");
  changed["metadata"]["resourceVersion"] = "0";
  EXPECT_EQ(client_.put(path, changed).status, 200);
  answer = client_.put(path, Json::object());
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.json().value("message", ""),
            "the name of the object (a based on URL) was undeterminable: name must be provided");
}

TEST_F(Words, AnExternalNameHasNoTrafficPolicy) {
  const Json service{{"metadata", {{"name", "a"}}}, {"spec", {{"ports", {{{"port", 80}}}}}}};
  Json stored = client_.post(kServices, service).json();
  ASSERT_EQ(stored["spec"]["internalTrafficPolicy"], "Cluster");
  stored["spec"]["type"] = "ExternalName";
  stored["spec"]["externalName"] = "example.com";
  const Answer answer = client_.put(std::string(kServices) + "/a", stored);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_FALSE(answer.json()["spec"].contains("internalTrafficPolicy"));
}

}  // namespace
}  // namespace clusterip::testing
