// What Go's time package says of a text that is not the time or the duration it was to be.
#pragma once

#include <string>
#include <string_view>

namespace clusterip::cluster {

enum class TimeLayout {
  kSeconds,  // time.RFC3339, which takes a fraction of a second too
  kMicros,   // with six digits after the point, no more and no less
};

// Empty for a text that fits the layout; linear in the text. (Go's time/format.go)
std::string time_fault(std::string_view text, TimeLayout layout);
// The same of time.ParseDuration: "1h30m", "-1.5s".
std::string duration_fault(std::string_view text);

}  // namespace clusterip::cluster
