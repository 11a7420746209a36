#include "daemon/http/resource_version.hpp"

#include <charconv>

#include "engine/cluster/field_error.hpp"
#include "engine/cluster/go_text.hpp"

namespace clusterip::daemon {

api::Result<std::uint64_t> read_resource_version(std::string_view text) {
  std::uint64_t revision = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, revision);
  if (stop == end && error == std::errc()) return revision;
  const bool too_great = stop == end && error == std::errc::result_out_of_range;
  const cluster::FieldError fault =
      cluster::invalid("resourceVersion", text,
                       "strconv.ParseUint: parsing " + cluster::go_quote(text) +
                           (too_great ? ": value out of range" : ": invalid syntax"));
  return api::generic(500, "", fault.field + ": " + fault.message());
}

api::Status unreadable_revision(const api::Status& fault) {
  return api::bad_request("invalid resource version: " + fault.message);
}

api::Status too_large(std::uint64_t wanted, std::uint64_t current, bool cached) {
  api::Status status = api::generic(504, "Timeout",
                                    "Timeout: Too large resource version: " + std::to_string(wanted) +
                                        ", current: " + std::to_string(current));
  status.details.emplace();
  status.details->causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
  // The cache may catch up.
  if (cached) status.details->retry_after_seconds = 1;
  return status;
}

api::Refusal check_minimum(std::string_view text, std::uint64_t current, bool cached) {
  if (text.empty()) return std::nullopt;
  const auto wanted = read_resource_version(text);
  if (!wanted) return cached ? wanted.status() : unreadable_revision(wanted.status());
  if (*wanted > current) return too_large(*wanted, current, cached);
  return std::nullopt;
}

}  // namespace clusterip::daemon
