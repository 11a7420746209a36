// Requests that no careful client sends get the words of a kube-apiserver; tests/upstream/compare/odd.py
// found each of them.
#include <gtest/gtest.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using Json = nlohmann::json;

const std::string kServices = "/api/v1/namespaces/default/services";
constexpr const char* kJson = "application/json";
constexpr const char* kMerge = "application/merge-patch+json";

class OddRequests : public ::testing::Test {
 protected:
  OddRequests()
      : daemon_({"--service-cluster-ip-range=10.96.0.0/24", "--in-memory"}), client_(daemon_.port()) {}

  static std::string message(const Answer& answer) { return answer.json().value("message", ""); }
  Answer create(const std::string& query = "") {
    return client_.post(kServices + query,
                        {{"metadata", {{"name", "a"}}}, {"spec", {{"ports", {{{"port", 80}}}}}}});
  }

  DaemonProcess daemon_;
  HttpClient client_;
};

TEST_F(OddRequests, AllOptionsOfAWriteAreChecked) {
  const Answer answer = create("?dryRun=x&fieldValidation=y&fieldManager=a%0Ab");
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(
      message(answer),
      R"(CreateOptions.meta.k8s.io "" is invalid: [fieldManager: Invalid value: "a\nb": invalid character U+000A)"
      R"( (at position 1), dryRun: Unsupported value: ["x"]: supported values: "All", fieldValidation:)"
      R"( Unsupported value: "y": supported values: "", "Ignore", "Strict", "Warn"])");
}

TEST_F(OddRequests, TheOptionsOfADeletionAreRead) {
  ASSERT_EQ(create().status, 201);
  EXPECT_EQ(client_.erase(kServices + "/a?propagationPolicy=x").status, 422);
  EXPECT_EQ(client_.erase(kServices + "/a", {{"propagationPolicy", "Background"}, {"orphanDependents", true}})
                .status,
            422);
  EXPECT_EQ(client_.erase(kServices + "/a", {{"gracePeriodSeconds", "x"}}).status, 400);
  EXPECT_EQ(client_.erase(kServices + "/a", {{"kind", "Service"}, {"apiVersion", "v1"}}).status, 400);
  EXPECT_EQ(client_.erase(kServices + "/a", {{"preconditions", {{"uid", ""}}}}).status, 409);
  EXPECT_EQ(client_.send("DELETE", kServices + "/a", "{}", "text/plain").status, 415);
  EXPECT_EQ(client_.erase(kServices + "/a", {{"dryRun", {"All"}}}).status, 200);
  EXPECT_EQ(client_.erase(kServices + "/a?dryRun=All").status, 200);
  EXPECT_EQ(client_.get(kServices + "/a").status, 200);
}

TEST_F(OddRequests, ARepeatedFieldIsWarnedOfOrRefused) {
  const std::string body =
      R"({"metadata":{"name":"a"},"spec":{"ports":[{"port":80,"x":1}],"clusterIP":"None","clusterIP":"None"}})";
  EXPECT_EQ(message(client_.send("POST", kServices + "?fieldValidation=Strict", body, kJson)),
            "Service in version \"v1\" cannot be handled as a Service: strict decoding error: "
            "unknown field \"spec.ports[0].x\", duplicate field \"spec.clusterIP\"");
  const Answer warned = client_.send("POST", kServices, body, kJson);
  EXPECT_EQ(warned.status, 201);
  EXPECT_EQ(warned.headers.count("Warning"), 2U);
}

TEST_F(OddRequests, YamlIsWrittenForThoseWhoTakeIt) {
  ASSERT_EQ(create().status, 201);
  const Answer answer = client_.get(kServices + "/a", "application/yaml");
  EXPECT_EQ(answer.header("Content-Type"), "application/yaml");
  EXPECT_EQ(answer.body.substr(0, 14), "apiVersion: v1");
  EXPECT_EQ(client_.get(kServices + "?watch=true", "application/yaml").status, 406);
}

TEST_F(OddRequests, MetadataOfAListIsNotThatOfAnObject) {
  const std::string meta = ";v=v1;g=meta.k8s.io";
  EXPECT_EQ(message(client_.get(kServices, "application/json;as=PartialObjectMetadata" + meta)),
            "you requested PartialObjectMetadata, but the requested object is a list (*core.ServiceList)");
  EXPECT_EQ(
      client_.get(kServices + "/kubernetes", "application/json;as=PartialObjectMetadataList" + meta).status,
      406);
}

TEST_F(OddRequests, AMediaTypeIsReadWithItsParameters) {
  const std::string body = R"({"metadata":{"name":"a"},"spec":{"clusterIP":"None"}})";
  for (const char* type : {"json", "application/json,text/plain", "application/json; x", "text/json"}) {
    EXPECT_EQ(client_.send("POST", kServices, body, type).status, 415) << type;
  }
  EXPECT_EQ(client_.send("POST", kServices, body, "APPLICATION/JSON; charset=utf-16").status, 201);
  EXPECT_EQ(client_.send("PATCH", kServices + "/a", "{}", "Application/merge-patch+json").status, 415);
}

TEST_F(OddRequests, AnOldVersionTellsOfItsAge) {
  const Answer old = client_.get("/apis/networking.k8s.io/v1beta1/servicecidrs/none");
  EXPECT_EQ(old.status, 404);
  EXPECT_EQ(
      old.header("Warning"),
      R"(299 - "networking.k8s.io/v1beta1 ServiceCIDR is deprecated in v1.34+, unavailable in v1.37+")");
  EXPECT_EQ(client_.get("/apis/networking.k8s.io/v1/servicecidrs").header("Warning"), "");
}

TEST_F(OddRequests, APatchMayNameAnotherVersionOfTheKind) {
  const std::string old = "/apis/networking.k8s.io/v1beta1/servicecidrs/kubernetes";
  const Answer other = client_.patch(old, {{"apiVersion", "networking.k8s.io/v1"}}, kMerge);
  EXPECT_EQ(other.status, 200);
  EXPECT_EQ(other.json()["apiVersion"], "networking.k8s.io/v1beta1");
  EXPECT_NE(client_.patch(old, {{"apiVersion", "networking.k8s.io/v9"}}, kMerge).status, 200);
}

TEST_F(OddRequests, ATokenToGoOnIsReadInTheWordsOfItsDecoder) {
  const auto refusal = [&](const std::string& token) {
    return message(client_.get(kServices + "?limit=1&continue=" + token));
  };
  const std::string head = "invalid continue token: continue key is not valid: ";
  EXPECT_EQ(refusal("x"), head + "illegal base64 data at input byte 0");
  EXPECT_EQ(refusal("a%3D"), head + "illegal base64 data at input byte 1");
  EXPECT_EQ(refusal("xx"), head + "invalid character '\u00c7' looking for beginning of value");
  EXPECT_EQ(refusal("WzFd"),
            head + "json: cannot unmarshal array into Go value of type storage.continueToken");
  EXPECT_EQ(refusal("eyJ2IjoieCJ9"), head + "server does not recognize this encoded version x");
  EXPECT_EQ(refusal("eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIuLi94In0"), head + "../x");
  EXPECT_EQ(
      client_.get(kServices + "?continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0").status,
      200);
}

TEST_F(OddRequests, ARevisionOfNothingIsNoneToCreateWith) {
  const auto status = [&](const char* revision) {
    const Json object = {{"metadata", {{"name", "a"}, {"resourceVersion", revision}}},
                         {"spec", {{"clusterIP", "None"}}}};
    return client_.post(kServices + "?dryRun=All", object).status;
  };
  EXPECT_EQ(status("0"), 201);
  EXPECT_EQ(status("x"), 201);
  EXPECT_EQ(status("7"), 500);
}

TEST_F(OddRequests, AWatchMayBeOverBeforeItBegins) {
  EXPECT_EQ(client_.get(kServices + "?watch=true&timeoutSeconds=-1").body, "");
}

TEST_F(OddRequests, WhoeverAppliesNullOwnsIt) {
  const Json object = {{"apiVersion", "v1"},
                       {"kind", "Service"},
                       {"metadata", {{"name", "a"}, {"labels", nullptr}}},
                       {"spec", {{"clusterIP", "None"}}}};
  const Answer answer =
      client_.patch(kServices + "/a?fieldManager=m", object, "application/apply-patch+yaml");
  const Json fields = answer.json().at("/metadata/managedFields/0/fieldsV1"_json_pointer);
  EXPECT_EQ(fields["f:metadata"], Json({{"f:labels", Json::object()}}));
}

TEST_F(OddRequests, FieldSelectorsAreReadWithTheirEscapes) {
  const auto refusal = [&](const std::string& selector, const std::string& path = kServices) {
    return message(client_.get(path + "?fieldSelector=" + selector));
  };
  const std::string head = "invalid field selector: ";
  EXPECT_EQ(refusal("metadata.name%3Da%5Cb"), head + "invalid escape sequence: \\b");
  EXPECT_EQ(refusal("metadata.name%3Da%5C"), head + "invalid escape sequence: \\");
  EXPECT_EQ(refusal("metadata.name%3Da%3Db"), head + "unescaped character in value: 61");
  EXPECT_EQ(refusal("metadata.name%20%3Db"), "field label not supported: metadata.name ");
  EXPECT_EQ(refusal("a%3Db,foo"), "invalid selector: 'a=b,foo'; can't understand 'foo'");
  EXPECT_EQ(refusal("foo%3Db", "/apis/networking.k8s.io/v1/servicecidrs"),
            R"("foo" is not a known field selector: only "metadata.name", "metadata.namespace")");
  EXPECT_EQ(client_.get(kServices + "?fieldSelector=metadata.name%3Da%5C,b").status, 200);
}

TEST_F(OddRequests, AListSaysThatItCouldBeWatched) {
  const std::string streams =
      ", application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";
  EXPECT_TRUE(message(client_.get(kServices, "image/png")).ends_with(streams));
  EXPECT_FALSE(message(client_.get(kServices + "/kubernetes", "image/png")).ends_with(streams));
}

TEST_F(OddRequests, NamesArePartsOfPaths) {
  EXPECT_EQ(message(client_.get(kServices + "/..")), R"(Name parameter invalid: "..": may not be '..')");
  EXPECT_EQ(client_.erase(kServices + "/a%25b").status, 400);
  EXPECT_EQ(
      client_.get("/api/v1/watch/namespaces/default/services/kubernetes?timeoutSeconds=1").json()["type"],
      "ADDED");
}

TEST_F(OddRequests, MethodsAndTimeoutsAreThoseOfTheApi) {
  EXPECT_EQ(client_.send("HEAD", kServices, "", kJson).status, 405);
  EXPECT_EQ(client_.send("OPTIONS", "/api/v1", "", kJson).status, 405);
  EXPECT_EQ(client_.send("OPTIONS", "/apis/networking.k8s.io", "", kJson).status, 200);
  EXPECT_EQ(message(client_.get(kServices + "?timeout=x")),
            R"(invalid timeout specified in the request URL - time: invalid duration "x")");
  EXPECT_EQ(client_.get(kServices + "?timeout=5s").status, 200);
}

TEST_F(OddRequests, ParametersThatCannotBeReadDoNotCount) {
  EXPECT_EQ(create("?dryRun=%zz").status, 201);
  // The client would escape the semicolon.
  const std::string answer = exchange_raw(daemon_.port(),
                                          "DELETE " + kServices +
                                              "/a?dryRun=All;x HTTP/1.1\r\nHost: localhost\r\n"
                                              "Connection: close\r\n\r\n",
                                          1500);
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 200");
  EXPECT_EQ(client_.get(kServices + "/a").status, 404);
}

TEST_F(OddRequests, AnOwnerThatIsGivenTwiceCountsOnceWithAWarning) {
  const Json owner{
      {"apiVersion", "v1"}, {"kind", "Pod"}, {"name", "p"}, {"uid", "u-1"}, {"controller", true}};
  Json service{{"metadata", {{"name", "owned"}, {"ownerReferences", {owner, owner}}}},
               {"spec", {{"ports", {{{"port", 80}}}}}}};
  const auto created = client_.post(kServices, service);
  EXPECT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.json()["metadata"]["ownerReferences"], Json::array({owner}));
  EXPECT_EQ(
      created.header("Warning"),
      "299 - \".metadata.ownerReferences contains duplicate entries; API server dedups owner references in "
      "1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) "
      "observed: u-1\"");
  const auto patched =
      client_.patch(kServices + "/owned", {{"metadata", {{"ownerReferences", {owner, owner}}}}},
                    "application/merge-patch+json");
  EXPECT_EQ(patched.status, 200) << patched.body;
  EXPECT_NE(patched.header("Warning").find("duplicate entries after mutating admission happens; "),
            std::string::npos);
  // Two owners of one uid that differ are both kept, and refused as before.
  Json other = owner;
  other["name"] = "q";
  service["metadata"] = {{"name", "two"}, {"ownerReferences", {owner, other}}};
  EXPECT_EQ(client_.post(kServices, service).status, 422);
}

TEST_F(OddRequests, ARevisionThatIsNoNumberIsRefusedInTheWordsOfItsReader) {
  const auto refused = [&](const std::string& path) {
    const Answer answer = client_.get(path);
    return std::to_string(answer.status) + " " + message(answer);
  };
  const std::string words = R"(resourceVersion: Invalid value: "-1": strconv.ParseUint: parsing "-1": )";
  const std::string fault = words + "invalid syntax";
  const std::string events = "/api/v1/namespaces/default/events";
  EXPECT_EQ(refused(kServices + "/kubernetes?resourceVersion=-1"), "500 " + fault);
  EXPECT_EQ(refused(kServices + "/none?resourceVersion=-1"), "500 " + fault);
  EXPECT_EQ(refused(kServices + "?watch=true&resourceVersion=-1"), "500 " + fault);
  EXPECT_EQ(refused(kServices + "?resourceVersion=-1"), "400 invalid resource version: " + fault);
  // Upstream has no cache of Events: its storage reads what they are asked for.
  EXPECT_EQ(refused(events + "/none?resourceVersion=-1"), "400 invalid resource version: " + fault);
  EXPECT_EQ(message(client_.erase(kServices + "?labelSelector=no&resourceVersion=-1")),
            "invalid resource version: " + fault);
  EXPECT_NE(refused(kServices + "/a?resourceVersion=18446744073709551616").find(": value out of range"),
            std::string::npos);
}

TEST_F(OddRequests, ARevisionThatIsYetToComeIsRefused) {
  const auto refused = [](const Answer& answer) {
    const Json status = answer.json();
    const bool told = status.value("message", "").starts_with("Timeout: Too large resource version: 99999");
    return std::pair(told ? answer.status : 0, status["details"].value("retryAfterSeconds", 0));
  };
  const std::string wanted = "resourceVersion=99999";
  EXPECT_EQ(refused(client_.get(kServices + "/kubernetes?" + wanted)), std::pair(504, 1));
  EXPECT_EQ(refused(client_.get(kServices + "?" + wanted)), std::pair(504, 1));
  // By its storage, which does not catch up.
  EXPECT_EQ(refused(client_.get(kServices + "?limit=1&" + wanted)), std::pair(504, 0));
  EXPECT_EQ(refused(client_.get(kServices + "?resourceVersionMatch=Exact&" + wanted)), std::pair(504, 0));
  EXPECT_EQ(refused(client_.get("/api/v1/namespaces/default/events?" + wanted)), std::pair(504, 0));
  EXPECT_EQ(refused(client_.erase(kServices + "?labelSelector=no&" + wanted)), std::pair(504, 0));
  EXPECT_EQ(client_.get(kServices + "/kubernetes?resourceVersion=1").status, 200);
}

TEST_F(OddRequests, ATokenIsAPathBelowWhatIsListed) {
  ASSERT_EQ(create().status, 201);
  const auto listed = [&](const std::string& path, const std::string& token) {
    std::string names;
    const Json list = client_.get(path + "?continue=" + token).json();
    for (const Json& item : list.at("items")) {
      names += item["metadata"]["name"].get<std::string>() + " ";
    }
    return names;
  };
  // {"v":"meta.k8s.io/v1","rv":-1,"start":"default/b"}, and the same with "b".
  const std::string of_all = "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiZGVmYXVsdC9iIn0";
  const std::string of_one = "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiYiJ9";
  EXPECT_EQ(listed("/api/v1/services", of_all), "kubernetes ");
  EXPECT_EQ(listed(kServices, of_one), "kubernetes ");
  // "default/b" comes before "kubernetes", whose kind has no namespaces.
  EXPECT_EQ(listed("/apis/networking.k8s.io/v1/servicecidrs", of_all), "kubernetes ");
  const Json newest = client_.get("/api/v1/services?continue=" + of_all).json();
  EXPECT_EQ(newest["metadata"]["resourceVersion"],
            client_.get("/api/v1/services").json()["metadata"]["resourceVersion"]);
  // {"v":"meta.k8s.io/v1","rv":99999,"start":"a"}
  const std::string late = "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6OTk5OTksInN0YXJ0IjoiYSJ9";
  EXPECT_EQ(client_.get("/api/v1/services?continue=" + late).status, 504);
}

TEST_F(OddRequests, OneObjectIsNotWatchedByItsOwnPath) {
  const Answer answer = client_.get(kServices + "/kubernetes?watch=true&timeoutSeconds=1");
  EXPECT_EQ(answer.json().value("kind", ""), "Service");
}

TEST_F(OddRequests, OwnersByHandAreThoseOfAVersionThatTheKindHas) {
  ASSERT_EQ(create().status, 201);
  const auto patch = [&](const std::string& below, const std::string& manager, const char* version) {
    Json owner{{"manager", manager},
               {"operation", "Update"},
               {"apiVersion", version},
               {"fieldsType", "FieldsV1"},
               {"fieldsV1", {{"f:spec", Json::object()}}}};
    return client_.patch(kServices + "/a" + below, {{"metadata", {{"managedFields", {std::move(owner)}}}}},
                         kMerge);
  };
  const auto manager = [](const Answer& answer) {
    const Json owners = answer.json()["metadata"].value("managedFields", Json::array());
    return owners.empty() ? "" : owners[0].value("manager", "");
  };
  const std::string too_long(129, 'x');
  EXPECT_EQ(patch("", too_long, "v1").status, 422);
  EXPECT_EQ(manager(patch("", "mine", "v1")), "mine");
  // The status has no say in who owns what, so what is wrong with it is not looked for.
  EXPECT_EQ(manager(patch("/status", too_long, "v1")), "mine");
  EXPECT_EQ(manager(patch("/status", "other", "v1")), "mine");
  EXPECT_EQ(manager(patch("", "other", "")), "mine");
  EXPECT_EQ(manager(patch("", too_long, "v9")), "");
}

TEST_F(OddRequests, AnOwnerReferenceIsOwnedAsAWhole) {
  const auto owned = [&](const Json& references) {
    Json object{{"apiVersion", "v1"}, {"kind", "Service"}, {"spec", {{"clusterIP", "None"}}}};
    object["metadata"] = {{"name", "a"}, {"ownerReferences", references}};
    const Answer answer =
        client_.patch(kServices + "/a?fieldManager=m", object, "application/apply-patch+yaml");
    return answer.json().at("/metadata/managedFields/0/fieldsV1"_json_pointer).value("f:metadata", Json());
  };
  Json reference{{"apiVersion", "v1"}, {"kind", "Service"}, {"name", "x"}, {"uid", "y"}};
  const Json expected{{"f:ownerReferences", {{R"(k:{"uid":"y"})", Json::object()}}}};
  EXPECT_EQ(owned(Json::array({reference})), expected);
  reference["name"] = "z";
  EXPECT_EQ(owned(Json::array({reference})), expected);
  EXPECT_EQ(client_.get(kServices + "/a").json()["metadata"]["ownerReferences"][0], reference);
  // A list without items says nothing.
  EXPECT_EQ(owned(Json::array()), Json());
}

TEST_F(OddRequests, AKeyThatStandsTwiceInYamlIsWarnedOfOrRefused) {
  const std::string text =
      "apiVersion: v1\nkind: Service\nmetadata: {name: b, name: a}\nspec:\n  clusterIP: None\n  clusterIP: "
      "None\n";
  const std::string faults =
      "yaml: unmarshal errors:\n  line 3: key \"name\" already set in map\n"
      "  line 6: key \"clusterIP\" already set in map";
  const auto send = [&](const char* method, const std::string& path, const char* type) {
    return client_.send(method, path, text, type);
  };
  const std::string strict = "fieldValidation=Strict";
  EXPECT_EQ(message(send("POST", kServices + "?" + strict, "application/yaml")),
            R"(Service in version "v1" cannot be handled as a Service: strict decoding error: )" + faults);
  EXPECT_EQ(message(send("PATCH", kServices + "/a?fieldManager=m&" + strict, "application/apply-patch+yaml")),
            "error strict decoding YAML: error converting YAML to JSON: " + faults);
  const Answer applied = send("PATCH", kServices + "/a?fieldManager=m", "application/apply-patch+yaml");
  EXPECT_EQ(applied.status, 201);
  EXPECT_NE(applied.header("Warning").find(R"(299 - "line 3: key \"name\" already set in map")"),
            std::string::npos);
  EXPECT_EQ(send("POST", kServices, "application/yaml").status, 409);
}

TEST_F(OddRequests, AnEmptyYamlBodyIsNull) {
  EXPECT_EQ(client_.send("POST", kServices, "# nothing\n", "application/yaml").status, 422);
  EXPECT_EQ(
      message(client_.send("PATCH", kServices + "/a?fieldManager=m", "# x", "application/apply-patch+yaml")),
      "invalid object type: /, Kind=");
}

TEST_F(OddRequests, TypesOfWhatIsAppliedCountBeforeItsName) {
  const Answer answer = client_.send("PATCH", kServices + "/b?fieldManager=m",
                                     R"({"apiVersion":"v1","kind":"Service","metadata":{"name":5}})",
                                     "application/apply-patch+yaml");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(
      message(answer),
      "failed to create typed patch object (/; /v1, Kind=Service): .metadata.name: expected string, got "
      "&value.valueUnstructured{Value:5}");
}

TEST_F(OddRequests, TheRevisionOfAnUpdateIsANumber) {
  Json object = create().json();
  const auto update = [&](const std::string& revision) {
    object["metadata"]["resourceVersion"] = revision;
    return client_.put(kServices + "/a", object);
  };
  const std::string revision = object["metadata"]["resourceVersion"];
  EXPECT_EQ(update("00" + revision).status, 200);
  EXPECT_EQ(update("00").status, 200);
  EXPECT_EQ(update("18446744073709551615").status, 409);
  const Answer too_much = update("18446744073709551616");
  EXPECT_EQ(too_much.status, 500);
  EXPECT_EQ(message(too_much), R"(strconv.ParseUint: parsing "18446744073709551616": value out of range)");
}

TEST_F(OddRequests, ATokenIsReadBeforeTheRevisionBesideIt) {
  const auto refused = [&](const std::string& query) {
    return message(client_.get(kServices + "?" + query));
  };
  EXPECT_EQ(refused("resourceVersion=-1&continue=x"),
            "invalid continue token: continue key is not valid: illegal base64 data at input byte 0");
  EXPECT_EQ(refused("resourceVersion=x&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiYiJ9"),
            "specifying resource version is not allowed when using continue");
  // How a revision may be used is checked before it is read.
  EXPECT_EQ(client_.get(kServices + "?resourceVersion=x&resourceVersionMatch=y").status, 422);
}

TEST_F(OddRequests, WhatAPatchSaysTwiceIsWarnedOfOrRefused) {
  ASSERT_EQ(create().status, 201);
  const auto patch = [&](const std::string& query, const std::string& body, const char* type) {
    return client_.send("PATCH", kServices + "/a" + query, body, type);
  };
  const std::string merge = R"({"metadata":{"labels":{"a":"1","a":"2"}}})";
  for (const char* type : {kMerge, "application/strategic-merge-patch+json"}) {
    const Answer warned = patch("", merge, type);
    EXPECT_EQ(warned.header("Warning"), R"(299 - "duplicate field \"metadata.labels.a\"")");
    EXPECT_EQ(warned.json()["metadata"]["labels"]["a"], "2");
    const std::string refused = message(patch("?fieldValidation=Strict", merge, type));
    EXPECT_NE(refused.find(R"(: strict decoding error: duplicate field "metadata.labels.a")"),
              std::string::npos);
  }
  const Answer operation =
      patch("", R"([{"op":"add","path":"/spec/x","value":1,"y":2}])", "application/json-patch+json");
  EXPECT_NE(operation.header("Warning").find(R"(json patch unknown field \"[0].y\")"), std::string::npos);
}

TEST_F(OddRequests, AStrategicMergeThatCannotBeDoneIsRefused) {
  ASSERT_EQ(create().status, 201);
  const Answer answer = client_.send("PATCH", kServices + "/a/status", R"({"spec":{"ports":[{"name":"x"}]}})",
                                     "application/strategic-merge-patch+json");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(message(answer), "map: map[name:x] does not contain declared merge key: port");
}

TEST_F(OddRequests, WhatAnUpdateCreatesIsNotYetThere) {
  const auto put = [&](const char* member, const char* value) {
    Json object{{"apiVersion", "v1"}, {"kind", "Service"}, {"spec", {{"clusterIP", "None"}}}};
    object["metadata"] = {{"name", "a"}, {member, value}};
    return object;
  };
  const Answer by_uid = client_.put(kServices + "/a", put("uid", "x"));
  EXPECT_EQ(by_uid.status, 409);
  EXPECT_EQ(
      message(by_uid),
      "Operation cannot be fulfilled on services \"a\": Precondition failed: UID in precondition: x, UID in "
      "object meta: ");
  const std::string fault = R"(strconv.ParseUint: parsing "x": invalid syntax)";
  const Json odd = put("resourceVersion", "x");
  EXPECT_EQ(message(client_.put(kServices + "/a", odd)), fault);
  constexpr const char* kApply = "application/apply-patch+yaml";
  EXPECT_EQ(message(client_.patch(kServices + "/a?fieldManager=m", odd, kApply)), fault);
  const Json created = client_
                           .put(kServices + "/c?dryRun=All",
                                [&] {
                                  Json leaving = put("deletionTimestamp", "2026-01-01T00:00:00Z");
                                  leaving["metadata"]["name"] = "c";
                                  return leaving;
                                }())
                           .json();
  EXPECT_EQ(created["metadata"]["name"], "c");
  EXPECT_FALSE(created["metadata"].contains("deletionTimestamp"));
  // No number is the one of what does not stand.
  EXPECT_EQ(client_.put(kServices + "/a", put("resourceVersion", "5")).status, 201);
  EXPECT_EQ(client_
                .patch(kServices + "/b?fieldManager=m",
                       {{"apiVersion", "v1"}, {"kind", "Service"}, {"spec", {{"clusterIP", "None"}}}}, kApply)
                .status,
            400);
  // The condition counts before the number.
  Json both = put("uid", "x");
  both["metadata"]["resourceVersion"] = "x";
  EXPECT_EQ(client_.put(kServices + "/a", both).status, 409);
}

}  // namespace
}  // namespace clusterip::testing
