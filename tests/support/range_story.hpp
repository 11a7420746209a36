// A small cluster and what an audit log tells of it, for findings about ServiceCIDRs.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/verify/replay.hpp"
#include "tests/support/audited_request.hpp"

namespace clusterip::testing {

// A cluster with ServiceCIDR `kubernetes`, and what its audit log says of the seconds from 100 on.
class Story {
 public:
  Story() {
    record_.servers = 1;
    record_.start.emplace();
    put(range("kubernetes", {"10.96.0.0/24"}));
  }

  Story& put(cluster::ServiceCidr object) {
    object.meta.uid = object.meta.name;
    record_.start->cidrs.push_back(std::move(object));
    return *this;
  }
  // The answer to the deletion of a ServiceCIDR: it waits for its finalizer.
  Story& ask_to_go(const std::string& name, const std::string& cidr, std::int64_t second) {
    verify::AuditedRequest& request =
        add(verify::Subject::kServiceCidr, verify::Verb::kDelete, name, second, second);
    cluster::ServiceCidr object = terminating(name, {cidr}, second);
    object.meta.uid = name;
    request.given = verify::facts_of(object);
    return *this;
  }
  Story& give(const std::string& name, const std::string& address, std::int64_t from, std::int64_t to) {
    verify::AuditedRequest& inner =
        add(verify::Subject::kIpAddress, verify::Verb::kCreate, address, from, from);
    inner.user = "system:apiserver";
    inner.asked = inner.given = verify::facts_of(ip_address(address, "default/" + name));
    verify::AuditedRequest& request = add(verify::Subject::kService, verify::Verb::kCreate, name, from, to);
    request.name_space = "default";
    request.asked = verify::facts_of(service("default/" + name, {}));
    request.given = verify::facts_of(service("default/" + name, {address}));
    return *this;
  }

  // What breaks the rule, by find_faults.
  std::vector<verify::ReplayFinding> found(std::string_view rule) {
    put_in_order(record_);
    const verify::History history(record_, {});
    std::vector<verify::ReplayFinding> list = find_faults(history);
    std::erase_if(list, [&](const verify::ReplayFinding& one) { return one.finding.rule != rule; });
    return list;
  }
  // The ServiceCIDR is gone: its last finalizer was taken away.
  Story& let_go(const std::string& name, const std::string& cidr, std::int64_t second) {
    verify::AuditedRequest& request =
        add(verify::Subject::kServiceCidr, verify::Verb::kPatch, name, second, second);
    cluster::ServiceCidr object = terminating(name, {cidr}, second);
    object.meta.uid = name;
    object.meta.finalizers.clear();
    request.given = verify::facts_of(object);
    return *this;
  }
  // The Service goes, and its address with it.
  Story& take(const std::string& name, const std::string& address, std::int64_t second) {
    verify::AuditedRequest& inner =
        add(verify::Subject::kIpAddress, verify::Verb::kDelete, address, second, second);
    inner.user = "system:apiserver";
    verify::AuditedRequest& request =
        add(verify::Subject::kService, verify::Verb::kDelete, name, second, second);
    request.name_space = "default";
    request.given = verify::facts_of(service("default/" + name, {address}));
    return *this;
  }
  // Something else at that time: the record lasts at least as long.
  Story& wait_until(std::int64_t second) {
    add(verify::Subject::kService, verify::Verb::kCreate, "dry", second, second).dry_run = true;
    return *this;
  }
  Story& hold(const std::string& name, const std::string& address) {
    record_.start->add(service("default/" + name, {address}));
    record_.start->add(ip_address(address, "default/" + name));
    return *this;
  }
  verify::AuditedRequest& last() { return record_.requests.back(); }

 private:
  verify::AuditedRequest& add(verify::Subject subject, verify::Verb verb, const std::string& name,
                              std::int64_t from, std::int64_t to) {
    return add_request(record_, subject, verb, name, from, to);
  }

  verify::Record record_;
};

// "audit id: what happened"
inline std::vector<std::string> chain_of(const verify::ReplayFinding& finding) {
  std::vector<std::string> texts;
  for (const verify::ChainLink& link : finding.chain) texts.push_back(link.audit_id + ": " + link.what);
  return texts;
}

}  // namespace clusterip::testing
