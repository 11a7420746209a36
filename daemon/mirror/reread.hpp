// Asks the server itself whether a finding is true: reads the objects that it is about once more, one by one,
// and asks the same rules of what came.
//
// Single reads are answered from the store, not from a server's cache, so an answer is as fresh as it can be.
// The Services that hold an address are known from the mirror; all else is read.
#pragma once

#include <string>
#include <variant>

#include "daemon/mirror/api_client.hpp"
#include "engine/net/cidr.hpp"
#include "engine/verify/finding.hpp"

namespace clusterip::daemon {

class Rereader {
 public:
  Rereader(Credentials& credentials, const ClientLimits& limits, std::vector<Cidr> default_ranges)
      : client_(credentials, limits), default_ranges_(std::move(default_ranges)) {}

  enum class Answer : std::uint8_t { kSame, kOtherwise, kUnknown };
  // kUnknown: something could not be read, for the reason in `trouble`.
  Answer ask(const verify::Finding& finding, cluster::Instant now, std::string& trouble);

  void stop() { client_.stop(); }

 private:
  ApiClient client_;
  const std::vector<Cidr> default_ranges_;
};

}  // namespace clusterip::daemon
