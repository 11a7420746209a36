#include "engine/cluster/go_time.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace clusterip::cluster {
namespace {

constexpr std::string_view kSecondsLayout = "2006-01-02T15:04:05Z07:00";
constexpr std::string_view kMicrosLayout = "2006-01-02T15:04:05.000000Z07:00";
constexpr std::string_view kFraction = ".000000";

bool is_digit(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

// The time package quotes by its own rule: bytes beyond ASCII one by one.
std::string quote(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || byte < ' ') {
      out.append("\\x").push_back(kDigits[byte >> 4]);
      out.push_back(kDigits[byte & 15]);
    } else {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
  }
  return out + '"';
}

// Reads a text along a layout; the first thing that does not fit is kept.
class TimeReader {
 public:
  TimeReader(std::string_view text, TimeLayout layout) : text_(text), left_(text), layout_(layout) {}

  std::string read() {
    year();
    word("-");
    const int month = number("01", true, 1, 12, "month");
    word("-");
    const int day = number("02", true, 0, 99, "");
    word("T");
    (void)number("15", false, 0, 23, "hour");
    word(":");
    (void)number("04", true, 0, 59, "minute");
    word(":");
    (void)number("05", true, 0, 59, "second");
    fraction();
    zone();
    if (fault_.empty() && !left_.empty()) refuse(": extra text: " + quote(left_));
    if (fault_.empty() && !exists(month, day)) refuse(": day out of range");
    return fault_;
  }

 private:
  void refuse(const std::string& message) { fault_ = "parsing time " + quote(text_) + message; }

  void mismatch(std::string_view element) {
    const std::string_view all = layout_ == TimeLayout::kSeconds ? kSecondsLayout : kMicrosLayout;
    refuse(" as " + quote(all) + ": cannot parse " + quote(left_) + " as " + quote(element));
  }

  void word(std::string_view expected) {
    if (!fault_.empty()) return;
    if (left_.substr(0, expected.size()) != expected) return mismatch(expected);
    left_.remove_prefix(expected.size());
  }

  void year() {
    for (std::size_t i = 0; i < 4; ++i) {
      if (!is_digit(left_, i)) return mismatch("2006");
      year_ = year_ * 10 + (left_[i] - '0');
    }
    left_.remove_prefix(4);
  }

  int number(std::string_view element, bool two_digits, int least, int most, const char* name) {
    if (!fault_.empty()) return 0;
    if (!is_digit(left_, 0) || (two_digits && !is_digit(left_, 1))) {
      mismatch(element);
      return 0;
    }
    const std::size_t digits = is_digit(left_, 1) ? 2 : 1;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) value = value * 10 + (left_[i] - '0');
    left_.remove_prefix(digits);
    if (value < least || value > most) refuse(std::string(": ") + name + " out of range");
    return value;
  }

  bool at_point() const { return !left_.empty() && (left_.front() == '.' || left_.front() == ','); }

  void fraction() {
    if (!fault_.empty()) return;
    std::size_t digits = 0;
    if (at_point()) {
      while (is_digit(left_, digits + 1)) ++digits;
    }
    if (layout_ == TimeLayout::kMicros) {
      constexpr std::size_t kMicroDigits = kFraction.size() - 1;
      if (digits < kMicroDigits) return mismatch(kFraction);
      digits = kMicroDigits;
    }
    if (digits > 0) left_.remove_prefix(digits + 1);
  }

  void zone() {
    if (!fault_.empty()) return;
    if (left_.substr(0, 1) == "Z") {
      left_.remove_prefix(1);
      return;
    }
    constexpr std::string_view kZone = "Z07:00";
    constexpr std::size_t kWidth = 6;
    const bool digits = is_digit(left_, 1) && is_digit(left_, 2) && is_digit(left_, 4) && is_digit(left_, 5);
    if (left_.size() < kWidth || left_[3] != ':' || !digits) return mismatch(kZone);
    const int hours = (left_[1] - '0') * 10 + (left_[2] - '0');
    const int minutes = (left_[4] - '0') * 10 + (left_[5] - '0');
    if (hours > 24) return refuse(": time zone offset hour out of range");
    if (minutes > 60) return refuse(": time zone offset minute out of range");
    if (left_.front() != '+' && left_.front() != '-') return mismatch(kZone);
    left_.remove_prefix(kWidth);
  }

  bool exists(int month, int day) const {
    return std::chrono::year_month_day(std::chrono::year(year_),
                                       std::chrono::month(static_cast<unsigned>(month)),
                                       std::chrono::day(static_cast<unsigned>(day)))
        .ok();
  }

  const std::string_view text_;
  std::string_view left_;
  const TimeLayout layout_;
  int year_ = 0;
  std::string fault_;
};

std::size_t take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (is_digit(text, count)) ++count;
  text.remove_prefix(count);
  return count;
}

}  // namespace

std::string time_fault(std::string_view text, TimeLayout layout) {
  return TimeReader(text, layout).read();
}

std::string duration_fault(std::string_view text) {
  constexpr std::array<std::string_view, 8> kUnits{"ns", "us", "\u00b5s", "\u03bcs", "ms", "s", "m", "h"};
  constexpr std::size_t kMostDigits = 18;
  std::string_view left = text;
  if (left.starts_with('-') || left.starts_with('+')) left.remove_prefix(1);
  if (left == "0") return "";
  std::string invalid = "time: invalid duration " + quote(text);
  if (left.empty()) return invalid;
  while (!left.empty()) {
    std::size_t digits = take_digits(left);
    if (digits > kMostDigits) return invalid;
    if (left.starts_with('.')) {
      left.remove_prefix(1);
      digits += take_digits(left);
    }
    if (digits == 0) return invalid;
    const std::size_t end = std::min(left.find_first_of(".0123456789"), left.size());
    const std::string_view unit = left.substr(0, end);
    left.remove_prefix(end);
    if (unit.empty()) return "time: missing unit in duration " + quote(text);
    if (std::find(kUnits.begin(), kUnits.end(), unit) == kUnits.end()) {
      return "time: unknown unit " + quote(unit) + " in duration " + quote(text);
    }
  }
  return "";
}

}  // namespace clusterip::cluster
