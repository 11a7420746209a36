#include "engine/verify/address_checks.hpp"

#include <algorithm>

namespace clusterip::verify {
namespace {

// Why an address has no range: the nearest thing to it that the record shows.
std::string why_no_range(const History& history, const Address& address) {
  const std::string text = address.to_string();
  const RangeLife* nearest = nullptr;
  bool excluded = false;
  for (const RangeLife& object : history.ranges.objects()) {
    for (const RangeVersion& version : object.versions) {
      for (const Cidr& cidr : version.cidrs) {
        excluded = excluded || (cidr.contains(address) && !cidr.has_host(address));
        if (cidr.has_host(address)) nearest = &object;
      }
    }
  }
  if (nearest == nullptr) {
    return excluded ? text + " is the network or broadcast address of every range that contains it"
                    : text + " lies in no ServiceCIDR of the record";
  }
  std::string message = text + " lies in ServiceCIDR " + nearest->name;
  if (nearest->gone.to != kEnd) return message + ", which was gone at " + time_of_day(nearest->gone.to);
  if (const RangeVersion* asked = nearest->asked_to_go()) {
    return message + ", which was asked to go at " + time_of_day(asked->since.to);
  }
  return message + ", which was not ready";
}

// Before 1.35 a dynamic request in a /64 could draw a start up to 2^63 below the dynamic band.
bool below_slash64(const History& history, const Address& address, const Window& window) {
  if (!history.options.starts_below_slash64()) return false;
  const auto& cidrs = history.ranges.cidrs();
  return std::any_of(cidrs.begin(), cidrs.end(), [&](const auto& entry) {
    const Cidr& cidr = entry.first;
    if (cidr.family() != Family::kIPv6 || cidr.length() != 64 || address > cidr.last()) return false;
    return cidr.last().bits() - address.bits() <= power_of_two(64) + power_of_two(63) &&
           history.ranges.can_be_ready(cidr, window);
  });
}

// A CIDR with the all-ones address: a walk that starts in it ends there instead of wrapping (3.5).
bool walk_may_stop(const Cidr& cidr) {
  return cidr.family() == Family::kIPv6 && cidr.last().is_last_of_family();
}

// Whether the dynamic band of a range can have looked full in the window.
bool can_look_full(const History& history, const Cidr& cidr, const Bands& bands, const Window& window) {
  const auto band = bands.dynamic_band();
  if (!band || walk_may_stop(cidr)) return true;
  if (history.options.version.asks_bitmap_first) {
    const Cidr* flag = history.bitmap.range(cidr.family());
    if (flag != nullptr && *flag == cidr) {
      Span drawn = *band;
      drawn.last = std::min(drawn.last, history.bitmap.usable(cidr.family())->last);
      return history.bitmap.can_be_full(drawn, window);
    }
  }
  return !history.addresses.surely_free_in(*band, window);
}

}  // namespace

std::optional<Judgement> check_range(const History& history, const AuditedRequest& request,
                                     const Address& address, bool dynamic) {
  const Window window = history.seen_by(request);
  for (const Cidr& cidr : history.ranges.with_host(address)) {
    if (bands_of(cidr) && history.ranges.can_be_ready(cidr, window)) return std::nullopt;
  }
  if (dynamic && below_slash64(history, address, window)) return std::nullopt;
  const std::string why = why_no_range(history, address);
  // A range that was gone when a dump was taken may still have been in a cache.
  const Instant since = history.beginning.known_since;
  const bool all_shown = since == kBeginning || window.from >= since + history.options.cache_lag;
  if (!all_shown) {
    return undecided("range-not-available", why + "; " + history.missing_ranges(request));
  }
  return forbidden("range-not-available", why);
}

std::optional<Judgement> check_holder(const History& history, const AuditedRequest& request,
                                      const Address& address, const std::string& key) {
  for (const AddressLife& life : history.addresses.lives(address)) {
    if (!life.surely_through(request.during) || !life.parent) continue;
    const std::string holder = life.parent->name_space + "/" + life.parent->name;
    if (life.parent->is_service() && holder == key) continue;
    return forbidden("already-held", "IPAddress " + address.to_string() + " existed for " +
                                         life.parent->resource + "/" + holder + " from " +
                                         time_of_day(life.created.to) + " to " +
                                         time_of_day(life.deleted.from));
  }
  return std::nullopt;
}

std::optional<Judgement> check_band(const History& history, const AuditedRequest& request,
                                    const Address& address) {
  const Window window = history.seen_by(request);
  std::string rooms;
  for (const Cidr& cidr : history.ranges.with_host(address)) {
    const auto bands = bands_of(cidr);
    if (!bands || !history.ranges.can_be_ready(cidr, window)) continue;
    const auto low = bands->static_band();
    if (!low || !low->contains(address)) return std::nullopt;
    if (can_look_full(history, cidr, *bands, window)) {
      if (window.from >= history.beginning.addresses_known_since) return std::nullopt;
      return undecided("static-band", address.to_string() + " is of the static band of " + cidr.to_string() +
                                          "; " + history.missing_addresses(request));
    }
    const auto free = history.addresses.surely_free_in(*bands->dynamic_band(), window);
    rooms += (rooms.empty() ? "" : ", ") + cidr.to_string();
    if (free) rooms += " (" + free->to_string() + " was free)";
  }
  if (rooms.empty()) return std::nullopt;
  return forbidden("static-band", address.to_string() +
                                      " is of the static band, though the dynamic band had room in " + rooms);
}

std::optional<Room> sure_room(const History& history, Family family, const Window& window) {
  for (const auto& [cidr, owners] : history.ranges.cidrs()) {
    if (cidr.family() != family || walk_may_stop(cidr)) continue;
    const auto bands = bands_of(cidr);
    const auto span = bands ? bands->usable() : std::nullopt;
    if (!span || !history.ranges.surely_ready(cidr, window)) continue;
    if (const auto free = history.addresses.surely_free_in(*span, window)) return Room{cidr, *free};
  }
  return std::nullopt;
}

std::optional<Cidr> sure_range(const History& history, const Address& address, const Window& window) {
  for (const Cidr& cidr : history.ranges.with_host(address)) {
    if (bands_of(cidr) && history.ranges.surely_ready(cidr, window)) return cidr;
  }
  return std::nullopt;
}

}  // namespace clusterip::verify
