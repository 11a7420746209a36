// A day of a busy cluster, with a clock that runs as fast as the machine: what the mirror holds stays what
// the cluster holds.
#include <algorithm>
#include <deque>
#include <malloc.h>

#include <gtest/gtest.h>

#include "daemon/mirror/audit_judge.hpp"
#include "daemon/mirror/finding_history.hpp"
#include "daemon/mirror/live_findings.hpp"
#include "engine/net/text.hpp"
#include "tests/support/objects.hpp"

namespace clusterip::daemon {
namespace {

using cluster::Duration;
using cluster::Instant;

constexpr std::int64_t kBegin = 1'800'000'000'000'000;
constexpr int kSeconds = 24 * 3600;
constexpr std::size_t kAlive = 2000;

// Allocated and not freed, in KiB. What allocators keep back for later is no growth, and differs from run to
// run.
std::size_t memory_kb() {
  const struct mallinfo2 use = mallinfo2();
  return (use.uordblks + use.hblkhd) / 1024;
}

// The most that is in use in the last sixth of the day is about what it was in the second. Windows fill and
// are trimmed again, so single moments do not compare.
class Memory {
 public:
  void look(int second) {
    constexpr int kSixth = kSeconds / 6;
    if (second % 60 != 0) return;
    if (second / kSixth == 1) early_ = std::max(early_, memory_kb());
    if (second / kSixth == 5) late_ = std::max(late_, memory_kb());
  }
  void expect_no_growth() const {
    EXPECT_GT(early_, 0U);
    EXPECT_LT(late_, early_ + early_ / 8 + 1024) << early_ << " KiB, then " << late_ << " KiB";
  }

 private:
  std::size_t early_ = 0;
  std::size_t late_ = 0;
};

struct Held {
  std::string name;
  std::string address;
};

// Services that come and go, each with a name that never was there before.
class Churn {
 public:
  Held create() {
    alive.push_back({"service-" + std::to_string(made_++), next_address()});
    return alive.back();
  }
  Held erase() {
    Held gone = alive.front();
    alive.pop_front();
    return gone;
  }
  std::deque<Held> alive;

 private:
  // Round and round: whoever held it is gone since.
  std::string next_address() { return Address::v4(0x0A000200U + made_addresses_++ % 60'000).to_string(); }

  unsigned made_ = 0;
  unsigned made_addresses_ = 0;
};

// The audit events of a server, as text.
class Events {
 public:
  std::string of(const Held& held, bool creates, Instant at) {
    const std::string parent =
        R"("parentRef":{"resource":"services","namespace":"default","name":")" + held.name + "\"}";
    const std::string labels =
        R"("labels":{"ipaddress.kubernetes.io/ip-family":"IPv4","ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io"})";
    const std::string uid = "\"uid\":\"of " + held.name + "\",\"resourceVersion\":\"";
    const std::string address = R"({"kind":"IPAddress","metadata":{"name":")" + held.address + "\"," + uid +
                                std::to_string(++revision_) + "\"," + labels + "},\"spec\":{" + parent + "}}";
    const std::string service = R"({"kind":"Service","metadata":{"name":")" + held.name +
                                R"(","namespace":"default",)" + uid + std::to_string(++revision_) +
                                R"("},"spec":{"type":"ClusterIP","clusterIP":")" + held.address +
                                R"(","clusterIPs":[")" + held.address +
                                R"("],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"}})";
    const char* verb = creates ? "create" : "delete";
    return R"({"kind":"EventList","items":[)" +
           event(verb, "system:apiserver",
                 R"("resource":"ipaddresses","apiGroup":"networking.k8s.io","name":")" + held.address,
                 address, at + Duration::milliseconds(1), at + Duration::milliseconds(2)) +
           "," +
           event(verb, "admin", R"("resource":"services","namespace":"default","name":")" + held.name,
                 service, at, at + Duration::milliseconds(3)) +
           "]}";
  }

 private:
  std::string event(const std::string& verb, const std::string& user, const std::string& object,
                    const std::string& body, Instant from, Instant to) {
    return R"({"kind":"Event","stage":"ResponseComplete","auditID":")" + std::to_string(++made_) +
           R"(","verb":")" + verb + R"(","user":{"username":")" + user + R"("},"objectRef":{)" + object +
           R"("},"responseStatus":{"code":)" + (verb == "create" ? "201" : "200") + R"(},"requestObject":)" +
           (verb == "create" ? body : std::string("null")) + R"(,"responseObject":)" + body +
           R"(,"requestReceivedTimestamp":")" + cluster::to_text_micro(from) + R"(","stageTimestamp":")" +
           cluster::to_text_micro(to) + "\"}";
  }

  std::uint64_t made_ = 0;
  std::uint64_t revision_ = 1000;
};

verify::StartState objects_of(const Churn& churn) {
  verify::StartState start;
  start.cidrs.push_back(testing::range("kubernetes", {"10.0.0.0/16"}));
  for (const Held& held : churn.alive) {
    cluster::Service service = testing::service("default/" + held.name, {held.address});
    cluster::IpAddress address = testing::ip_address(held.address, "default/" + held.name);
    service.meta.uid = address.meta.uid = "of " + held.name;
    start.add(service);
    start.add(address);
  }
  return start;
}

// Four Services a second come and go; once an hour a batch is lost. Nothing of that is forbidden, and nearly
// all is decided.
TEST(Growth, OfTheAuditJudgeInADay) {
  Churn churn;
  Events events;
  Memory memory;
  AuditOptions options;
  options.most_requests = 20'000;
  options.rest = 0;
  options.start_pause = {};
  options.read_start = [&] { return objects_of(churn); };
  std::string log;
  AuditJudge judge(options, [&](std::string_view severity, const std::string& line) {
    if (severity == "error" && log.size() < 10'000) log += line + "\n";
  });
  for (int second = 0; second < kSeconds; ++second) {
    const Instant now{kBegin + second * std::int64_t{1'000'000}};
    for (int i = 0; i < 4; ++i) {
      const Instant at = now + Duration::milliseconds(100 * i);
      std::string batch = events.of(churn.create(), true, at);
      if (second % 3600 == 1800 && i == 0) batch.resize(batch.size() / 2);
      judge.receive("one", batch);
      if (churn.alive.size() > kAlive)
        judge.receive("one", events.of(churn.erase(), false, at + Duration::milliseconds(50)));
    }
    if (second % 300 == 0) judge.round(now + Duration::seconds(1));
    memory.look(second);
  }
  const auto report = judge.report();
  EXPECT_EQ(report->verdicts.count("forbidden"), 0U) << log;
  EXPECT_GT(report->verdicts.at("permitted"), 16U * kSeconds * 9 / 10);
  EXPECT_LT(report->window, 45'000U);
  EXPECT_EQ(report->counts.losses, 24U);
  memory.expect_no_growth();
}

// The same on the watches' side, with an address held twice once a minute.
TEST(Growth, OfTheStateAndItsFindingsInADay) {
  Churn churn;
  Memory memory;
  verify::State state;
  state.put(testing::range("kubernetes", {"10.0.0.0/16"}));
  LiveFindings live({});
  FindingHistory history;
  for (int second = 0; second < kSeconds; ++second) {
    const Instant now{kBegin + second * std::int64_t{1'000'000}};
    StateChanges changes;
    const auto touch = [&](const Held& held) {
      changes.addresses.insert(*read_address_sloppy(held.address));
    };
    for (int i = 0; i < 4; ++i) {
      Held held = churn.create();
      if (second % 60 == 0 && i == 0 && churn.alive.size() > 2)
        held.address = churn.alive[churn.alive.size() - 2].address;
      churn.alive.back() = held;
      state.put(testing::service("default/" + held.name, {held.address}));
      state.put(testing::ip_address(held.address, "default/" + held.name));
      touch(held);
      if (churn.alive.size() <= kAlive) continue;
      const Held gone = churn.erase();
      touch(gone);
      state.erase_service("default", gone.name);
      state.erase_ip_address(gone.address);
    }
    live.add(state, changes);
    EXPECT_FALSE(live.look(state, now, 1'000));
    history.observe(live.all(state, {}, now), now);
    for (const verify::Finding& finding : history.due(now, 100)) history.confirm(finding, now);
    static_cast<void>(history.take_news());
    memory.look(second);
  }
  EXPECT_LE(state.service_count(), kAlive);
  EXPECT_LE(history.all().size(), 1000U + kAlive);
  memory.expect_no_growth();
}

}  // namespace
}  // namespace clusterip::daemon
