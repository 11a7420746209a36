#include "daemon/control/authority_feed.hpp"

#include <algorithm>
#include <functional>
#include <future>

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
  // Most Services have none: those are not worth decoding, and not searched byte by byte.
  static constexpr std::string_view kPort = "odePort\"";
  static const std::boyer_moore_horspool_searcher kFindPort(kPort.begin(), kPort.end());
  const std::string& document = record.document;
  if (std::search(document.begin(), document.end(), kFindPort) == document.end()) return;
  const auto read = api::decode_service(api::read_document(record.document, record.revision));
  if (const auto* service = std::get_if<cluster::Service>(&read)) authority.add_service(*service);
}

}  // namespace

void feed_authority(Store& store, cluster::Authority& authority) {
  const auto addresses = std::async(std::launch::async, [&] {
    store.visit(kAddresses,
                [&](const ObjectKey& key, const auto&) { (void)authority.add_address(key.name); });
  });
  store.visit(kServices, [&](const auto&, const RecordPtr& record) { take_ports(*record, authority); });
  addresses.wait();
  store.visit(kRanges, [&](const auto&, const RecordPtr& record) { put_range(*record, authority); });
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
