// Watches, lists in pages, selectors and tables: what informers and kubectl rely on.
#include <csignal>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/daemon_process.hpp"
#include "tests/support/http_client.hpp"

namespace clusterip::testing {
namespace {

using Json = nlohmann::json;

constexpr const char* kServices = "/api/v1/namespaces/default/services";

Json service(const std::string& name, const Json& labels = Json::object()) {
  return {{"metadata", {{"name", name}, {"labels", labels}}}, {"spec", {{"ports", {{{"port", 80}}}}}}};
}

// The events of a watch that has ended.
std::vector<Json> events_in(const std::string& body) {
  std::vector<Json> events;
  std::size_t at = 0;
  for (std::size_t end = body.find('\n'); end != std::string::npos; end = body.find('\n', at)) {
    events.push_back(Json::parse(body.substr(at, end - at)));
    at = end + 1;
  }
  return events;
}

class Watch : public ::testing::Test {
 protected:
  explicit Watch(std::vector<std::string> more = {})
      : daemon_(flags(std::move(more))), client_(daemon_.port()) {}

  static std::vector<std::string> flags(std::vector<std::string> more) {
    more.insert(more.end(), {"--service-cluster-ip-range=10.96.0.0/24", "--in-memory",
                             "--controllers=default-service-cidr"});
    return more;
  }
  // Watches for a second, while `meanwhile` runs.
  template <class Meanwhile>
  std::vector<Json> watch(const std::string& parameters, Meanwhile meanwhile,
                          const std::string& accept = "application/json") {
    std::string body;
    std::thread watcher([&] {
      HttpClient other(daemon_.port());
      body = other.get("/api/v1/services?watch=true&timeoutSeconds=1&" + parameters, accept).body;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    meanwhile();
    watcher.join();
    return events_in(body);
  }
  std::string revision() { return client_.get("/api/v1/services").json()["metadata"]["resourceVersion"]; }

  DaemonProcess daemon_;
  HttpClient client_;
};

TEST_F(Watch, TellsWhatHappensAfterARevision) {
  client_.post(kServices, service("before"));
  const auto events = watch("resourceVersion=" + revision(), [&] {
    Json object = client_.post(kServices, service("a")).json();
    object["metadata"]["labels"] = {{"x", "y"}};
    client_.put(std::string(kServices) + "/a", object);
    client_.erase(std::string(kServices) + "/a");
  });
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0]["type"], "ADDED");
  EXPECT_EQ(events[1]["type"], "MODIFIED");
  EXPECT_EQ(events[2]["type"], "DELETED");
  EXPECT_EQ(events[2]["object"]["metadata"]["labels"], Json({{"x", "y"}}));
  EXPECT_EQ(events[2]["object"]["kind"], "Service");
  std::set<std::string> revisions;
  for (const Json& event : events) revisions.insert(event["object"]["metadata"]["resourceVersion"]);
  EXPECT_EQ(revisions.size(), 3U);
}

TEST_F(Watch, BeginsWithWhatIsThereWhenAsked) {
  client_.post(kServices, service("a"));
  const auto plain = watch("resourceVersion=0", [] {});
  ASSERT_EQ(plain.size(), 1U);
  EXPECT_EQ(plain[0]["type"], "ADDED");
  // Where bookmarks are taken, one marks the end of what is there, asked for or not.
  const auto marked = watch("resourceVersion=0&allowWatchBookmarks=true", [] {});
  ASSERT_EQ(marked.size(), 2U);
  EXPECT_EQ(marked[1]["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
  const auto streamed =
      watch("sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
            [&] { client_.post(kServices, service("b")); });
  ASSERT_EQ(streamed.size(), 3U);
  EXPECT_EQ(streamed[0]["type"], "ADDED");
  EXPECT_EQ(streamed[1]["type"], "BOOKMARK");
  EXPECT_EQ(streamed[1]["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
  EXPECT_EQ(streamed[2]["object"]["metadata"]["name"], "b");
  EXPECT_EQ(client_.get("/api/v1/services?watch=1&sendInitialEvents=true").status, 422);
}

TEST_F(Watch, BookmarksAreObjectsOfWhichNothingIsSet) {
  const std::string end =
      "?watch=true&timeoutSeconds=1&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dnone";
  const auto bookmark = [&](const std::string& path, const std::string& accept) {
    const auto events = events_in(client_.get(path + end, accept).body);
    EXPECT_EQ(events.size(), 1U) << path;
    Json object = events.empty() ? Json() : events[0]["object"];
    object["metadata"].erase("resourceVersion");
    return object;
  };
  const Json mark{{"annotations", {{"k8s.io/initial-events-end", "true"}}}};
  const Json none = Json::object();
  EXPECT_EQ(bookmark("/api/v1/services", "application/json"), Json({{"apiVersion", "v1"},
                                                                    {"kind", "Service"},
                                                                    {"metadata", mark},
                                                                    {"spec", none},
                                                                    {"status", {{"loadBalancer", none}}}}));
  EXPECT_EQ(bookmark("/apis/events.k8s.io/v1/events", "application/json"),
            Json({{"apiVersion", "events.k8s.io/v1"},
                  {"kind", "Event"},
                  {"metadata", mark},
                  {"eventTime", nullptr},
                  {"regarding", none},
                  {"deprecatedSource", none},
                  {"deprecatedFirstTimestamp", nullptr},
                  {"deprecatedLastTimestamp", nullptr}}));
  const Json row =
      bookmark("/apis/networking.k8s.io/v1/servicecidrs", "application/json;as=Table;v=v1;g=meta.k8s.io");
  EXPECT_EQ(row["columnDefinitions"].size(), 3U);
  EXPECT_EQ(row["rows"][0]["cells"], Json({"", "", "<unknown>"}));
  EXPECT_EQ(row["rows"][0]["object"]["metadata"]["annotations"], mark["annotations"]);
}

TEST_F(Watch, ABookmarkComesShortlyBeforeTheEnd) {
  const std::string answer = client_
                                 .get(
                                     "/api/v1/services?watch=true&timeoutSeconds=3&allowWatchBookmarks=true"
                                     "&resourceVersion=" +
                                     revision())
                                 .body;
  const auto events = events_in(answer);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["type"], "BOOKMARK");
  EXPECT_FALSE(events[0]["object"]["metadata"].contains("annotations"));
}

TEST_F(Watch, InitialEventsOfAStateThatIsYetToComeAreAnError) {
  client_.post(kServices, service("before"));
  const auto events =
      watch("sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=99999", [] {});
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["type"], "ERROR");
  EXPECT_EQ(events[0]["object"]["code"], 504);
  EXPECT_EQ(events[0]["object"]["details"]["retryAfterSeconds"], 1);
}

TEST_F(Watch, WithoutInitialEventsNothingComesBeforeWhatHappens) {
  client_.post(kServices, service("before"));
  for (const std::string& revision : {std::string(), std::string("&resourceVersion=0")}) {
    const auto events = watch("sendInitialEvents=false&resourceVersionMatch=NotOlderThan" + revision, [&] {
      client_.post(kServices, service("during" + std::to_string(revision.size())));
    });
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0]["object"]["metadata"]["name"], "during" + std::to_string(revision.size()));
  }
}

TEST_F(Watch, SeesObjectsComeAndGoThroughItsSelector) {
  const auto events = watch("labelSelector=x%3Dy&resourceVersion=" + revision(), [&] {
    Json object = client_.post(kServices, service("a")).json();
    client_.post(kServices, service("other", {{"x", "z"}}));
    object["metadata"]["labels"] = {{"x", "y"}};
    object = client_.put(std::string(kServices) + "/a", object).json();
    object["metadata"].erase("labels");
    client_.put(std::string(kServices) + "/a", object);
    client_.erase(std::string(kServices) + "/a");
  });
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0]["type"], "ADDED");
  EXPECT_EQ(events[1]["type"], "DELETED");
}

TEST_F(Watch, SendsRowsToWhoeverWantsATable) {
  const auto events = watch(
      "resourceVersion=" + revision(),
      [&] {
        client_.post(kServices, service("a"));
        client_.post(kServices, service("b"));
      },
      "application/json;as=Table;v=v1;g=meta.k8s.io");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0]["object"]["kind"], "Table");
  EXPECT_EQ(events[0]["object"]["columnDefinitions"][0]["name"], "Name");
  EXPECT_EQ(events[0]["object"]["rows"][0]["cells"][0], "a");
  EXPECT_TRUE(events[1]["object"]["columnDefinitions"].is_null());
}

class ShortMemory : public Watch {
 protected:
  ShortMemory() : Watch({"--watch-log-events=3"}) {}
};

TEST_F(ShortMemory, SaysGoneToWhoComesTooLate) {
  const std::string old = revision();
  for (const char* name : {"a", "b", "c", "d"}) client_.post(kServices, service(name));
  const auto events = watch("resourceVersion=" + old, [] {});
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["type"], "ERROR");
  EXPECT_EQ(events[0]["object"]["code"], 410);
  EXPECT_EQ(events[0]["object"]["reason"], "Expired");
}

TEST(WatchOverARestart, GoesOnFromTheEndAndIsGoneFromBefore) {
  const TemporaryDirectory directory;
  const std::vector<std::string> flags{"--service-cluster-ip-range=10.96.0.0/24",
                                       "--data-dir=" + directory.path(),
                                       "--controllers=default-service-cidr"};
  const auto watch = [](int port, const std::string& revision) {
    return events_in(HttpClient(port)
                         .get("/api/v1/services?watch=true&timeoutSeconds=1&resourceVersion=" + revision)
                         .body);
  };
  std::string early, last;
  for (const int signal : {SIGTERM, SIGKILL}) {
    DaemonProcess daemon(flags);
    HttpClient client(daemon.port());
    const std::string name = signal == SIGTERM ? "a" : "b";
    const auto revision = [&] {
      return client.get("/api/v1/services").json()["metadata"]["resourceVersion"].get<std::string>();
    };
    if (signal == SIGKILL) {
      EXPECT_GE(std::stoull(revision()), std::stoull(last));
      const auto gone = watch(daemon.port(), early);
      ASSERT_EQ(gone.size(), 1U);
      EXPECT_EQ(gone[0]["object"]["code"], 410);
    }
    early = revision();
    const Json created = client.post(kServices, service(name)).json();
    last = created["metadata"]["resourceVersion"];
    EXPECT_GT(std::stoull(last), std::stoull(early));
    daemon.end(signal);
  }
  // Nothing has happened since: the watch of an informer goes on as if the server had never been away.
  DaemonProcess daemon(flags);
  HttpClient client(daemon.port());
  last = client.get("/api/v1/services").json()["metadata"]["resourceVersion"];
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    HttpClient(daemon.port()).post(kServices, service("c"));
  });
  const auto resumed = watch(daemon.port(), last);
  later.join();
  ASSERT_EQ(resumed.size(), 1U);
  EXPECT_EQ(resumed[0]["object"]["metadata"]["name"], "c");
}

TEST_F(Watch, EndsWithTheServer) {
  std::thread watcher([&] {
    HttpClient other(daemon_.port());
    EXPECT_EQ(other.get("/api/v1/services?watch=true&resourceVersion=" + revision()).status, 200);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(daemon_.end(SIGTERM), 0);
  watcher.join();
}

TEST_F(Watch, ListsComeInPages) {
  for (const char* name : {"a", "b", "c", "d", "e"}) client_.post(kServices, service(name, {{"odd", name}}));
  std::vector<std::string> names;
  std::string token;
  do {
    const Json page =
        client_.get("/api/v1/services?limit=2" + (token.empty() ? "" : "&continue=" + token)).json();
    ASSERT_TRUE(page.contains("items")) << page;
    EXPECT_LE(page["items"].size(), 2U);
    for (const Json& item : page["items"]) names.push_back(item["metadata"]["name"]);
    token = page["metadata"].value("continue", "");
    if (names.size() == 2) {
      EXPECT_EQ(page["metadata"]["remainingItemCount"], 3);
      client_.erase(std::string(kServices) + "/a");
    }
  } while (!token.empty());
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(client_.get("/api/v1/services?continue=nonsense").status, 400);
  const Json some = client_.get("/api/v1/services?limit=1&labelSelector=odd%20in%20(c,e)").json();
  EXPECT_EQ(some["items"].size(), 1U);
  EXPECT_EQ(some["items"][0]["metadata"]["name"], "c");
  EXPECT_FALSE(some["metadata"].value("continue", "").empty());
}

TEST_F(Watch, SelectorsFitOrAreRefused) {
  client_.post(kServices, service("a", {{"app", "x"}, {"n", "5"}}));
  client_.post(kServices, service("b", {{"app", "y"}}));
  const std::pair<std::string, std::size_t> table[] = {
      {"labelSelector=app%3Dx", 1},
      {"labelSelector=app!%3Dx", 1},
      {"labelSelector=app", 2},
      {"labelSelector=!n", 1},
      {"labelSelector=app%20in%20(x,y)", 2},
      {"labelSelector=app%20notin%20(x,y)", 0},
      {"labelSelector=n%3E4", 1},
      {"labelSelector=n%3C4", 0},
      {"labelSelector=app%3Dx,n%3D5", 1},
      {"fieldSelector=metadata.name%3Da", 1},
      {"fieldSelector=metadata.name!%3Da", 1},
      {"fieldSelector=spec.type%3DClusterIP", 2},
  };
  for (const auto& [parameters, count] : table) {
    EXPECT_EQ(client_.get(std::string(kServices) + "?" + parameters).json()["items"].size(), count)
        << parameters;
  }
  const Answer refused = client_.get("/apis/networking.k8s.io/v1/servicecidrs?fieldSelector=spec.foo%3Dx");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.json()["message"],
            "\"spec.foo\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
  EXPECT_EQ(client_.get("/api/v1/services?labelSelector=a%20in%20x").status, 400);
  EXPECT_EQ(client_.get("/api/v1/services?labelSelector=-%3Dx").status, 400);
}

TEST_F(Watch, CollectionsCanBeDeleted) {
  for (const char* name : {"a", "b"}) client_.post(kServices, service(name, {{"app", "x"}}));
  client_.post(kServices, service("c"));
  const Answer erased = client_.erase(std::string(kServices) + "?labelSelector=app");
  EXPECT_EQ(erased.status, 200);
  EXPECT_EQ(erased.json()["items"].size(), 2U);
  EXPECT_EQ(client_.get(kServices).json()["items"].size(), 1U);
  EXPECT_EQ(client_.get("/apis/networking.k8s.io/v1/ipaddresses").json()["items"].size(), 1U);
}

TEST_F(Watch, TablesHaveUpstreamsColumns) {
  const std::string table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
  Json body = service("a");
  body["spec"]["selector"] = {{"app", "x"}};
  body["spec"]["clusterIP"] = "10.96.0.9";
  client_.post(kServices, body);
  const Json services = client_.get(kServices, table).json();
  Json names = Json::array();
  for (const Json& column : services["columnDefinitions"]) names.push_back(column["name"]);
  EXPECT_EQ(names, Json({"Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age", "Selector"}));
  const Json cells = services["rows"][0]["cells"];
  EXPECT_EQ(cells[2], "10.96.0.9");
  EXPECT_EQ(cells[3], "<none>");
  EXPECT_EQ(cells[4], "80/TCP");
  EXPECT_EQ(cells[6], "app=x");
  EXPECT_EQ(services["rows"][0]["object"]["kind"], "PartialObjectMetadata");
  const Json addresses = client_.get("/apis/networking.k8s.io/v1/ipaddresses/10.96.0.9", table).json();
  EXPECT_EQ(addresses["columnDefinitions"].size(), 2U);
  EXPECT_EQ(addresses["rows"][0]["cells"][1], "services/default/a");
  EXPECT_EQ(client_.get(kServices, "application/cbor").status, 406);
}

}  // namespace
}  // namespace clusterip::testing
