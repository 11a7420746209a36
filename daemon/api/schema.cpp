#include "daemon/api/schema.hpp"

#include <algorithm>
#include <array>

namespace clusterip::api {
namespace {

using F = FieldSchema;
using T = FieldType;
using L = ListType;

constexpr std::array<F, 7> kManagedFieldsEntryFields{{
    F{"apiVersion", 3, T::kText},
    F{"fieldsType", 6, T::kText},
    F{"fieldsV1", 7, T::kTree},
    F{"manager", 1, T::kText},
    F{"operation", 2, T::kText},
    F{"subresource", 8, T::kText},
    F{"time", 4, T::kTime},
}};
constexpr ObjectSchema kManagedFieldsEntry{"io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry",
                                           kManagedFieldsEntryFields};

constexpr std::array<F, 6> kOwnerReferenceFields{{
    F{"apiVersion", 5, T::kText},
    F{"blockOwnerDeletion", 7, T::kBoolean},
    F{"controller", 6, T::kBoolean},
    F{"kind", 1, T::kText},
    F{"name", 3, T::kText},
    F{"uid", 4, T::kText},
}};
constexpr ObjectSchema kOwnerReference{"io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference",
                                       kOwnerReferenceFields, true};

constexpr std::array<F, 15> kObjectMetaFields{{
    F{"annotations", 12, T::kTextMap},
    F{"creationTimestamp", 8, T::kTime},
    F{"deletionGracePeriodSeconds", 10, T::kInt64},
    F{"deletionTimestamp", 9, T::kTime},
    F{"finalizers", 14, T::kText, L::kSet, false, {}, "*"},
    F{"generateName", 2, T::kText},
    F{"generation", 7, T::kInt64},
    F{"labels", 11, T::kTextMap},
    F{"managedFields", 17, T::kObject, L::kAtomic, false, {}, {}, &kManagedFieldsEntry},
    F{"name", 1, T::kText},
    F{"namespace", 3, T::kText},
    F{"ownerReferences", 13, T::kObject, L::kMap, false, "uid", "uid", &kOwnerReference},
    F{"resourceVersion", 6, T::kText},
    F{"selfLink", 4, T::kText},
    F{"uid", 5, T::kText},
}};
constexpr ObjectSchema kObjectMeta{"io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", kObjectMetaFields};

constexpr std::array<F, 6> kServicePortFields{{
    F{"appProtocol", 6, T::kText},
    F{"name", 1, T::kText},
    F{"nodePort", 5, T::kInt32},
    F{"port", 3, T::kInt32},
    F{"protocol", 2, T::kText},
    F{"targetPort", 4, T::kIntOrString},
}};
constexpr ObjectSchema kServicePort{"io.k8s.api.core.v1.ServicePort", kServicePortFields};

constexpr std::array<F, 1> kClientIpConfigFields{{
    F{"timeoutSeconds", 1, T::kInt32},
}};
constexpr ObjectSchema kClientIpConfig{"io.k8s.api.core.v1.ClientIPConfig", kClientIpConfigFields};

constexpr std::array<F, 1> kSessionAffinityConfigFields{{
    F{"clientIP", 1, T::kObject, L::kNone, false, {}, {}, &kClientIpConfig},
}};
constexpr ObjectSchema kSessionAffinityConfig{"io.k8s.api.core.v1.SessionAffinityConfig",
                                              kSessionAffinityConfigFields};

constexpr std::array<F, 20> kServiceSpecFields{{
    F{"allocateLoadBalancerNodePorts", 20, T::kBoolean},
    F{"clusterIP", 3, T::kText},
    F{"clusterIPs", 18, T::kText, L::kAtomic},
    F{"externalIPs", 5, T::kText, L::kAtomic},
    F{"externalName", 10, T::kText},
    F{"externalTrafficPolicy", 11, T::kText},
    F{"healthCheckNodePort", 12, T::kInt32},
    F{"internalTrafficPolicy", 22, T::kText},
    F{"ipFamilies", 19, T::kText, L::kAtomic},
    F{"ipFamilyPolicy", 17, T::kText},
    F{"loadBalancerClass", 21, T::kText},
    F{"loadBalancerIP", 8, T::kText},
    F{"loadBalancerSourceRanges", 9, T::kText, L::kAtomic},
    F{"ports", 1, T::kObject, L::kMap, false, "port,protocol", "port", &kServicePort},
    F{"publishNotReadyAddresses", 13, T::kBoolean},
    F{"selector", 2, T::kTextMap, L::kNone, true},
    F{"sessionAffinity", 7, T::kText},
    F{"sessionAffinityConfig", 14, T::kObject, L::kNone, false, {}, {}, &kSessionAffinityConfig},
    F{"trafficDistribution", 23, T::kText},
    F{"type", 4, T::kText},
}};
constexpr ObjectSchema kServiceSpec{"io.k8s.api.core.v1.ServiceSpec", kServiceSpecFields};

constexpr std::array<F, 6> kConditionFields{{
    F{"lastTransitionTime", 4, T::kTime},
    F{"message", 6, T::kText},
    F{"observedGeneration", 3, T::kInt64},
    F{"reason", 5, T::kText},
    F{"status", 2, T::kText},
    F{"type", 1, T::kText},
}};
constexpr ObjectSchema kCondition{"io.k8s.apimachinery.pkg.apis.meta.v1.Condition", kConditionFields};

constexpr std::array<F, 3> kPortStatusFields{{
    F{"error", 3, T::kText},
    F{"port", 1, T::kInt32},
    F{"protocol", 2, T::kText},
}};
constexpr ObjectSchema kPortStatus{"io.k8s.api.core.v1.PortStatus", kPortStatusFields};

constexpr std::array<F, 4> kLoadBalancerIngressFields{{
    F{"hostname", 2, T::kText},
    F{"ip", 1, T::kText},
    F{"ipMode", 3, T::kText},
    F{"ports", 4, T::kObject, L::kAtomic, false, {}, {}, &kPortStatus},
}};
constexpr ObjectSchema kLoadBalancerIngress{"io.k8s.api.core.v1.LoadBalancerIngress",
                                            kLoadBalancerIngressFields};

constexpr std::array<F, 1> kLoadBalancerStatusFields{{
    F{"ingress", 1, T::kObject, L::kAtomic, false, {}, {}, &kLoadBalancerIngress},
}};
constexpr ObjectSchema kLoadBalancerStatus{"io.k8s.api.core.v1.LoadBalancerStatus",
                                           kLoadBalancerStatusFields};

constexpr std::array<F, 2> kServiceStatusFields{{
    F{"conditions", 2, T::kObject, L::kMap, false, "type", "type", &kCondition},
    F{"loadBalancer", 1, T::kObject, L::kNone, false, {}, {}, &kLoadBalancerStatus},
}};
constexpr ObjectSchema kServiceStatus{"io.k8s.api.core.v1.ServiceStatus", kServiceStatusFields};

constexpr std::array<F, 3> kServiceFields{{
    F{"metadata", 1, T::kObject, L::kNone, false, {}, {}, &kObjectMeta},
    F{"spec", 2, T::kObject, L::kNone, false, {}, {}, &kServiceSpec},
    F{"status", 3, T::kObject, L::kNone, false, {}, {}, &kServiceStatus},
}};
constexpr ObjectSchema kService{"io.k8s.api.core.v1.Service", kServiceFields};

constexpr std::array<F, 1> kServiceCidrSpecFields{{
    F{"cidrs", 1, T::kText, L::kAtomic},
}};
constexpr ObjectSchema kServiceCidrSpec{"io.k8s.api.networking.v1.ServiceCIDRSpec", kServiceCidrSpecFields};

constexpr std::array<F, 1> kServiceCidrStatusFields{{
    F{"conditions", 1, T::kObject, L::kMap, false, "type", "type", &kCondition},
}};
constexpr ObjectSchema kServiceCidrStatus{"io.k8s.api.networking.v1.ServiceCIDRStatus",
                                          kServiceCidrStatusFields};

constexpr std::array<F, 3> kServiceCidrFields{{
    F{"metadata", 1, T::kObject, L::kNone, false, {}, {}, &kObjectMeta},
    F{"spec", 2, T::kObject, L::kNone, false, {}, {}, &kServiceCidrSpec},
    F{"status", 3, T::kObject, L::kNone, false, {}, {}, &kServiceCidrStatus},
}};
constexpr ObjectSchema kServiceCidr{"io.k8s.api.networking.v1.ServiceCIDR", kServiceCidrFields};

constexpr std::array<F, 4> kParentReferenceFields{{
    F{"group", 1, T::kText},
    F{"name", 4, T::kText},
    F{"namespace", 3, T::kText},
    F{"resource", 2, T::kText},
}};
constexpr ObjectSchema kParentReference{"io.k8s.api.networking.v1.ParentReference", kParentReferenceFields};

constexpr std::array<F, 1> kIpAddressSpecFields{{
    F{"parentRef", 1, T::kObject, L::kNone, false, {}, {}, &kParentReference},
}};
constexpr ObjectSchema kIpAddressSpec{"io.k8s.api.networking.v1.IPAddressSpec", kIpAddressSpecFields};

constexpr std::array<F, 2> kIpAddressFields{{
    F{"metadata", 1, T::kObject, L::kNone, false, {}, {}, &kObjectMeta},
    F{"spec", 2, T::kObject, L::kNone, false, {}, {}, &kIpAddressSpec},
}};
constexpr ObjectSchema kIpAddress{"io.k8s.api.networking.v1.IPAddress", kIpAddressFields};

constexpr std::array<F, 1> kNamespaceSpecFields{{
    F{"finalizers", 1, T::kText, L::kAtomic},
}};
constexpr ObjectSchema kNamespaceSpec{"io.k8s.api.core.v1.NamespaceSpec", kNamespaceSpecFields};

constexpr std::array<F, 5> kNamespaceConditionFields{{
    F{"lastTransitionTime", 4, T::kTime},
    F{"message", 6, T::kText},
    F{"reason", 5, T::kText},
    F{"status", 2, T::kText},
    F{"type", 1, T::kText},
}};
constexpr ObjectSchema kNamespaceCondition{"io.k8s.api.core.v1.NamespaceCondition",
                                           kNamespaceConditionFields};

constexpr std::array<F, 2> kNamespaceStatusFields{{
    F{"conditions", 2, T::kObject, L::kMap, false, "type", "type", &kNamespaceCondition},
    F{"phase", 1, T::kText},
}};
constexpr ObjectSchema kNamespaceStatus{"io.k8s.api.core.v1.NamespaceStatus", kNamespaceStatusFields};

constexpr std::array<F, 3> kNamespaceFields{{
    F{"metadata", 1, T::kObject, L::kNone, false, {}, {}, &kObjectMeta},
    F{"spec", 2, T::kObject, L::kNone, false, {}, {}, &kNamespaceSpec},
    F{"status", 3, T::kObject, L::kNone, false, {}, {}, &kNamespaceStatus},
}};
constexpr ObjectSchema kNamespace{"io.k8s.api.core.v1.Namespace", kNamespaceFields};

constexpr std::array<F, 7> kObjectReferenceFields{{
    F{"apiVersion", 5, T::kText},
    F{"fieldPath", 7, T::kText},
    F{"kind", 1, T::kText},
    F{"name", 3, T::kText},
    F{"namespace", 2, T::kText},
    F{"resourceVersion", 6, T::kText},
    F{"uid", 4, T::kText},
}};
constexpr ObjectSchema kObjectReference{"io.k8s.api.core.v1.ObjectReference", kObjectReferenceFields};

constexpr std::array<F, 2> kEventSeriesFields{{
    F{"count", 1, T::kInt32},
    F{"lastObservedTime", 2, T::kMicroTime},
}};
constexpr ObjectSchema kEventSeries{"io.k8s.api.core.v1.EventSeries", kEventSeriesFields};

constexpr std::array<F, 2> kEventSourceFields{{
    F{"component", 1, T::kText},
    F{"host", 2, T::kText},
}};
constexpr ObjectSchema kEventSource{"io.k8s.api.core.v1.EventSource", kEventSourceFields};

constexpr std::array<F, 15> kEventFields{{
    F{"action", 12, T::kText},
    F{"count", 8, T::kInt32},
    F{"eventTime", 10, T::kMicroTime},
    F{"firstTimestamp", 6, T::kTime},
    F{"involvedObject", 2, T::kObject, L::kNone, true, {}, {}, &kObjectReference},
    F{"lastTimestamp", 7, T::kTime},
    F{"message", 4, T::kText},
    F{"metadata", 1, T::kObject, L::kNone, false, {}, {}, &kObjectMeta},
    F{"reason", 3, T::kText},
    F{"related", 13, T::kObject, L::kNone, true, {}, {}, &kObjectReference},
    F{"reportingComponent", 14, T::kText},
    F{"reportingInstance", 15, T::kText},
    F{"series", 11, T::kObject, L::kNone, false, {}, {}, &kEventSeries},
    F{"source", 5, T::kObject, L::kNone, false, {}, {}, &kEventSource},
    F{"type", 9, T::kText},
}};
constexpr ObjectSchema kEvent{"io.k8s.api.core.v1.Event", kEventFields};

constexpr ObjectSchema kGroupedEventSeries{"io.k8s.api.events.v1.EventSeries", kEventSeriesFields};

constexpr std::array<F, 15> kGroupedEventFields{{
    F{"action", 6, T::kText},
    F{"deprecatedCount", 15, T::kInt32},
    F{"deprecatedFirstTimestamp", 13, T::kTime},
    F{"deprecatedLastTimestamp", 14, T::kTime},
    F{"deprecatedSource", 12, T::kObject, L::kNone, false, {}, {}, &kEventSource},
    F{"eventTime", 2, T::kMicroTime},
    F{"metadata", 1, T::kObject, L::kNone, false, {}, {}, &kObjectMeta},
    F{"note", 10, T::kText},
    F{"reason", 7, T::kText},
    F{"regarding", 8, T::kObject, L::kNone, true, {}, {}, &kObjectReference},
    F{"related", 9, T::kObject, L::kNone, true, {}, {}, &kObjectReference},
    F{"reportingController", 4, T::kText},
    F{"reportingInstance", 5, T::kText},
    F{"series", 3, T::kObject, L::kNone, false, {}, {}, &kGroupedEventSeries},
    F{"type", 11, T::kText},
}};
constexpr ObjectSchema kGroupedEvent{"io.k8s.api.events.v1.Event", kGroupedEventFields};

constexpr std::array<F, 2> kPreconditionsFields{{
    F{"resourceVersion", 2, T::kText},
    F{"uid", 1, T::kText},
}};
constexpr ObjectSchema kPreconditions{"io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions",
                                      kPreconditionsFields};

constexpr std::array<F, 6> kDeleteOptionsFields{{
    F{"dryRun", 5, T::kText, L::kAtomic},
    F{"gracePeriodSeconds", 1, T::kInt64},
    F{"ignoreStoreReadErrorWithClusterBreakingPotential", 6, T::kBoolean},
    F{"orphanDependents", 3, T::kBoolean},
    F{"preconditions", 2, T::kObject, L::kNone, false, {}, {}, &kPreconditions},
    F{"propagationPolicy", 4, T::kText},
}};
constexpr ObjectSchema kDeleteOptions{"io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions",
                                      kDeleteOptionsFields};

constexpr std::array<F, 4> kListMetaFields{{
    F{"continue", 3, T::kText},
    F{"remainingItemCount", 4, T::kInt64},
    F{"resourceVersion", 2, T::kText},
    F{"selfLink", 1, T::kText},
}};
constexpr ObjectSchema kListMeta{"io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta", kListMetaFields};

constexpr std::array<F, 1> kPartialMetadataFields{{
    F{"metadata", 1, T::kObject, L::kNone, false, {}, {}, &kObjectMeta},
}};
constexpr ObjectSchema kPartialMetadata{"io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata",
                                        kPartialMetadataFields};

constexpr std::array<F, 3> kStatusCauseFields{{
    F{"field", 3, T::kText},
    F{"message", 2, T::kText},
    F{"reason", 1, T::kText},
}};
constexpr ObjectSchema kStatusCause{"io.k8s.apimachinery.pkg.apis.meta.v1.StatusCause", kStatusCauseFields};

constexpr std::array<F, 6> kStatusDetailsFields{{
    F{"causes", 4, T::kObject, L::kAtomic, false, {}, {}, &kStatusCause},
    F{"group", 2, T::kText},
    F{"kind", 3, T::kText},
    F{"name", 1, T::kText},
    F{"retryAfterSeconds", 5, T::kInt32},
    F{"uid", 6, T::kText},
}};
constexpr ObjectSchema kStatusDetails{"io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails",
                                      kStatusDetailsFields};

constexpr std::array<F, 6> kStatusFields{{
    F{"code", 6, T::kInt32},
    F{"details", 5, T::kObject, L::kNone, false, {}, {}, &kStatusDetails},
    F{"message", 3, T::kText},
    F{"metadata", 1, T::kObject, L::kNone, false, {}, {}, &kListMeta},
    F{"reason", 4, T::kText},
    F{"status", 2, T::kText},
}};
constexpr ObjectSchema kStatus{"io.k8s.apimachinery.pkg.apis.meta.v1.Status", kStatusFields};

// No field of another kind bears one of these names and is held by value.
constexpr std::array<std::string_view, 25> kPointers{"controller",
                                                     "blockOwnerDeletion",
                                                     "deletionGracePeriodSeconds",
                                                     "deletionTimestamp",
                                                     "time",
                                                     "fieldsV1",
                                                     "appProtocol",
                                                     "timeoutSeconds",
                                                     "ipFamilyPolicy",
                                                     "loadBalancerClass",
                                                     "internalTrafficPolicy",
                                                     "trafficDistribution",
                                                     "allocateLoadBalancerNodePorts",
                                                     "sessionAffinityConfig",
                                                     "clientIP",
                                                     "error",
                                                     "ipMode",
                                                     "parentRef",
                                                     "series",
                                                     "related",
                                                     "preconditions",
                                                     "gracePeriodSeconds",
                                                     "orphanDependents",
                                                     "remainingItemCount",
                                                     "details"};

}  // namespace

bool is_pointer(const FieldSchema& field) {
  return std::find(kPointers.begin(), kPointers.end(), field.name) != kPointers.end();
}

std::string_view next_key(std::string_view& keys) {
  const std::size_t comma = std::min(keys.find(','), keys.size());
  const std::string_view key = keys.substr(0, comma);
  keys.remove_prefix(std::min(comma + 1, keys.size()));
  return key;
}

std::string_view default_of_key(std::string_view key) {
  if (key == "protocol") return R"("TCP")";
  return key == "port" ? "0" : R"("")";
}

const FieldSchema* ObjectSchema::find(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const FieldSchema& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

const ObjectSchema& schema_of(const Resource& resource) {
  switch (resource.index) {
    case ResourceIndex::kServices:
      return kService;
    case ResourceIndex::kServiceCidrs:
      return kServiceCidr;
    case ResourceIndex::kIpAddresses:
      return kIpAddress;
    case ResourceIndex::kNamespaces:
      return kNamespace;
    case ResourceIndex::kEvents:
      return kEvent;
    case ResourceIndex::kGroupedEvents:
      break;
  }
  return kGroupedEvent;
}

const ObjectSchema& list_meta_schema() {
  return kListMeta;
}

const ObjectSchema& partial_metadata_schema() {
  return kPartialMetadata;
}

const ObjectSchema& status_schema() {
  return kStatus;
}

const ObjectSchema& delete_options_schema() {
  return kDeleteOptions;
}

}  // namespace clusterip::api
