#include "engine/cluster/instant.hpp"

#include <chrono>
#include <utility>

namespace clusterip::cluster {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

// Takes a fixed number of digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view allowed) {
  if (text.empty() || allowed.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

// One digit of an hour is enough for Go.
std::optional<int> take_hour(std::string_view& text) {
  if (const auto hour = take_digits(text, 2)) return hour;
  return take_digits(text, 1);
}

std::optional<std::int64_t> take_time_of_day(std::string_view& text) {
  const auto hour = take_hour(text);
  if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take(text, ":")) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  return (*hour * 60 + *minute) * 60 + *second;
}

// Any number of digits after a point or, as in Go, a comma; those beyond a millionth are dropped.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!take(text, ".,")) return 0;
  std::int64_t micros = 0;
  std::size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; ++digits) {
    if (digits < 6) micros = micros * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 6; ++digits) micros *= 10;
  return micros;
}

// Go lets an offset have 24 hours and 60 minutes.
std::optional<std::int64_t> take_offset_seconds(std::string_view& text) {
  if (take(text, "Z")) return 0;
  const bool west = !text.empty() && text.front() == '-';
  if (!take(text, "+-")) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!hours || *hours > 24 || !take(text, ":")) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *minutes > 60) return std::nullopt;
  const std::int64_t seconds = (*hours * 60 + *minutes) * 60;
  return west ? -seconds : seconds;
}

// With leading zeros, up to so many characters.
void append_padded(std::string& text, int value, std::size_t width) {
  if (value < 0) {
    text += '-';
    return append_padded(text, -value, width - 1);
  }
  const std::string digits = std::to_string(value);
  if (digits.size() < width) text.append(width - digits.size(), '0');
  text += digits;
}

// Written digit by digit: every object that is stored has several, and a format string is slow.
std::string format(Instant instant, bool with_micros) {
  const Instant second = instant.whole_second();
  const std::chrono::sys_seconds time{std::chrono::seconds{second.microseconds / kMicrosPerSecond}};
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{days};
  const std::chrono::hh_mm_ss clock{time - days};
  std::string text;
  text.reserve(sizeof "2006-01-02T15:04:05.000000Z");
  append_padded(text, static_cast<int>(date.year()), 4);
  for (const auto& [mark, value] : {std::pair('-', static_cast<int>(static_cast<unsigned>(date.month()))),
                                    std::pair('-', static_cast<int>(static_cast<unsigned>(date.day()))),
                                    std::pair('T', static_cast<int>(clock.hours().count())),
                                    std::pair(':', static_cast<int>(clock.minutes().count())),
                                    std::pair(':', static_cast<int>(clock.seconds().count()))}) {
    text += mark;
    append_padded(text, value, 2);
  }
  if (with_micros) {
    text += '.';
    append_padded(text, static_cast<int>((instant - second).microseconds), 6);
  }
  text += 'Z';
  return text;
}

}  // namespace

std::optional<Instant> read_instant(std::string_view text) {
  const auto date = take_date(text);
  if (!date || !take(text, "T")) return std::nullopt;
  const auto second_of_day = take_time_of_day(text);
  if (!second_of_day) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset_seconds(text);
  if (!offset || !text.empty()) return std::nullopt;
  const std::int64_t midnight = std::chrono::seconds{date->time_since_epoch()}.count();
  return Instant{(midnight + *second_of_day - *offset) * kMicrosPerSecond + *fraction};
}

std::string to_text(Instant instant) {
  return format(instant, false);
}
std::string to_text_micro(Instant instant) {
  return format(instant, true);
}

}  // namespace clusterip::cluster
