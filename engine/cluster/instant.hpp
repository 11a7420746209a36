// A point in time as a value. The engine never reads a clock: instants come in as arguments.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clusterip::cluster {

// A span of time in microseconds, the resolution of audit time stamps.
struct Duration {
  std::int64_t microseconds = 0;

  static constexpr Duration seconds(std::int64_t count) noexcept { return {count * 1'000'000}; }
  static constexpr Duration milliseconds(std::int64_t count) noexcept { return {count * 1'000}; }
  friend constexpr auto operator<=>(const Duration&, const Duration&) noexcept = default;
  friend constexpr Duration operator+(Duration a, Duration b) noexcept {
    return {a.microseconds + b.microseconds};
  }
  friend constexpr Duration operator-(Duration a, Duration b) noexcept {
    return {a.microseconds - b.microseconds};
  }
};

// Microseconds since 1970-01-01T00:00:00Z.
struct Instant {
  std::int64_t microseconds = 0;

  // Kubernetes keeps creation and deletion times in whole seconds.
  constexpr Instant whole_second() const noexcept {
    const std::int64_t part = microseconds % 1'000'000;
    return {microseconds - (part < 0 ? part + 1'000'000 : part)};
  }
  friend constexpr auto operator<=>(const Instant&, const Instant&) noexcept = default;
  friend constexpr Instant operator+(Instant t, Duration d) noexcept {
    return {t.microseconds + d.microseconds};
  }
  friend constexpr Instant operator-(Instant t, Duration d) noexcept {
    return {t.microseconds - d.microseconds};
  }
  friend constexpr Duration operator-(Instant a, Instant b) noexcept {
    return {a.microseconds - b.microseconds};
  }
};

// January 1 of the year 1: Go's zero time, which Kubernetes prints as null and takes for "not set" in places.
inline constexpr Instant kGoZeroTime{-62'135'596'800 * 1'000'000};

// RFC 3339 as Go's time.Parse reads it: with "Z" or an offset, with or without a fraction of a second (cut to
// six digits), and with its leniencies (an hour of one digit, a comma before the fraction). Absent for
// anything else.
std::optional<Instant> read_instant(std::string_view text);

// "2026-11-22T10:00:00Z", the form of metadata.creationTimestamp.
std::string to_text(Instant instant);
// "2026-11-22T10:00:00.123456Z", the form of audit time stamps.
std::string to_text_micro(Instant instant);

}  // namespace clusterip::cluster
