#include "daemon/mirror/mirrored_cluster.hpp"

#include <algorithm>
#include <functional>

#include "engine/net/text.hpp"

namespace clusterip::daemon {
namespace {

using std::chrono::milliseconds;

std::string key_of(const cluster::ObjectMeta& meta) {
  return meta.name_space.empty() ? meta.name : verify::service_key(meta.name_space, meta.name);
}

// Names of a list are remembered by their hashes: eight bytes for each of a million. Two names with one hash
// would hide that one of them went, until the next list.
std::uint64_t hash_of(const std::string& key) {
  return std::hash<std::string>{}(key);
}

}  // namespace

// What the follower of one kind comes in through.
class MirroredCluster::Door final : public MirrorSink, public FollowObserver {
 public:
  Door(MirroredCluster& cluster, api::ObjectKind kind) : cluster_(cluster), kind_(kind) {}

  void begin_snapshot() override {
    const std::lock_guard lock(cluster_.mutex_);
    named_.clear();
    listed_.clear();
    in_snapshot_ = true;
    replaces_ = cluster_.count(kind_) > 0;
    cluster_.changes_.everything = true;
  }
  void put(MirroredObject object) override {
    if (in_snapshot_) return list(std::move(object));
    std::optional<SeenChange> change;
    {
      const std::lock_guard lock(cluster_.mutex_);
      if (cluster_.told_) change = cluster_.change_by(object);
      cluster_.put(object);
    }
    if (change) cluster_.told_(*change);
  }
  void erase(const MirroredObject& object) override {
    {
      const std::lock_guard lock(cluster_.mutex_);
      put_listed();
      cluster_.erase(object);
    }
    const cluster::ObjectMeta& meta = meta_of(object);
    if (cluster_.told_) cluster_.told_({kind_, key_of(meta), meta.uid, true, 0});
  }
  void end_snapshot() override {
    std::sort(named_.begin(), named_.end());
    const std::lock_guard lock(cluster_.mutex_);
    put_listed();
    if (replaces_) cluster_.sweep(kind_, named_);
    in_snapshot_ = false;
    std::vector<std::uint64_t>().swap(named_);
  }

  void status(const FollowStatus& status) override {
    const std::lock_guard lock(cluster_.mutex_);
    health_.status = status;
  }
  void fault(const Fault& fault, milliseconds wait) override {
    {
      const std::lock_guard lock(cluster_.mutex_);
      ++health_.faults.at(static_cast<std::size_t>(fault.kind));
    }
    if (cluster_.log_) cluster_.log_(kind_, fault, wait);
  }

  // With the cluster's mutex held.
  const KindHealth& health() const { return health_; }

 private:
  // Objects of a list go in many at once, and while another follower is at it, later: each wait would cost
  // more than what it waits for.
  void list(MirroredObject&& object) {
    if (replaces_) named_.push_back(hash_of(key_of(meta_of(object))));
    listed_.push_back(std::move(object));
    if (listed_.size() < kListedAtOnce) return;
    std::unique_lock lock(cluster_.mutex_, std::defer_lock);
    if (listed_.size() >= kMostListed) {
      lock.lock();
    } else if (!lock.try_lock()) {
      return;
    }
    put_listed();
  }
  // With the cluster's mutex held.
  void put_listed() {
    for (const MirroredObject& object : listed_) cluster_.put(object);
    listed_.clear();
  }

  static constexpr std::size_t kListedAtOnce = 64;
  static constexpr std::size_t kMostListed = 1024;
  MirroredCluster& cluster_;
  const api::ObjectKind kind_;
  KindHealth health_;
  // The follower's thread alone uses these.
  bool in_snapshot_ = false;
  bool replaces_ = false;  // what was there before may have gone
  std::vector<std::uint64_t> named_;
  std::vector<MirroredObject> listed_;  // and not yet put
};

std::string_view resource_name(api::ObjectKind kind) {
  switch (kind) {
    case api::ObjectKind::kService:
      return "services";
    case api::ObjectKind::kServiceCidr:
      return "servicecidrs";
    case api::ObjectKind::kIpAddress:
      break;
  }
  return "ipaddresses";
}

MirroredCluster::MirroredCluster(std::chrono::seconds stale_after, FaultLog log)
    : stale_after_(stale_after), log_(std::move(log)) {
  for (std::size_t i = 0; i < doors_.size(); ++i)
    doors_[i] = std::make_unique<Door>(*this, kMirroredKinds[i]);
}

MirroredCluster::~MirroredCluster() = default;

MirrorSink& MirroredCluster::sink(api::ObjectKind kind) {
  return *doors_.at(static_cast<std::size_t>(std::find(kMirroredKinds.begin(), kMirroredKinds.end(), kind) -
                                             kMirroredKinds.begin()));
}

FollowObserver& MirroredCluster::observer(api::ObjectKind kind) {
  return *doors_.at(static_cast<std::size_t>(std::find(kMirroredKinds.begin(), kMirroredKinds.end(), kind) -
                                             kMirroredKinds.begin()));
}

MirrorHealth MirroredCluster::health() const {
  const std::lock_guard lock(mutex_);
  const Clock::time_point now = Clock::now();
  MirrorHealth health;
  health.in_step = true;
  health.ever_heard = true;
  for (std::size_t i = 0; i < doors_.size(); ++i) {
    KindHealth& kind = health.kinds[i];
    kind = doors_[i]->health();
    kind.ever_heard = kind.status.contact.has_value();
    if (kind.ever_heard)
      kind.staleness = std::chrono::duration_cast<milliseconds>(now - *kind.status.contact);
    if (!kind.ever_heard || kind.staleness > stale_after_) kind.status.in_step = false;
    health.in_step = health.in_step && kind.status.in_step;
    health.ever_heard = health.ever_heard && kind.ever_heard;
    health.staleness = std::max(health.staleness, kind.staleness);
  }
  for (std::size_t i = 0; i < doors_.size(); ++i) health.kinds[i].objects = count(kMirroredKinds[i]);
  return health;
}

std::size_t MirroredCluster::count(api::ObjectKind kind) const {
  if (kind == api::ObjectKind::kService) return state_.service_count();
  return kind == api::ObjectKind::kIpAddress ? state_.ip_address_count() : state_.ranges().objects().size();
}

cluster::Duration MirroredCluster::clock_offset() const {
  const std::lock_guard lock(mutex_);
  for (const auto& door : doors_) {
    const auto offset = door->health().status.clock_offset;
    if (offset && std::abs(offset->microseconds) > 2'000'000) return *offset;
  }
  return {};
}

void MirroredCluster::touch(const std::string& service_key) {
  if (changes_.everything) return;
  const verify::ServiceEntry* entry = state_.find_service(service_key);
  if (entry == nullptr) return;
  for (const verify::HeldAddress* held : entry->addresses) changes_.addresses.insert(held->first);
}

void MirroredCluster::touch_address(const std::string& text) {
  if (changes_.everything) return;
  if (const auto address = read_address_sloppy(text)) changes_.addresses.insert(*address);
}

// What an object that a watch puts is, beside what was there: new, or a Service with other addresses.
std::optional<SeenChange> MirroredCluster::change_by(const MirroredObject& object) const {
  const cluster::ObjectMeta& meta = meta_of(object);
  SeenChange change;
  change.key = key_of(meta);
  change.uid = meta.uid;
  if (const auto* service = std::get_if<cluster::Service>(&object)) {
    const verify::ServiceEntry* entry = state_.find_service(change.key);
    if (entry == nullptr) return change;
    const verify::ServiceFacts facts = verify::facts_of(*service);
    const std::vector<std::string> texts = facts.addresses();
    const bool is_same =
        texts.size() == entry->addresses.size() &&
        std::all_of(texts.begin(), texts.end(), [&](const std::string& text) {
          return std::any_of(entry->addresses.begin(), entry->addresses.end(),
                             [&](const auto* held) { return read_address_sloppy(text) == held->first; });
        });
    change.revision = facts.revision;
    return is_same ? std::nullopt : std::optional(change);
  }
  if (std::holds_alternative<cluster::ServiceCidr>(object)) {
    change.kind = api::ObjectKind::kServiceCidr;
    return state_.ranges().find(meta.name) == nullptr ? std::optional(change) : std::nullopt;
  }
  change.kind = api::ObjectKind::kIpAddress;
  const auto address = read_address_sloppy(meta.name);
  const auto* entry = address ? state_.find_address(*address) : nullptr;
  return entry == nullptr || !entry->claim ? std::optional(change) : std::nullopt;
}

void MirroredCluster::put(const MirroredObject& object) {
  if (const auto* service = std::get_if<cluster::Service>(&object)) {
    const std::string key = key_of(service->meta);
    touch(key);
    state_.put(*service);
    touch(key);
  } else if (const auto* range = std::get_if<cluster::ServiceCidr>(&object)) {
    state_.put(*range);
    changes_.everything = true;
  } else {
    const auto& address = std::get<cluster::IpAddress>(object);
    state_.put(address);
    touch_address(address.meta.name);
  }
}

void MirroredCluster::erase(const MirroredObject& object) {
  const cluster::ObjectMeta& meta = meta_of(object);
  if (std::holds_alternative<cluster::Service>(object)) {
    touch(key_of(meta));
    state_.erase_service(meta.name_space, meta.name);
  } else if (std::holds_alternative<cluster::ServiceCidr>(object)) {
    state_.erase_range(meta.name);
    changes_.everything = true;
  } else {
    touch_address(meta.name);
    state_.erase_ip_address(meta.name);
  }
}

void MirroredCluster::sweep(api::ObjectKind kind, const std::vector<std::uint64_t>& named) {
  std::vector<std::string> gone;
  const auto collect = [&](const std::string& key) {
    if (!std::binary_search(named.begin(), named.end(), hash_of(key))) gone.push_back(key);
  };
  if (kind == api::ObjectKind::kService) {
    state_.for_each_service(collect);
  } else if (kind == api::ObjectKind::kIpAddress) {
    state_.for_each_ip_address(collect);
  } else {
    for (const auto& [name, range] : state_.ranges().objects()) collect(name);
  }
  for (const std::string& key : gone) {
    if (kind == api::ObjectKind::kService) {
      cluster::Service service;
      const verify::ObjectRef ref = verify::service_ref(key);
      service.meta.name_space = ref.name_space;
      service.meta.name = ref.name;
      erase(service);
    } else if (kind == api::ObjectKind::kIpAddress) {
      cluster::IpAddress address;
      address.meta.name = key;
      erase(address);
    } else {
      cluster::ServiceCidr range;
      range.meta.name = key;
      erase(range);
    }
  }
}

}  // namespace clusterip::daemon
