#include "daemon/control/cluster_view.hpp"

#include "daemon/api/document.hpp"
#include "daemon/api/item_skim.hpp"
#include "daemon/api/object_json.hpp"
#include "daemon/api/resources.hpp"
#include "engine/net/text.hpp"

namespace clusterip::daemon {
namespace {

constexpr auto kServices = static_cast<ResourceId>(api::ResourceIndex::kServices);
constexpr auto kRanges = static_cast<ResourceId>(api::ResourceIndex::kServiceCidrs);
constexpr auto kAddresses = static_cast<ResourceId>(api::ResourceIndex::kIpAddresses);

template <class Object>
using Skimmed = const Object& (api::ItemSkim::*)();

// With `skimmed`, only what rules look at is read, where the text allows it: a round looks at every Service
// and every IPAddress twice.
template <class Object>
std::optional<Object> read(const RecordPtr& record, api::Decoded<Object> (*decode)(const nlohmann::json&),
                           Skimmed<Object> skimmed = nullptr) {
  if (!record) return std::nullopt;
  if (skimmed != nullptr) {
    thread_local api::ItemSkim skim;
    const std::string& document = record->document;
    if (skim.read(document.data(), document.data() + document.size()) == api::JsonSkim::State::kGood) {
      return (skim.*skimmed)();
    }
  }
  auto decoded = decode(api::read_document(record->document, record->revision));
  auto* object = std::get_if<Object>(&decoded);
  return object == nullptr ? std::nullopt : std::optional<Object>(std::move(*object));
}

// Upstream compares the texts of addresses, so a Service that spells an IPv6 address in another way loses its
// IPAddress to the repair loop again and again. The loop is shown the canonical form.
void make_canonical(cluster::Service& service) {
  for (std::string& text : service.cluster_ips) {
    if (const auto address = read_address_sloppy(text)) text = address->to_string();
  }
}

}  // namespace

void ClusterView::load() {
  for (const RecordPtr& record : store_.list(kRanges, "").records) {
    take_in({Event::Kind::kAdded, record, nullptr, false});
  }
}

void ClusterView::take_in(const Event& event) {
  const std::string& name = event.object->key.name;
  const bool deleted = event.kind == Event::Kind::kDeleted;
  if (event.object->resource == kAddresses) {
    const auto address = addresses_ ? read_address(name) : std::nullopt;
    if (!address) return;
    if (deleted) {
      addresses_->erase(*address);
    } else {
      addresses_->emplace(*address, name);
    }
  } else if (event.object->resource == kRanges) {
    if (deleted) {
      ranges_.erase(name);
      index_.erase(name);
    } else if (auto range = read(event.object, api::decode_service_cidr)) {
      index_.put(*range);
      ranges_.insert_or_assign(name, std::move(*range));
    }
  }
}

const cluster::ServiceCidr* ClusterView::range(std::string_view name) const {
  const auto found = ranges_.find(name);
  return found == ranges_.end() ? nullptr : &found->second;
}

cluster::ServiceCidrIndex ClusterView::lasting_index(std::string_view name) const {
  cluster::ServiceCidrIndex lasting;
  for (const auto& [other, range] : ranges_) {
    if (other == name || !range.meta.deletion) lasting.put(range);
  }
  return lasting;
}

void ClusterView::visit_addresses(const Cidr& cidr,
                                  const std::function<bool(const cluster::IpAddress&)>& visit) {
  if (!addresses_) {
    // Events that the store has shown and the view not yet come once more, and end at what is read here.
    addresses_.emplace();
    store_.visit(kAddresses, [this](const ObjectKey& key, const RecordPtr&) {
      if (const auto address = read_address(key.name)) addresses_->emplace(*address, key.name);
    });
  }
  for (auto at = addresses_->lower_bound(cidr.network()); at != addresses_->end() && cidr.contains(at->first);
       ++at) {
    const auto object =
        read(store_.get(kAddresses, {"", at->second}), api::decode_ip_address, &api::ItemSkim::ip_address);
    if (object && !visit(*object)) return;
  }
}

std::optional<cluster::ParentRef> ClusterView::parent_of(const RecordPtr& address) {
  const auto object = read(address, api::decode_ip_address, &api::ItemSkim::ip_address);
  return object ? object->parent : std::nullopt;
}

void ClusterView::begin_visit() {
  services_found_.clear();
  addresses_found_.clear();
}

const cluster::Service* ClusterView::service(std::string_view name_space, std::string_view name) {
  auto found = read(store_.get(kServices, {std::string(name_space), std::string(name)}), api::decode_service,
                    &api::ItemSkim::service);
  if (!found) return nullptr;
  make_canonical(*found);
  return &services_found_.emplace_back(std::move(*found));
}

const cluster::IpAddress* ClusterView::address(std::string_view name) {
  auto found = read(store_.get(kAddresses, {"", std::string(name)}), api::decode_ip_address,
                    &api::ItemSkim::ip_address);
  return found ? &addresses_found_.emplace_back(std::move(*found)) : nullptr;
}

cluster::RepairView ClusterView::repair_view() {
  return {index_,
          [this](std::string_view name_space, std::string_view name) { return service(name_space, name); },
          [this](std::string_view name) { return address(name); }};
}

}  // namespace clusterip::daemon
