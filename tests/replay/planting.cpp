#include "tests/replay/planting.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "engine/net/text.hpp"

namespace clusterip::testing {
namespace {

using verify::AuditedRequest;
using verify::Record;
using verify::Verdict;

void replace_in(verify::Facts& facts, const std::string& from, const std::string& to) {
  auto* service = std::get_if<verify::ServiceFacts>(&facts);
  if (service == nullptr) return;
  if (service->cluster_ip == from) service->cluster_ip = to;
  std::replace(service->cluster_ips.begin(), service->cluster_ips.end(), from, to);
}

// "create services/default/a" and so on, which stays the same when requests come and go.
std::string identity(const AuditedRequest& request) {
  return request.audit_id + " " + request.object();
}

std::map<std::string, Verdict> verdicts(const Replayed& replayed) {
  std::map<std::string, Verdict> found;
  for (const verify::Decision& decision : replayed.decisions) {
    found[identity(replayed.record.requests[decision.request])] = decision.judgement.verdict;
  }
  return found;
}

// Objects that the planted request is about: its Service and the IPAddresses that it names before and after.
std::set<std::string> concerned(const Record& record, const std::string& audit_id) {
  std::set<std::string> objects;
  for (const AuditedRequest& request : record.requests) {
    if (request.audit_id != audit_id) continue;
    objects.insert(request.object());
    for (const verify::Facts* facts : {&request.asked, &request.given}) {
      const auto* service = std::get_if<verify::ServiceFacts>(facts);
      if (service == nullptr) continue;
      for (const std::string& text : service->addresses()) objects.insert("ipaddresses/" + text);
    }
  }
  return objects;
}

bool is_concerned(const Replayed& replayed, const verify::Decision& decision,
                  const std::set<std::string>& objects) {
  if (objects.contains(replayed.record.requests[decision.request].object())) return true;
  // An address that the fault made free explains why another request was not to be refused.
  const auto mentions = [&](const std::string& object) {
    const std::string prefix = "ipaddresses/";
    if (object.rfind(prefix, 0) != 0) return false;
    const std::string& message = decision.judgement.message;
    return (" " + message).find(" " + object.substr(prefix.size()) + " of ") != std::string::npos ||
           message.find("(" + object.substr(prefix.size()) + " was free)") != std::string::npos;
  };
  if (std::any_of(objects.begin(), objects.end(), mentions)) return true;
  return std::any_of(decision.addresses.begin(), decision.addresses.end(),
                     [&](const std::string& text) { return objects.contains("ipaddresses/" + text); });
}

}  // namespace

void replace_address(Record& record, const verify::Nesting& nesting, std::uint32_t index,
                     const std::string& from, const std::string& to, Depth depth) {
  const std::string object = record.requests[index].object();
  replace_in(record.requests[index].given, from, to);
  if (depth == Depth::kAnswer) return;
  for (const std::uint32_t inner : nesting.inner(index)) {
    if (record.requests[inner].name == from) record.requests[inner].name = to;
  }
  if (depth == Depth::kInner) return;
  for (std::uint32_t i = index; i < record.requests.size(); ++i) {
    AuditedRequest& request = record.requests[i];
    if (request.object() != object) continue;
    replace_in(request.given, from, to);
    for (const std::uint32_t inner : nesting.inner(i)) {
      if (record.requests[inner].name == from) record.requests[inner].name = to;
    }
  }
}

void refuse(Record& record, const verify::Nesting& nesting, std::uint32_t index, int code,
            const std::string& reason, bool drop_inner) {
  AuditedRequest& request = record.requests[index];
  request.code = code;
  request.message = reason;
  request.given = {};
  if (!drop_inner) return;
  std::vector<std::uint32_t> inner = nesting.inner(index);
  std::sort(inner.rbegin(), inner.rend());
  for (const std::uint32_t i : inner) {
    record.requests.erase(record.requests.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

std::string add_copy(Record& record, const verify::Nesting& nesting, std::uint32_t index, verify::Instant at,
                     const std::string& name) {
  const verify::Duration shift = at - record.requests[index].during.from;
  std::vector<std::uint32_t> all = nesting.inner(index);
  all.push_back(index);
  for (const std::uint32_t i : all) {
    AuditedRequest copy = record.requests[i];
    copy.audit_id = "copy-" + copy.audit_id;
    copy.during = {copy.during.from + shift, copy.during.to + shift};
    if (copy.subject == verify::Subject::kService) {
      copy.name = name;
      auto& given = std::get<verify::ServiceFacts>(copy.given);
      given.uid = "uid-of-" + name;
      given.revision += 1'000'000;
      given.creation = copy.during.from;
    } else {
      auto& given = std::get<verify::AddressFacts>(copy.given);
      given.uid = "uid-of-" + name + copy.name;
      given.revision += 1'000'000;
      given.creation = copy.during.from;
      given.parent->name = name;
      copy.asked = {};
    }
    record.requests.push_back(std::move(copy));
  }
  verify::put_in_order(record);
  return "copy-" + record.requests[index].audit_id;
}

verify::ReplayOptions planting_options(const std::string& recording) {
  verify::ReplayOptions options = options_of(recording);
  if (recording.rfind("load", 0) != 0) options.cache_lag = verify::Duration::milliseconds(200);
  return options;
}

void expect_found(const std::string& recording, const std::vector<Plant>& plants, const std::string& rule) {
  ASSERT_FALSE(plants.empty()) << recording << " has no place for " << rule;
  const Replayed base(recorded(recording), planting_options(recording));
  const auto before = verdicts(base);
  for (const Plant& plant : plants) {
    const Replayed replayed(plant.record, planting_options(recording));
    const verify::Decision* decision = replayed.decision(plant.audit_id);
    ASSERT_NE(decision, nullptr);
    const std::string what = replayed.record.requests[decision->request].object() + ": " +
                             std::string(decision->judgement.rule) + ": " + decision->judgement.message;
    EXPECT_EQ(decision->judgement.verdict, Verdict::kForbidden) << what;
    EXPECT_EQ(decision->judgement.rule, rule) << what;
    auto objects = concerned(recorded(recording), plant.audit_id);
    objects.merge(concerned(replayed.record, plant.audit_id));
    for (const verify::Decision& other : replayed.decisions) {
      const AuditedRequest& request = replayed.record.requests[other.request];
      const auto known = before.find(identity(request));
      if (known == before.end() || known->second == other.judgement.verdict) continue;
      EXPECT_TRUE(is_concerned(replayed, other, objects))
          << request.object() << " is " << verify::verdict_name(other.judgement.verdict) << " ("
          << other.judgement.rule << ": " << other.judgement.message << ") after the fault of " << what;
    }
  }
}

std::vector<std::uint32_t> pick(const Replayed& base, std::size_t most,
                                const std::function<bool(std::uint32_t)>& wanted) {
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < base.record.requests.size(); ++i) {
    if (wanted(i)) found.push_back(i);
  }
  if (found.size() <= most) return found;
  std::vector<std::uint32_t> spread;
  for (std::size_t i = 0; i < most; ++i) spread.push_back(found[i * found.size() / most]);
  return spread;
}

}  // namespace clusterip::testing
