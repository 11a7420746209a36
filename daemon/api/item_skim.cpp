#include "daemon/api/item_skim.hpp"

#include <algorithm>

namespace clusterip::api {
namespace {

void fill_texts(const std::vector<std::string_view>& from, std::vector<std::string>& to) {
  to.resize(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) to[i].assign(from[i]);
}

template <class Pairs>
void fill_labels(const Pairs& from, cluster::Labels& to) {
  to.clear();
  for (const auto& [name, value] : from) to.emplace(name, value);
}

}  // namespace

void ItemSkim::Facts::clear() {
  Texts* const kept[] = {&finalizers, &cluster_ips, &ip_families, &cidrs};
  Facts empty;
  for (Texts* texts : kept) texts->clear();
  labels.clear();
  selector.clear();
  conditions.clear();
  empty.finalizers.swap(finalizers);
  empty.cluster_ips.swap(cluster_ips);
  empty.ip_families.swap(ip_families);
  empty.cidrs.swap(cidrs);
  empty.labels.swap(labels);
  empty.selector.swap(selector);
  empty.conditions.swap(conditions);
  *this = std::move(empty);
}

JsonSkim::State ItemSkim::read(const char* begin, const char* end) {
  facts_.clear();
  skim_ = JsonSkim(begin, end);
  skim_.object([this](std::string_view name) { return member(name); });
  stop_ = skim_.position();
  return skim_.state();
}

bool ItemSkim::looks_like(ObjectKind kind) const {
  switch (kind) {
    case ObjectKind::kService:
      return !facts_.has_cidrs && !facts_.has_parent;
    case ObjectKind::kServiceCidr:
      return facts_.has_cidrs;
    case ObjectKind::kIpAddress:
      return facts_.has_parent;
  }
  return false;
}

bool ItemSkim::member(std::string_view name) {
  if (name == "apiVersion") return skim_.text(facts_.api_version);
  if (name == "kind") return skim_.text(facts_.kind);
  if (name == "metadata") return object_or_null([this](std::string_view inner) { return meta(inner); });
  if (name == "spec") return object_or_null([this](std::string_view inner) { return spec(inner); });
  if (name != "status") return skim_.skip();
  return object_or_null([this](std::string_view inner) {
    if (inner != "conditions") return skim_.skip();
    return array_or_null([this] { return condition(); });
  });
}

bool ItemSkim::meta(std::string_view name) {
  if (name == "name") return skim_.text(facts_.name);
  if (name == "namespace") return skim_.text(facts_.name_space);
  if (name == "labels") return pairs(facts_.labels);
  if (name == "creationTimestamp") return time(facts_.creation);
  if (name == "deletionTimestamp") return time(facts_.deletion);
  if (name == "finalizers") return texts(facts_.finalizers);
  if (name == "uid") return skim_.text(facts_.uid);
  if (name == "resourceVersion") return skim_.text(facts_.resource_version);
  if (name == "generateName") return skim_.text(facts_.generate_name);
  if (name == "managedFields") return array_or_null([this] { return managed_fields(); });
  return skim_.skip();
}

bool ItemSkim::spec(std::string_view name) {
  if (name == "clusterIP") return skim_.text(facts_.cluster_ip);
  if (name == "clusterIPs") return texts(facts_.cluster_ips);
  if (name == "ipFamilies") return texts(facts_.ip_families);
  if (name == "type") return skim_.text(facts_.type);
  if (name == "selector") return pairs(facts_.selector);
  if (name == "ipFamilyPolicy") {
    if (skim_.null()) return true;
    facts_.has_policy = true;
    return skim_.text(facts_.policy);
  }
  if (name == "cidrs") {
    facts_.has_cidrs = true;
    return texts(facts_.cidrs);
  }
  if (name != "parentRef") return skim_.skip();
  if (skim_.null()) return true;
  facts_.has_parent = true;
  return skim_.object([this](std::string_view inner) { return parent(inner); });
}

bool ItemSkim::parent(std::string_view name) {
  if (name == "group") return skim_.text(facts_.parent_group);
  if (name == "resource") return skim_.text(facts_.parent_resource);
  if (name == "namespace") return skim_.text(facts_.parent_namespace);
  if (name == "name") return skim_.text(facts_.parent_name);
  return skim_.skip();
}

bool ItemSkim::condition() {
  ConditionFacts& to = facts_.conditions.emplace_back();
  return skim_.object([this, &to](std::string_view name) {
    if (name == "type") return skim_.text(to.type);
    if (name == "status") return skim_.text(to.status);
    if (name == "reason") return skim_.text(to.reason);
    if (name == "message") return skim_.text(to.message);
    if (name == "lastTransitionTime") return time(to.last_transition);
    return skim_.skip();
  });
}

bool ItemSkim::managed_fields() {
  return skim_.object([this](std::string_view name) {
    std::optional<cluster::Instant> unused;
    return name == "time" ? time(unused) : skim_.skip();
  });
}

bool ItemSkim::texts(Texts& to) {
  return array_or_null([this, &to] { return skim_.text(to.emplace_back()); });
}

bool ItemSkim::pairs(Pairs& to) {
  return object_or_null([this, &to](std::string_view name) {
    // A name that its escapes spell is not the text that is written.
    if (name.find('\\') != std::string_view::npos) return skim_.give_up();
    to.emplace_back(name, std::string_view());
    return skim_.text(to.back().second);
  });
}

bool ItemSkim::time(std::optional<cluster::Instant>& to) {
  std::string_view text;
  if (skim_.null()) return true;
  if (skim_.state() != JsonSkim::State::kGood || !skim_.text(text)) return false;
  to = cluster::read_instant(text);
  // An instant that cannot be read is an error, which the general way words.
  if (!to) return skim_.give_up();
  if (!facts_.newest || *facts_.newest < *to) facts_.newest = to;
  return true;
}

template <class OnMember>
bool ItemSkim::object_or_null(OnMember on_member) {
  return skim_.null() || (skim_.state() == JsonSkim::State::kGood && skim_.object(on_member));
}

template <class OnElement>
bool ItemSkim::array_or_null(OnElement on_element) {
  return skim_.null() || (skim_.state() == JsonSkim::State::kGood && skim_.array(on_element));
}

void ItemSkim::fill(cluster::ObjectMeta& meta) const {
  meta.name.assign(facts_.name);
  meta.generate_name.assign(facts_.generate_name);
  meta.name_space.assign(facts_.name_space);
  meta.uid.assign(facts_.uid);
  meta.resource_version.assign(facts_.resource_version);
  meta.creation = facts_.creation;
  meta.deletion = facts_.deletion;
  fill_texts(facts_.finalizers, meta.finalizers);
  fill_labels(facts_.labels, meta.labels);
}

void ItemSkim::fill(std::vector<cluster::Condition>& conditions) const {
  conditions.clear();
  for (const ConditionFacts& facts : facts_.conditions) {
    conditions.push_back({std::string(facts.type), std::string(facts.status), std::string(facts.reason),
                          std::string(facts.message), facts.last_transition, 0});
  }
}

const cluster::Service& ItemSkim::service() {
  fill(service_.meta);
  service_.type.assign(facts_.type);
  service_.cluster_ip.assign(facts_.cluster_ip);
  fill_texts(facts_.cluster_ips, service_.cluster_ips);
  fill_texts(facts_.ip_families, service_.ip_families);
  service_.ip_family_policy.reset();
  if (facts_.has_policy) service_.ip_family_policy.emplace(facts_.policy);
  fill_labels(facts_.selector, service_.selector);
  fill(service_.conditions);
  return service_;
}

const cluster::ServiceCidr& ItemSkim::service_cidr() {
  fill(service_cidr_.meta);
  fill_texts(facts_.cidrs, service_cidr_.cidrs);
  fill(service_cidr_.conditions);
  return service_cidr_;
}

const cluster::IpAddress& ItemSkim::ip_address() {
  fill(ip_address_.meta);
  ip_address_.parent.reset();
  if (facts_.has_parent) {
    ip_address_.parent = {std::string(facts_.parent_group), std::string(facts_.parent_resource),
                          std::string(facts_.parent_namespace), std::string(facts_.parent_name)};
  }
  return ip_address_;
}

}  // namespace clusterip::api
