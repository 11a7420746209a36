// The events that an address went through, as sentences: how a state came about.
#pragma once

#include <unordered_map>
#include <vector>

#include "engine/verify/replay.hpp"

namespace clusterip::verify {

class Chains {
 public:
  explicit Chains(const History& history);

  struct Story {
    std::vector<ChainLink> links;
    // When the last sound state ended, and when two Services came to hold the address; absent: before the
    // record, or never.
    std::optional<Instant> unsound_since;
    std::optional<Instant> shared_since;
  };
  // What happened to the address since nobody held it last.
  Story story(const Address& address) const;

 private:
  // A request that gave an address to a Service, took it away, or made or removed its IPAddress.
  enum class Kind : std::uint8_t { kGiven, kGivenUp, kCreated, kDeleted };
  struct Event {
    std::uint32_t request;
    Kind kind;
  };

  void add(const std::string& text, std::uint32_t request, Kind kind);
  void add_service_events(std::uint32_t request);
  std::string words(const Address& address, const Event& event) const;
  std::string deletion_words(const Address& address, std::uint32_t request) const;

  const History& history_;
  std::unordered_map<Address, std::vector<Event>, AddressHash> events_;
};

}  // namespace clusterip::verify
