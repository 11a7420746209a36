#include "tools/clusteripctl/oracle_questions.hpp"

#include <variant>

#include "engine/cluster/service_cluster_ip_range.hpp"
#include "engine/net/bands.hpp"
#include "engine/net/text.hpp"
#include "tools/clusteripctl/oracle_reply.hpp"

namespace clusterip::ctl {
namespace {

constexpr std::string_view kInvalid = "Invalid";

void append_band(std::string_view name, const std::optional<Span>& band, std::string& out) {
  out.append("\"").append(name).append("\":");
  if (!band) {
    out.append("null");
    return;
  }
  out.append("{");
  append_text("first", band->first.to_string(), out);
  out.append(",");
  append_text("last", band->last.to_string(), out);
  out.append(",");
  append_text("size", to_decimal(band->size()), out);
  out.append("}");
}

void append_bands(const Bands& bands, std::string& out) {
  append_text("network", bands.cidr.network().to_string(), out);
  out.append(",");
  append_text("first", bands.first.to_string(), out);
  out.append(",");
  append_value("last", bands.last, out);
  out.append(",");
  append_text("size", to_decimal(bands.size), out);
  out.append(",");
  append_band("static", bands.static_band(), out);
  out.append(",");
  append_band("dynamic", bands.dynamic_band(), out);
}

// `Reading` is AddressText or CidrText.
template <class Reading>
void append_reading(const Reading& read, std::string& out) {
  append_value("sloppy", read.sloppy, out);
  out.append(",");
  append_value("strict", read.strict(), out);
  out.append(",");
  append_flag("canonical", read.fault == TextFault::kNone, out);
}

// The prefix that Go's netip reads from a text: host bits are ignored, an IPv4-mapped CIDR is an IPv6 one.
std::optional<Cidr> read_prefix(const std::string& text) {
  const CidrText read = examine_cidr(text);
  const bool readable = read.fault != TextFault::kUnreadable && read.fault != TextFault::kLeadingZeros;
  return readable ? read.written : std::nullopt;
}

}  // namespace

void answer_layout(OracleRequest& request, std::string& out) {
  const std::string text = request.required_text("cidr");
  const CidrText read = examine_cidr(text);
  if (!read.sloppy) return append_error(kInvalid, "invalid CIDR address: " + text, out);
  const bool mapped = read.written->family() != read.sloppy->family();
  const auto made = mapped ? make_bands_of_mapped(*read.sloppy) : make_bands(*read.sloppy);
  if (const auto* refusal = std::get_if<BandsRefusal>(&made)) {
    return append_error(kInvalid, refusal->message, out);
  }
  append_bands(std::get<Bands>(made), out);
}

void answer_parse(OracleRequest& request, std::string& out) {
  const std::string kind = request.required_text("kind");
  const std::string text = request.required_text("text");
  if (kind == "ip") {
    append_reading(examine_address(text), out);
  } else if (kind == "cidr") {
    append_reading(examine_cidr(text), out);
  } else {
    request.set_fault("member \"kind\": " + cluster::json_quote(kind) + " is not ip or cidr");
  }
}

void answer_relation(OracleRequest& request, std::string& out) {
  const std::string first_text = request.required_text("a");
  const std::string second_text = request.required_text("b");
  const auto first = read_prefix(first_text);
  const auto second = read_prefix(second_text);
  if (!first || !second) {
    const std::string& culprit = first ? second_text : first_text;
    return append_error(kInvalid, "not a prefix: " + cluster::json_quote(culprit), out);
  }
  append_flag("overlaps", first->overlaps(*second), out);
  out.append(",");
  append_flag("a_contains_b", first->contains(*second), out);
  out.append(",");
  append_flag("b_contains_a", second->contains(*first), out);
  out.append(",");
  append_flag("equal", *first == *second, out);
}

void answer_flag(OracleRequest& request, std::string& out) {
  const auto read = cluster::read_service_cluster_ip_range(request.required_text("text"));
  if (const auto* refusal = std::get_if<std::string>(&read)) return append_error(kInvalid, *refusal, out);
  out.append("\"ranges\":");
  out.append(cluster::json_list(std::get<cluster::ServiceClusterIpRange>(read).texts()));
}

}  // namespace clusterip::ctl
