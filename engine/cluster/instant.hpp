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

// RFC 3339 with "Z" or an offset, and up to nine digits of a second's fraction (cut to six).
// Absent for anything else; years 1 to 9999.
std::optional<Instant> read_instant(std::string_view text);

// "2026-11-22T10:00:00Z", the form of metadata.creationTimestamp.
std::string to_text(Instant instant);
// "2026-11-22T10:00:00.123456Z", the form of audit time stamps.
std::string to_text_micro(Instant instant);

}  // namespace clusterip::cluster
