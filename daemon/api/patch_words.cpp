#include "daemon/api/patch_words.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "daemon/api/document.hpp"
#include "daemon/api/go_value.hpp"
#include "engine/cluster/go_text.hpp"

namespace clusterip::api {
namespace {

// The text between two marks, or nothing.
std::string between(const std::string& text, std::string_view before, std::string_view after) {
  const std::size_t start = text.find(before);
  if (start == std::string::npos) return "";
  const std::size_t begin = start + before.size();
  const std::size_t end = after.empty() ? text.size() : text.find(after, begin);
  return end == std::string::npos ? "" : text.substr(begin, end - begin);
}

// Go's name for a type of texts or for one of objects; the latter end in one of a few words.
bool is_struct(std::string_view type) {
  constexpr std::array<std::string_view, 12> kEnds{
      "Series",    "Source",  "Spec",  "ServiceStatus", "LoadBalancerStatus", "Meta", "Port", "Condition",
      "Reference", "Ingress", "Entry", "Config"};
  return std::any_of(kEnds.begin(), kEnds.end(), [&](std::string_view end) {
    return type.size() >= end.size() && type.substr(type.size() - end.size()) == end;
  });
}

// "json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32", as the
// converter of untyped objects says it. Texts that it shares with the JSON decoder are kept.
std::string converter_words(const std::string& decoder) {
  const std::string source = between(decoder, "json: cannot unmarshal ", " into Go ");
  const std::string target = between(decoder, " of type ", "");
  if (source.empty() || target.empty()) return decoder;
  // A time reads itself, by way of a text.
  const std::string field = between(decoder, "Go struct field ", " of type ");
  if (field.ends_with("Time") || field.ends_with("Timestamp") || field.ends_with(".time")) {
    return "json: cannot unmarshal " + source + " into Go value of type string";
  }
  // So does what is a number or a text.
  if (field.ends_with(".targetPort")) {
    return "json: cannot unmarshal " + source + " into Go value of type int32";
  }
  const bool number = source.rfind("number", 0) == 0;
  const bool fraction = number && source.find('.') != std::string::npos;
  const std::string_view from = source == "object"  ? "map"
                                : source == "array" ? "slice"
                                : fraction          ? "float64"
                                : number            ? "int64"
                                                    : std::string_view(source);
  if (target.rfind("[]", 0) == 0) return "cannot restore slice from " + std::string(from);
  if (target.rfind("map[", 0) == 0) return "cannot restore map from " + std::string(from);
  if (is_struct(target)) return "cannot restore struct from: " + std::string(from);
  const bool whole = target.rfind("int", 0) == 0;
  const bool text = !whole && target != "bool";
  if (number && !fraction && text) return "cannot convert int64 to " + target;
  if (fraction && whole) return "cannot convert float64 to " + target;
  return "unrecognized type: " + (text ? "string" : target);
}

// Why the decoder refuses, without the beginning that names the kind and the version that the object claims.
std::optional<std::string> reason_of(const Status& fault, const Resource& resource) {
  const std::string head = "cannot be handled as a " + std::string(resource.kind) + ": ";
  const std::size_t at = fault.message.find(head);
  if (fault.code != 400 || at == std::string::npos) return std::nullopt;
  return fault.message.substr(at + head.size());
}

}  // namespace

std::string unreadable(const Resource& resource, std::string_view version) {
  const std::string kind(resource.kind);
  return kind + " in version \"" + std::string(version) + "\" cannot be handled as a " + kind + ": ";
}

Status unfit_patch(const Status& fault, const Resource& resource, const nlohmann::json& shown,
                   bool strategic) {
  const auto reason = reason_of(fault, resource);
  if (!reason) return fault;
  const std::string why = strategic ? converter_words(*reason) : *reason;
  const std::string text = strategic ? go_plain(shown) : dump(shown);
  cluster::FieldError error = cluster::invalid("patch", text, why);
  return invalid({}, "", {error});
}

Status unfit_apply(const Status& fault, const Resource& resource, std::string_view api_version,
                   const nlohmann::json& merged) {
  const auto reason = reason_of(fault, resource);
  if (!reason) return fault;
  const nlohmann::json& meta = merged.at("metadata");
  const std::string type =
      (resource.group.empty() ? "/" : "") + std::string(api_version) + ", Kind=" + std::string(resource.kind);
  return generic(500, "",
                 "failed to convert new object (" + meta.value("namespace", "") + "/" +
                     meta.value("name", "") + "; " + type +
                     ") to proper version: unable to convert unstructured object to " + type + ": " +
                     converter_words(*reason));
}

}  // namespace clusterip::api
