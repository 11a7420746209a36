// Services: defaults, validation, families, and addresses that are given out together with the object.
#pragma once

#include <memory>

#include "daemon/control/address_book.hpp"
#include "daemon/control/strategy.hpp"
#include "daemon/store/store.hpp"

namespace clusterip::daemon {

std::unique_ptr<Strategy> make_service_strategy(AddressBook& book, const Store& store);

}  // namespace clusterip::daemon
