// A model of upstream's servers with overlapping requests and lagging caches makes logs of its own. Whatever
// it does, faults included, upstream may do: a replay never says forbidden.
#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/cluster/upstream_world.hpp"
#include "tests/support/recording.hpp"

namespace clusterip::testing {
namespace {

using cluster::Duration;
using cluster::Instant;
using cluster::StoredChange;
using cluster::Upstream;
using verify::AuditedRequest;
using verify::Subject;
using verify::Verb;

constexpr Duration kLongestLag = Duration::seconds(2);
constexpr Duration kGranule = Duration::milliseconds(1);

struct Sent {
  cluster::RequestId id = 0;
  Instant from;
  Instant to;
  bool answered = false;
};

// Sends random requests, several at a time, and notes when each was answered.
class Load {
 public:
  explicit Load(std::uint64_t seed) : draw_(seed), world_(cluster::new_world(seed)) {
    const auto version = cluster::default_version_profile();
    servers_.push_back(world_.start_server("a", cluster::flag_of("10.96.0.0/28,fd00:96::/124"), version));
    servers_.push_back(world_.start_server("b", cluster::flag_of("10.96.0.0/28,fd00:96::/124"), version));
    world_.start_controller_manager(version);
    pass(Duration::seconds(3));
  }

  void run(int operations) {
    for (int i = 0; i < operations; ++i) {
      if (chance(10)) lag_somebody();
      Sent sent;
      sent.from = world_.now();
      sent.id = world_.begin(cluster::request_to(servers_[below(2)], body(i)));
      sent_.push_back(sent);
      pass(Duration::milliseconds(static_cast<std::int64_t>(below(40))));
      if (chance(40)) pass(Duration::seconds(4));
    }
    pass(Duration::seconds(12));
  }

  const Upstream& world() const { return world_; }
  const std::vector<Sent>& sent() const { return sent_; }

 private:
  std::uint64_t below(std::uint64_t bound) { return draw_() % bound; }
  bool chance(std::uint64_t one_in) { return below(one_in) == 0; }
  std::string old_service() { return "s" + std::to_string(below(std::max<std::size_t>(1, services_))); }

  cluster::RequestBody body(int number) {
    static const std::vector<std::string> kRanges{"10.97.0.0/28", "10.97.0.0/27", "fd00:97::/124",
                                                  "10.96.0.0/28", "10.98.0.0/29"};
    switch (below(12)) {
      case 0:
        return cluster::new_range("r" + std::to_string(number), {kRanges[below(kRanges.size())]});
      case 1:
        return cluster::DeleteServiceCidrRequest{
            "r" + std::to_string(below(static_cast<std::uint64_t>(number) + 1))};
      case 2:
      case 3:
        return cluster::new_policy(old_service(), chance(2) ? "PreferDualStack" : "SingleStack");
      case 4:
      case 5:
      case 6:
        return cluster::DeleteServiceRequest{"default", old_service()};
      case 7:
        return cluster::new_service(new_name(), "10.96.0." + std::to_string(below(16)));
      case 8:
        return cluster::new_service(new_name(), "10.97.0." + std::to_string(below(32)));
      case 9:
        return cluster::new_service(new_name(), "", "PreferDualStack");
      default:
        return cluster::new_service(new_name());
    }
  }
  std::string new_name() { return "s" + std::to_string(services_++); }

  void lag_somebody() {
    const Duration lag{
        static_cast<std::int64_t>(below(static_cast<std::uint64_t>(kLongestLag.microseconds)))};
    world_.set_lag(servers_[below(2)], std::nullopt, lag);
  }

  void pass(Duration duration) {
    for (Duration passed{}; passed < duration; passed = passed + kGranule) {
      world_.run_for(kGranule);
      for (Sent& sent : sent_) {
        if (sent.answered || !world_.request(sent.id).answer) continue;
        sent.answered = true;
        sent.to = world_.now();
      }
    }
  }

  std::mt19937_64 draw_;
  Upstream world_;
  std::vector<std::size_t> servers_;
  std::vector<Sent> sent_;
  std::size_t services_ = 0;
};

// The log that audited servers would have written.
class Logger {
 public:
  // An IPAddress never changes, so its version tells it from others of its name.
  static std::string uid_of(const cluster::ObjectMeta& meta) {
    return meta.name + "@" + meta.resource_version;
  }

  // `with_uids`: IPAddresses have uids, as in real logs; without them deletions must be told apart by time.
  Logger(const Load& load, bool with_uids) : world_(load.world()), with_uids_(with_uids) {
    record_.servers = 1;
    for (const Sent& sent : load.sent()) {
      if (sent.answered) add_client_request(sent);
    }
    for (std::size_t i = 0; i < history().size(); ++i) add_change(i);
    verify::put_in_order(record_);
  }
  verify::Record take() { return std::move(record_); }

 private:
  const std::vector<StoredChange>& history() const { return world_.state().store.history(); }

  // The last change of a Service during a request.
  const StoredChange* stored_by(const Sent& sent, const std::string& key) {
    const StoredChange* found = nullptr;
    for (std::size_t i = 0; i < history().size(); ++i) {
      const StoredChange& change = history()[i];
      if (change.kind() != cluster::StoredKind::kService || cluster::stored_key(change.meta()) != key)
        continue;
      if (change.time < sent.from || sent.to < change.time) continue;
      found = &change;
      explained_.push_back(i);
    }
    return found;
  }

  void add_client_request(const Sent& sent) {
    const cluster::UpstreamRequest& from = world_.request(sent.id);
    AuditedRequest request;
    request.subject = Subject::kService;
    if (const auto* create = std::get_if<cluster::CreateServiceRequest>(&from.body)) {
      request.verb = Verb::kCreate;
      request.name = create->object.meta.name;
      request.asked = verify::facts_of(create->object);
    } else if (const auto* patch = std::get_if<cluster::PatchServiceRequest>(&from.body)) {
      request.verb = Verb::kPatch;
      request.name = patch->name;
      request.asked_in_part = true;
      verify::ServiceFacts asked;
      asked.policy = patch->patch.ip_family_policy;
      request.asked = asked;
    } else if (const auto* gone = std::get_if<cluster::DeleteServiceRequest>(&from.body)) {
      request.verb = Verb::kDelete;
      request.name = gone->name;
    } else {
      return;  // the changes of ServiceCIDRs tell of these
    }
    request.name_space = "default";
    request.audit_id = "client-" + std::to_string(sent.id);
    request.user = "client";
    // A little more than the model's time, for the requests inside have a length too.
    request.during = {sent.from - kGranule - kGranule, sent.to + kGranule + kGranule};
    request.code = from.answer->code;
    request.message = from.answer->message;
    if (from.answer->ok()) {
      const StoredChange* change = stored_by(sent, "default/" + request.name);
      if (change == nullptr) return;
      request.given = service_facts(std::get<cluster::Service>(change->object));
    }
    record_.requests.push_back(std::move(request));
  }

  static verify::ServiceFacts service_facts(const cluster::Service& service) {
    verify::ServiceFacts facts = verify::facts_of(service);
    facts.uid = "uid-" + service.meta.name;
    return facts;
  }

  void add_change(std::size_t place) {
    const StoredChange& change = history()[place];
    AuditedRequest request;
    request.audit_id = "change-" + std::to_string(place);
    request.user = "system:apiserver";
    request.user_uid = "u";
    request.name = change.meta().name;
    request.during = {change.time - kGranule, change.time + kGranule};
    const bool added = change.type == StoredChange::Type::kAdded;
    const bool deleted = change.type == StoredChange::Type::kDeleted;
    request.verb = added ? Verb::kCreate : deleted ? Verb::kDelete : Verb::kPatch;
    request.code = added ? 201 : 200;
    if (const auto* address = std::get_if<cluster::IpAddress>(&change.object)) {
      request.subject = Subject::kIpAddress;
      verify::AddressFacts facts = verify::facts_of(*address);
      if (with_uids_) facts.uid = uid_of(address->meta);
      if (deleted) {
        request.gone_uid = facts.uid;
      } else {
        request.given = facts;
      }
    } else if (const auto* range = std::get_if<cluster::ServiceCidr>(&change.object)) {
      request.subject = Subject::kServiceCidr;
      verify::CidrFacts facts = verify::facts_of(*range);
      facts.uid = "uid-" + range->meta.name + cluster::to_text(*range->meta.creation);
      if (deleted) {
        facts.deleting = true;
        facts.has_finalizers = false;
        request.verb = Verb::kPatch;
      }
      request.given = facts;
    } else if (std::find(explained_.begin(), explained_.end(), place) == explained_.end()) {
      // The apiservers' own Service.
      const auto& service = std::get<cluster::Service>(change.object);
      request.name_space = service.meta.name_space;
      request.during.from = change.time - Duration::milliseconds(20);
      verify::ServiceFacts asked;
      asked.type = service.type;
      asked.cluster_ip = service.cluster_ip;
      asked.policy = service.ip_family_policy;
      request.asked = asked;
      request.given = service_facts(service);
    } else {
      return;
    }
    record_.requests.push_back(std::move(request));
  }

  const Upstream& world_;
  bool with_uids_;
  verify::Record record_;
  std::vector<std::size_t> explained_;
};

class Simulated : public ::testing::TestWithParam<int> {
 protected:
  static verify::ReplayOptions options() {
    verify::ReplayOptions options;
    options.cache_lag = kLongestLag + Duration::seconds(1);
    return options;
  }
};

TEST_P(Simulated, IsNeverForbidden) {
  Load load(static_cast<std::uint64_t>(GetParam()));
  load.run(150);
  const Replayed replayed(Logger(load, GetParam() % 2 == 0).take(), options());
  EXPECT_GT(replayed.decisions.size(), 100U);
  EXPECT_TRUE(replayed.history.beginning.is_known());
  EXPECT_THAT(replayed.lines(verify::Verdict::kForbidden), ::testing::IsEmpty());
  EXPECT_LT(replayed.count(verify::Verdict::kUndecided) * 100, replayed.decisions.size() * 2)
      << ::testing::PrintToString(replayed.lines(verify::Verdict::kUndecided));
}

// The same from the middle on, with the state at that moment given.
TEST_P(Simulated, IsNeverForbiddenFromAStateOn) {
  Load load(static_cast<std::uint64_t>(GetParam()) + 1000);
  load.run(150);
  verify::Record record = Logger(load, true).take();
  const Instant cut = record.requests[record.requests.size() / 2].during.from;
  std::erase_if(record.requests, [&](const AuditedRequest& request) { return request.during.to < cut; });
  cluster::StoredObjects objects;
  for (const StoredChange& change : load.world().state().store.history()) {
    if (change.time < cut) objects.apply(change);
  }
  verify::StartState& start = record.start.emplace();
  for (auto [key, service] : objects.services) {
    service.meta.uid = "uid-" + service.meta.name;
    start.add(service);
  }
  for (auto [key, range] : objects.service_cidrs) {
    range.meta.uid = "uid-" + range.meta.name + cluster::to_text(*range.meta.creation);
    start.add(range);
  }
  for (auto [key, address] : objects.ip_addresses) {
    address.meta.uid = Logger::uid_of(address.meta);
    start.add(address);
  }
  const Replayed replayed(std::move(record), options());
  EXPECT_GT(replayed.decisions.size(), 50U);
  EXPECT_THAT(replayed.lines(verify::Verdict::kForbidden), ::testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, Simulated, ::testing::Range(1, 41));

}  // namespace
}  // namespace clusterip::testing
