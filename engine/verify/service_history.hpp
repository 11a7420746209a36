// What Services looked like, as far as a record tells: a life for each object, a version for each change.
//
// Versions point into the record, which must outlive the history.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "engine/verify/record.hpp"

namespace clusterip::verify {

struct ServiceVersion {
  Window since{kBeginning, kBeginning};
  const ServiceFacts* facts = nullptr;
  std::uint32_t request = kNoRequest;
  bool created = false;  // by that request
};

struct ServiceLife {
  std::string uid;
  std::vector<ServiceVersion> versions;  // in order
  Window gone{kEnd, kEnd};
  std::uint32_t gone_by = kNoRequest;
  bool beginning_known = false;  // created in the record, or part of the start

  Window possible(std::size_t i) const;
  bool surely_through(const Window& window) const;
};

class ServiceHistory {
 public:
  ServiceHistory(const Record& record, Instant record_begin);

  const std::vector<ServiceLife>& lives(const std::string& key) const;
  const std::unordered_map<std::string, std::vector<ServiceLife>>& all() const { return lives_; }
  // The Service as it was just before a request that succeeded. Null: not in the record.
  const ServiceFacts* before(const AuditedRequest& request, std::uint32_t index) const;
  // As the record shows it, the Service had the address just before the request.
  bool listed_before(const AuditedRequest& request, std::uint32_t index, const Address& address) const;
  // The Service as a request that was refused will have found it. Null: not in the record.
  const ServiceFacts* found_by(const AuditedRequest& request) const;
  // The Service existed and held the address all through the window.
  bool surely_lists(const std::string& key, const std::string& address, const Window& window) const;
  // At some time in the window the Service can have held the address.
  bool possibly_lists(const std::string& key, const std::string& address, const Window& window) const;

 private:
  void add_start(const StartState& start, Instant record_begin);
  void add_version(const AuditedRequest& request, std::uint32_t index);
  void add_end(const AuditedRequest& request, std::uint32_t index);
  ServiceLife* find(const AuditedRequest& request);

  std::unordered_map<std::string, std::vector<ServiceLife>> lives_;
};

}  // namespace clusterip::verify
