#include "engine/cluster/effects.hpp"

namespace clusterip::cluster {
namespace {

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out.append(out.empty() ? "" : ",").append(text);
  return out;
}

std::string qualified(const std::string& name_space, const std::string& name) {
  return name_space.empty() ? name : name_space + "/" + name;
}

struct Writer {
  std::string operator()(const CreateServiceCidr& effect) const {
    return "CreateServiceCIDR " + effect.object.meta.name + " " + joined(effect.object.cidrs);
  }
  std::string operator()(const UpdateServiceCidr& effect) const {
    return "UpdateServiceCIDR " + effect.name + " " + joined(effect.cidrs);
  }
  std::string operator()(const AddFinalizer& effect) const { return "AddFinalizer " + effect.service_cidr; }
  std::string operator()(const RemoveFinalizer& effect) const {
    return "RemoveFinalizer " + effect.service_cidr;
  }
  std::string operator()(const ApplyCondition& effect) const {
    std::string out =
        "ApplyCondition " + effect.service_cidr + " " + effect.condition.type + "=" + effect.condition.status;
    if (!effect.condition.reason.empty()) out.append(" ").append(effect.condition.reason);
    return out;
  }
  std::string operator()(const CreateService& effect) const {
    return "CreateService " + qualified(effect.object.meta.name_space, effect.object.meta.name) + " " +
           effect.object.cluster_ip;
  }
  std::string operator()(const CreateIpAddress& effect) const {
    std::string out = "CreateIPAddress " + effect.object.meta.name;
    if (!effect.object.parent) return out;
    return out + " for " + qualified(effect.object.parent->name_space, effect.object.parent->name);
  }
  std::string operator()(const DeleteIpAddress& effect) const { return "DeleteIPAddress " + effect.address; }
  std::string operator()(const RequeueAfter& effect) const {
    return "RequeueAfter " + std::to_string(effect.delay.microseconds / 1000) + "ms";
  }
  std::string operator()(const Event& event) const {
    return "Event " + event.reason + " " + event.kind + " " + qualified(event.name_space, event.name) + ": " +
           event.note;
  }
};

}  // namespace

std::string to_text(const Effect& effect) {
  return std::visit(Writer{}, effect);
}

}  // namespace clusterip::cluster
