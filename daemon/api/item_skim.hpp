// One object of a dump by the fast way: the fields that rules look at, without a tree in between.
//
// Filled in are metadata (name, namespace, uid, resourceVersion, time stamps, finalizers, labels), a
// Service's type, addresses, families, policy and selector, a ServiceCIDR's CIDRs and conditions, an
// IPAddress's parent. What it cannot take with certainty it leaves to object_json.hpp, which gives the same
// values.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "daemon/api/json_skim.hpp"
#include "daemon/api/object_json.hpp"

namespace clusterip::api {

class ItemSkim {
 public:
  // Reads the object at the front of [begin, end). kGood: it ended at `stop()`.
  JsonSkim::State read(const char* begin, const char* end);
  const char* stop() const { return stop_; }

  // What the object says it is; empty where it does not.
  std::string_view api_version() const { return facts_.api_version; }
  std::string_view kind() const { return facts_.kind; }
  std::string_view name() const { return facts_.name; }
  bool looks_like(ObjectKind kind) const;
  // The newest time stamp in it, that of managedFields included.
  std::optional<cluster::Instant> newest() const { return facts_.newest; }

  // The object, as one of the three kinds; each is valid until the next one is asked for.
  const cluster::Service& service();
  const cluster::ServiceCidr& service_cidr();
  const cluster::IpAddress& ip_address();

 private:
  using Texts = std::vector<std::string_view>;
  using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;
  struct ConditionFacts {
    std::string_view type, status, reason, message;
    std::optional<cluster::Instant> last_transition;
  };
  // Views into the input.
  struct Facts {
    std::string_view api_version, kind;
    std::string_view name, generate_name, name_space, uid, resource_version;
    std::optional<cluster::Instant> creation, deletion, newest;
    Texts finalizers, cluster_ips, ip_families, cidrs;
    Pairs labels, selector;
    std::string_view type, cluster_ip, policy;
    bool has_policy = false, has_cidrs = false, has_parent = false;
    std::string_view parent_group, parent_resource, parent_namespace, parent_name;
    std::vector<ConditionFacts> conditions;

    void clear();
  };

  bool member(std::string_view name);
  bool meta(std::string_view name);
  bool spec(std::string_view name);
  bool parent(std::string_view name);
  bool condition();
  bool managed_fields();
  bool texts(Texts& to);
  bool pairs(Pairs& to);
  bool time(std::optional<cluster::Instant>& to);
  template <class OnMember>
  bool object_or_null(OnMember on_member);
  template <class OnElement>
  bool array_or_null(OnElement on_element);
  void fill(cluster::ObjectMeta& meta) const;
  void fill(std::vector<cluster::Condition>& conditions) const;

  JsonSkim skim_{nullptr, nullptr};
  const char* stop_ = nullptr;
  Facts facts_;
  cluster::Service service_;
  cluster::ServiceCidr service_cidr_;
  cluster::IpAddress ip_address_;
};

}  // namespace clusterip::api
