// The resourceVersion that a request asks for, and what is wrong with it.
//
// Mirrors apiserver pkg/storage: what upstream answers from its cache it refuses in other words than what it
// reads from its storage.
#pragma once

#include <cstdint>
#include <string_view>

#include "daemon/api/status.hpp"

namespace clusterip::daemon {

// A number; the refusal has its words alone, in the form of a fault inside.
api::Result<std::uint64_t> read_resource_version(std::string_view text);
// The same refusal by the storage.
api::Status unreadable_revision(const api::Status& fault);
// What is newer than everything, and does not become true by waiting here.
api::Status too_large(std::uint64_t wanted, std::uint64_t current, bool cached);

// Of a request for one object.
api::Refusal check_minimum(std::string_view text, std::uint64_t current, bool cached);

}  // namespace clusterip::daemon
