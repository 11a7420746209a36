#include "engine/cluster/version_profile.hpp"

#include <array>
#include <charconv>

namespace clusterip::cluster {
namespace {

constexpr int kFirstMinor = 33;
// The newest patch of each minor version whose source was read, from 1.33 on.
constexpr std::array<int, 5> kNewestPatch{13, 4, 4, 3, 2};

std::optional<int> take_number(std::string_view& text) {
  int value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
  return value;
}

VersionProfile profile_of(int minor, int patch) {
  VersionProfile profile;
  profile.name = "1." + std::to_string(minor) + "." + std::to_string(patch);
  profile.minor = minor;
  profile.patch = patch;
  const bool is_old = minor <= 34;
  profile.limits_flag_size = minor == 33;
  profile.asks_bitmap_first = minor == 33;
  profile.stops_at_errors = !is_old;
  profile.names_service_when_full = minor >= 36;
  profile.strict_service_addresses = minor >= 36;
  profile.takes_rfc1123_service_names = minor >= 36;
  // Behind a gate that is on from 1.34.
  profile.knows_same_zone_traffic = minor >= 34;
  profile.drops_client_status = minor >= 36;
  profile.applies_status_always = minor == 33;
  profile.reports_mismatch_always = minor >= 34;
  // The fix reached 1.33 somewhere after .0; .13 has it.
  profile.waits_for_fresh_addresses = minor >= 34 || patch >= kNewestPatch.front();
  profile.waits_for_external_names = minor >= 36;
  profile.prints_go_syntax = minor == 33;
  return profile;
}

}  // namespace

std::optional<VersionProfile> version_profile(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  if (!text.starts_with("1.")) return std::nullopt;
  text.remove_prefix(2);
  const auto minor = take_number(text);
  if (!minor || *minor < kFirstMinor) return std::nullopt;
  const auto index = static_cast<std::size_t>(*minor - kFirstMinor);
  if (index >= kNewestPatch.size()) return std::nullopt;
  if (text.empty()) return profile_of(*minor, kNewestPatch.at(index));
  if (text.front() != '.') return std::nullopt;
  text.remove_prefix(1);
  const auto patch = take_number(text);
  if (!patch || !text.empty()) return std::nullopt;
  return profile_of(*minor, *patch);
}

VersionProfile default_version_profile() {
  return profile_of(36, kNewestPatch.at(36 - kFirstMinor));
}

std::vector<std::string> modelled_versions() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kNewestPatch.size(); ++i) {
    names.push_back("1." + std::to_string(kFirstMinor + static_cast<int>(i)));
  }
  return names;
}

}  // namespace clusterip::cluster
