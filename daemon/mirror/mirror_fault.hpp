// What can be wrong with a server that is followed. The names are labels of a metric and words of log lines.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace clusterip::daemon {

enum class FaultKind : std::uint8_t {
  kConnect,          // no connection
  kTls,              // no trust in the server, or unusable certificates
  kCredentials,      // nothing to present: token file, exec plugin
  kTimeout,          // silence
  kCut,              // the connection broke within an answer
  kUnauthorized,     // 401
  kForbidden,        // 403
  kNotFound,         // 404
  kThrottled,        // 429, 503
  kServerError,      // other 5xx
  kRefused,          // other 4xx, or an answer that is no success
  kGone,             // 410: what is asked for is no longer kept; a new list follows
  kErrorEvent,       // an ERROR in a watch, other than 410
  kMalformed,        // no JSON, or fields of wrong types
  kWrongKind,        // another kind or version than was asked for
  kNoVersion,        // an object, event or list without resourceVersion or name
  kVersionWentBack,  // the server tells an older history than before
  kTooLarge,         // a line or an answer above the limit
  kUnfinishedList,   // a streamed list whose end never came
};
inline constexpr std::size_t kFaultKinds = 19;

// "version-went-back"
constexpr std::string_view fault_name(FaultKind kind) {
  constexpr std::array<std::string_view, kFaultKinds> kNames{"connect",
                                                             "tls",
                                                             "credentials",
                                                             "timeout",
                                                             "cut",
                                                             "unauthorized",
                                                             "forbidden",
                                                             "not-found",
                                                             "throttled",
                                                             "server-error",
                                                             "refused",
                                                             "gone",
                                                             "error-event",
                                                             "malformed",
                                                             "wrong-kind",
                                                             "no-version",
                                                             "version-went-back",
                                                             "too-large",
                                                             "unfinished-list"};
  return kNames[static_cast<std::size_t>(kind)];
}

struct Fault {
  FaultKind kind = FaultKind::kConnect;
  std::string message;
};

}  // namespace clusterip::daemon
