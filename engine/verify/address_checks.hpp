// What the rules say about one address that a Service was given. Absent: nothing against it.
#pragma once

#include <optional>

#include "engine/verify/decision.hpp"

namespace clusterip::verify {

// range-not-available. `dynamic`: the server chose the address.
std::optional<Judgement> check_range(const History& history, const AuditedRequest& request,
                                     const Address& address, bool dynamic);
// already-held: by another Service than `key` ("namespace/name").
std::optional<Judgement> check_holder(const History& history, const AuditedRequest& request,
                                      const Address& address, const std::string& key);
// static-band; for dynamic requests.
std::optional<Judgement> check_band(const History& history, const AuditedRequest& request,
                                    const Address& address);

// A range of the family that surely was ready, with an address that surely was free, through the window.
struct Room {
  Cidr range;
  Address free;
};
std::optional<Room> sure_room(const History& history, Family family, const Window& window);
// A range that surely was ready through the window and can give out the address.
std::optional<Cidr> sure_range(const History& history, const Address& address, const Window& window);

}  // namespace clusterip::verify
