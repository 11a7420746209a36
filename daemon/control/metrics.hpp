// The state as Prometheus text, computed when it is asked for: nothing is counted along the way that the
// state itself can tell.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "daemon/control/address_book.hpp"
#include "daemon/store/store.hpp"

namespace clusterip::daemon {

std::string metrics_text(const Store& store, AddressBook& book);

}  // namespace clusterip::daemon
