// What a refusal says: the apiserver's message as a value. (specification 3.8, 5.4, 16)
#pragma once

#include <cstdint>
#include <string>

#include "engine/verify/record.hpp"

namespace clusterip::verify {

enum class RefusalKind : std::uint8_t {
  kFull,
  kAllocated,
  kMismatch,
  kNotReady,
  kNotInRange,
  kFailedAttempt,  // another error of an allocation
  kValidation,
  kOther,
};

struct Refusal {
  RefusalKind kind = RefusalKind::kOther;
  // The address that was asked for, as the message writes it; empty for a dynamic request.
  std::string address;
};

Refusal refusal_of(const AuditedRequest& request);

}  // namespace clusterip::verify
