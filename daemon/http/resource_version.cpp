#include "daemon/http/resource_version.hpp"

#include "daemon/api/go_uint.hpp"
#include "engine/cluster/field_error.hpp"

namespace clusterip::daemon {

api::Result<std::uint64_t> read_resource_version(std::string_view text) {
  const auto read = api::read_go_uint(text);
  if (const auto* revision = std::get_if<std::uint64_t>(&read)) return *revision;
  const cluster::FieldError fault = cluster::invalid("resourceVersion", text, std::get<std::string>(read));
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
