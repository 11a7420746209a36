// Carries out what the controllers' rules want, along the same path as any client's request.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "daemon/control/verbs.hpp"
#include "engine/cluster/effects.hpp"

namespace clusterip::daemon {

struct RunOutcome {
  std::string failure;  // "" when all effects were carried out
  bool already_exists = false;
  std::optional<cluster::Duration> requeue;
};

class EffectRunner {
 public:
  using Now = std::function<cluster::Instant()>;
  EffectRunner(const Verbs& verbs, Now now, AuditLog* audit)
      : verbs_(verbs), now_(std::move(now)), audit_(audit) {}

  RunOutcome run(const cluster::Effects& effects) const;
  // Deletes what is in a namespace that was asked to go, and lets it go once nothing is left.
  RunOutcome empty_namespace(const std::string& name) const;

 private:
  api::Refusal carry_out(const cluster::CreateServiceCidr& effect) const;
  api::Refusal carry_out(const cluster::UpdateServiceCidr& effect) const;
  api::Refusal carry_out(const cluster::AddFinalizer& effect) const;
  api::Refusal carry_out(const cluster::RemoveFinalizer& effect) const;
  api::Refusal carry_out(const cluster::ApplyCondition& effect) const;
  api::Refusal carry_out(const cluster::CreateService& effect) const;
  api::Refusal carry_out(const cluster::CreateIpAddress& effect) const;
  api::Refusal carry_out(const cluster::DeleteIpAddress& effect) const;
  api::Refusal carry_out(const cluster::Event& effect) const;
  api::Refusal carry_out(const cluster::RequeueAfter& effect) const;

  RequestContext as(std::string manager) const;
  api::Refusal create(api::ResourceIndex kind, const Json& object, const RequestContext& context) const;
  api::Refusal change_range(const std::string& name, const RequestContext& context,
                            const std::function<void(Json&)>& change) const;

  const Verbs& verbs_;
  Now now_;
  AuditLog* audit_;
};

}  // namespace clusterip::daemon
