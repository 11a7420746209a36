#include "tools/clusteripctl/oracle_request.hpp"

#include <charconv>

#include "engine/cluster/field_error.hpp"

namespace clusterip::ctl {
namespace {

constexpr std::string_view kNull = "null";

// A number without sign, fraction and exponent, or such a number as a string.
std::optional<std::uint64_t> read_offset(std::string_view value) {
  const auto quoted = json_text(value);
  const std::string_view digits = quoted ? std::string_view(*quoted) : value;
  if (value == kNull) return 0;
  std::uint64_t offset = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), offset);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return offset;
}

}  // namespace

void OracleRequest::read(std::string_view line, std::size_t most_depth) {
  fault_.reset();
  const std::string_view fault = object_.scan(line, most_depth);
  if (!fault.empty()) fault_ = fault;
}

void OracleRequest::set_fault(std::string fault) {
  if (!fault_) fault_ = std::move(fault);
}

void OracleRequest::wrong_type(std::string_view name, std::string_view wanted) {
  set_fault("member " + cluster::json_quote(name) + ": " + std::string(wanted));
}

std::optional<std::string_view> OracleRequest::value(std::string_view name) const {
  const auto found = object_.find(name);
  return found == kNull ? std::nullopt : found;
}

std::optional<std::string> OracleRequest::text(std::string_view name) {
  const auto given = value(name);
  if (!given) return std::nullopt;
  auto text = json_text(*given);
  if (!text) wrong_type(name, "not a string");
  return text;
}

std::string OracleRequest::required_text(std::string_view name) {
  if (!has(name)) set_fault("member " + cluster::json_quote(name) + " is missing");
  return text(name).value_or("");
}

std::optional<std::vector<std::string>> OracleRequest::texts(std::string_view name) {
  const auto given = value(name);
  if (!given) return std::nullopt;
  std::vector<std::string> texts;
  const auto elements = json_elements(*given);
  if (!elements) wrong_type(name, "not an array");
  for (const std::string_view element : elements.value_or(std::vector<std::string_view>{})) {
    auto text = json_text(element);
    if (!text && element != kNull) wrong_type(name, "not an array of strings");
    texts.push_back(std::move(text).value_or(""));
  }
  return texts;
}

bool OracleRequest::flag(std::string_view name) {
  const auto given = value(name);
  if (given && given != "true" && given != "false") wrong_type(name, "neither true nor false");
  return given == "true";
}

std::optional<Family> OracleRequest::family() {
  const std::string name = required_text("family");
  for (const Family family : {Family::kIPv4, Family::kIPv6}) {
    if (name == family_name(family)) return family;
  }
  wrong_type("family", cluster::json_quote(name) + " is not IPv4 or IPv6");
  return std::nullopt;
}

cluster::Draws OracleRequest::draws() {
  const auto given = value("start");
  if (!given) return {};
  const auto elements = json_elements(*given);
  if (!elements || elements->size() > 2) {
    wrong_type("start", "not an array of at most two offsets");
    return {};
  }
  std::uint64_t offsets[2] = {0, 0};
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const auto offset = read_offset((*elements)[i]);
    if (!offset) wrong_type("start", std::string((*elements)[i]) + " is no whole number below 2^64");
    offsets[i] = offset.value_or(0);
  }
  return {offsets[0], offsets[1]};
}

}  // namespace clusterip::ctl
