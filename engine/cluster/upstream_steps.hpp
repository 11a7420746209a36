// The steps of upstream servers, each a change of the state. One group a file:
//
//   upstream_allocation_steps.cpp  one address: claimed by writing its IPAddress, or released
//   upstream_service_steps.cpp     requests about Services, step by step
//   upstream_object_steps.cpp      requests about ServiceCIDRs and IPAddresses, one step each
//   upstream_watch_steps.cpp       a change reaches a cache; a controller visits an object
//   upstream_effects.cpp           what a controller wants is carried out
//   upstream_faults.cpp            what a step did that upstream should not do
//
// Mirrors, besides the allocators: registry/core/service/storage (storage.go, alloc.go), the repair loop, the
// three controllers, and apiserver registry/generic/registry/store.go for the order of commit and write.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "engine/cluster/effects.hpp"
#include "engine/cluster/upstream_state.hpp"

namespace clusterip::cluster {

// Carries out a write and tells the watchers of it.
template <class Write>
WriteResult written(UpstreamState& state, Write write) {
  const std::size_t length = state.store.history().size();
  const WriteResult result = write(state.store, state.now);
  state.announce_since(length);
  return result;
}

// --- allocation ---

// Whom an address is for, and what is left to chance.
struct ClaimRequest {
  const Service& service;
  Family family = Family::kIPv4;
  std::string address;  // empty: any
  const RequestChoices& choices;
};

// Claims an address through a server by writing the IPAddress.
std::variant<Address, UpstreamRefusal> allocate_address(UpstreamState& state, const UpstreamServer& server,
                                                        const ClaimRequest& request);
// Gives an address back as the server does: whoever owns the IPAddress, if only a CIDR covers it. False: none
// does, and it stays.
bool release_address(UpstreamState& state, const UpstreamServer& server, const Service& service,
                     const std::string& address);

// --- requests ---

// Takes the request one step on.
void continue_request(UpstreamState& state, RequestId id);
void continue_service_request(UpstreamState& state, UpstreamRequest& request);
void answer_object_request(UpstreamState& state, UpstreamRequest& request);
void answer(UpstreamState& state, UpstreamRequest& request, ApiAnswer given);
// The refusals that all kinds share. `resource`: "servicecidrs.networking.k8s.io".
ApiAnswer refused_as_invalid(std::string_view kind, const std::string& name, FieldErrors errors,
                             const VersionProfile& version);
ApiAnswer refused_write(WriteResult result, std::string_view resource, const std::string& name);

// --- watching and visiting ---

void deliver_change(UpstreamState& state, const DeliverChange& step);
void visit_object(UpstreamState& state, const VisitObject& visit);
void finish_visit(UpstreamState& state, const CarryOut& decided);
void visit_periodically(UpstreamState& state, const PeriodicVisit& visit);
// Carries out what a controller wants. False: a write failed, and the visit has to be repeated.
bool carry_out(UpstreamState& state, std::size_t watcher, const Effects& effects, const VisitObject* visit);

// --- faults ---

// Each looks whether what has just been done is one of upstream's known faults, and records it.
void notice_claim(UpstreamState& state, const std::string& actor, const Address& address,
                  const Service& service);
void notice_stored_service(UpstreamState& state, const std::string& actor, const Service& service);
void notice_release(UpstreamState& state, const std::string& actor, const IpAddress& object,
                    const Service& released_by);
void notice_repair_deletion(UpstreamState& state, const std::string& actor, const IpAddress& object);
void notice_partial_failure(UpstreamState& state, const std::string& actor, const UpstreamRequest& request);
void notice_removed_range(UpstreamState& state, const std::string& actor, const ServiceCidr& object);

}  // namespace clusterip::cluster
