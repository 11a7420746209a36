#include "daemon/control/address_book.hpp"

#include <set>

#include "daemon/api/document.hpp"
#include "daemon/api/object_json.hpp"
#include "daemon/api/resources.hpp"
#include "engine/net/text.hpp"

namespace clusterip::daemon {
namespace {

constexpr auto kAddresses = static_cast<ResourceId>(api::ResourceIndex::kIpAddresses);
constexpr auto kRanges = static_cast<ResourceId>(api::ResourceIndex::kServiceCidrs);

std::optional<cluster::ServiceCidr> read_range(const RecordPtr& record) {
  if (!record) return std::nullopt;
  auto read = api::decode_service_cidr(api::read_document(record->document, record->revision));
  auto* cidr = std::get_if<cluster::ServiceCidr>(&read);
  return cidr == nullptr ? std::nullopt : std::optional(std::move(*cidr));
}

}  // namespace

AddressBook::AddressBook(const std::vector<Cidr>& flags) {
  for (const Cidr& cidr : flags) {
    families_.push_back(cidr.family());
    allocators_.push_back(std::make_unique<FamilyAllocator>(cidr.family(), claimed_));
  }
}

FamilyAllocator* AddressBook::allocator(Family family) {
  for (const auto& allocator : allocators_) {
    if (allocator->ranges().family() == family) return allocator.get();
  }
  return nullptr;
}

const FamilyAllocator* AddressBook::allocator(Family family) const {
  return const_cast<AddressBook*>(this)->allocator(family);
}

void AddressBook::follow(Store& store) {
  for (const RecordPtr& record : store.list(kAddresses, "").records) {
    if (const auto address = read_address(record->key.name)) (void)claimed_.claim(*address);
  }
  for (const RecordPtr& record : store.list(kRanges, "").records) {
    take_in({Event::Kind::kAdded, record, nullptr});
  }
  store.on_commit([this](const std::vector<Event>& events) {
    for (const Event& event : events) take_in(event);
  });
}

void AddressBook::take_in(const Event& event) {
  const bool deleted = event.kind == Event::Kind::kDeleted;
  if (event.object->resource == kAddresses && deleted) {
    if (const auto address = read_address(event.object->key.name)) (void)claimed_.release(*address);
  }
  if (event.object->resource != kRanges) return;
  const auto before = read_range(event.previous);
  const auto after = deleted ? std::nullopt : read_range(event.object);
  take_range(before ? &*before : nullptr, after ? &*after : nullptr);
}

void AddressBook::take_range(const cluster::ServiceCidr* before, const cluster::ServiceCidr* after) {
  const std::string& name = after != nullptr ? after->meta.name : before->meta.name;
  std::map<Cidr, std::optional<RangeState>> changes;
  if (before != nullptr) {
    for (const std::string& text : before->cidrs) {
      if (const auto cidr = read_cidr(text)) changes[*cidr] = std::nullopt;
    }
  }
  if (after != nullptr) {
    const RangeState state = after->meta.deletion       ? RangeState::kTerminating
                             : after->counts_as_ready() ? RangeState::kReady
                                                        : RangeState::kPending;
    for (const std::string& text : after->cidrs) {
      if (const auto cidr = read_cidr(text)) changes[*cidr] = state;
    }
  }
  std::vector<RangeChange> list;
  for (const auto& [cidr, state] : changes) list.push_back({name, cidr, state});
  for (const auto& allocator : allocators_) allocator->ranges().apply(list);
}

}  // namespace clusterip::daemon
