#include "engine/verify/refusal.hpp"

#include <array>
#include <utility>

namespace clusterip::verify {
namespace {

constexpr std::string_view kDynamic = "failed to allocate a serviceIP";
constexpr std::string_view kAny = "failed to allocate IP";

constexpr std::array<std::pair<std::string_view, RefusalKind>, 5> kReasons{{
    {"range is full", RefusalKind::kFull},
    {"provided IP is already allocated", RefusalKind::kAllocated},
    {"the provided network does not match the current range", RefusalKind::kMismatch},
    {"allocator not ready", RefusalKind::kNotReady},
    {"the provided IP (", RefusalKind::kNotInRange},
}};

RefusalKind kind_of(std::string_view reason) {
  for (const auto& [text, kind] : kReasons) {
    if (reason.substr(0, text.size()) == text) return kind;
  }
  return RefusalKind::kFailedAttempt;
}

}  // namespace

Refusal refusal_of(const AuditedRequest& request) {
  const std::string_view message = request.message;
  constexpr std::string_view kColon = ": ";
  if (const auto at = message.find(kDynamic); at != std::string_view::npos) {
    // Either ": reason" or " for Service \"name\": reason".
    const auto colon = message.find(kColon, at);
    if (colon == std::string_view::npos) return {RefusalKind::kFailedAttempt, {}};
    return {kind_of(message.substr(colon + kColon.size())), {}};
  }
  if (const auto at = message.find(kAny); at != std::string_view::npos) {
    const std::string_view rest = message.substr(at + kAny.size());
    const auto colon = rest.find(kColon);
    if (colon == std::string_view::npos) return {RefusalKind::kFailedAttempt, {}};
    const std::string_view address = colon == 0 ? std::string_view{} : rest.substr(1, colon - 1);
    return {kind_of(rest.substr(colon + kColon.size())), std::string(address)};
  }
  return {request.code == 422 ? RefusalKind::kValidation : RefusalKind::kOther, {}};
}

}  // namespace clusterip::verify
