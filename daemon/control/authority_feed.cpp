#include "daemon/control/authority_feed.hpp"

#include "daemon/api/document.hpp"
#include "daemon/api/object_json.hpp"
#include "daemon/api/resources.hpp"

namespace clusterip::daemon {
namespace {

constexpr auto kAddresses = static_cast<ResourceId>(api::ResourceIndex::kIpAddresses);
constexpr auto kServices = static_cast<ResourceId>(api::ResourceIndex::kServices);
constexpr auto kRanges = static_cast<ResourceId>(api::ResourceIndex::kServiceCidrs);

void put_range(const Record& record, cluster::Authority& authority) {
  const auto read = api::decode_service_cidr(api::read_document(record.document, record.revision));
  if (const auto* range = std::get_if<cluster::ServiceCidr>(&read)) authority.put_service_cidr(*range);
}

// Node ports stand in the Services alone.
void take_ports(const Record& record, cluster::Authority& authority) {
  // Most Services have none: those are not worth decoding.
  if (record.document.find("odePort\"") == std::string::npos) return;
  const auto read = api::decode_service(api::read_document(record.document, record.revision));
  if (const auto* service = std::get_if<cluster::Service>(&read)) authority.add_service(*service);
}

}  // namespace

void feed_authority(Store& store, cluster::Authority& authority) {
  for (const RecordPtr& record : store.list(kAddresses, "").records) {
    (void)authority.add_address(record->key.name);
  }
  for (const RecordPtr& record : store.list(kServices, "").records) take_ports(*record, authority);
  for (const RecordPtr& record : store.list(kRanges, "").records) put_range(*record, authority);
  store.on_commit([&authority](const std::vector<Event>& events) {
    for (const Event& event : events) {
      if (event.object->resource != kRanges) continue;
      if (event.kind == Event::Kind::kDeleted) {
        authority.remove_service_cidr(event.object->key.name);
      } else {
        put_range(*event.object, authority);
      }
    }
  });
}

}  // namespace clusterip::daemon
