// Faults that are planted into recorded requests, and what a replay then says differently.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/recording.hpp"

namespace clusterip::testing {

// How far a planted change reaches: the answer alone, the IPAddress request inside as well, or everything
// that the record says later of the Service.
enum class Depth { kAnswer, kInner, kAll };

// Gives the Service `to` in place of `from`, in the answer of that request and as deep as asked.
void replace_address(verify::Record& record, const verify::Nesting& nesting, std::uint32_t index,
                     const std::string& from, const std::string& to, Depth depth);

// Makes a refusal of a success; with the IPAddress requests inside, if so asked, left out.
void refuse(verify::Record& record, const verify::Nesting& nesting, std::uint32_t index, int code,
            const std::string& reason, bool drop_inner);

// Adds a copy of a Service request with its IPAddress creations at another time and under another name.
// Returns the audit id of the copy.
std::string add_copy(verify::Record& record, const verify::Nesting& nesting, std::uint32_t index,
                     verify::Instant at, const std::string& name);

// A place for a fault, and what the fault is.
struct Plant {
  std::string audit_id;  // whose verdict must become forbidden
  verify::Record record;
};

// How a recording is replayed here: in short ones no range was ready for longer than the usual cache lag.
verify::ReplayOptions planting_options(const std::string& recording);

// Plants one fault after the other, and checks that the verdict of its request becomes `rule`, and that no
// other verdict gets worse than before but of requests about the same Service or addresses.
void expect_found(const std::string& recording, const std::vector<Plant>& plants, const std::string& rule);

// Indices of requests that `wanted` takes, at most `most` of them, spread over the record.
std::vector<std::uint32_t> pick(const Replayed& base, std::size_t most,
                                const std::function<bool(std::uint32_t)>& wanted);

}  // namespace clusterip::testing
