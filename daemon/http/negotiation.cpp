#include "daemon/http/negotiation.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <vector>

namespace clusterip::daemon {
namespace {

using Parameters = std::map<std::string, std::string, std::less<>>;

struct Clause {
  std::string_view type;
  std::string_view subtype;
  double quality = 1;
  Parameters parameters;
};

struct Offered {
  std::string_view subtype;  // all are applications
  BodyForm form;
  bool streams;
  bool tables;
};
constexpr std::array<Offered, 3> kOffered{{
    {"json", BodyForm::kJson, true, true},
    {"yaml", BodyForm::kYaml, false, true},
    {"vnd.kubernetes.protobuf", BodyForm::kProtobuf, true, false},
}};

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Takes what stands before the separator off the front of a text.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

void read_parameters(std::string_view text, Clause& clause) {
  while (!text.empty()) {
    std::string_view value = take(text, ';');
    const std::string_view name = trimmed(take(value, '='));
    if (value.empty() || value.find('=') != std::string_view::npos) continue;
    if (name == "q") {
      clause.quality = std::strtod(std::string(value).c_str(), nullptr);
    } else {
      clause.parameters[std::string(name)] = trimmed(value);
    }
  }
}

std::optional<Clause> read_clause(std::string_view text) {
  std::string_view rest = trimmed(text);
  std::string_view subtype = take(rest, ';');
  Clause clause;
  clause.type = trimmed(take(subtype, '/'));
  if (subtype.empty() && clause.type != "*") return std::nullopt;
  if (subtype.find('/') != std::string_view::npos) return std::nullopt;
  clause.subtype = subtype.empty() ? "*" : trimmed(subtype);
  read_parameters(rest, clause);
  return clause;
}

// The best first.
std::vector<Clause> read_accept(std::string_view accept) {
  std::vector<Clause> clauses;
  while (!accept.empty()) {
    if (auto clause = read_clause(take(accept, ','))) clauses.push_back(std::move(*clause));
  }
  std::stable_sort(clauses.begin(), clauses.end(), [](const Clause& a, const Clause& b) {
    if (a.quality != b.quality) return a.quality > b.quality;
    if ((a.type == "*") != (b.type == "*")) return b.type == "*";
    return a.subtype != "*" && b.subtype == "*";
  });
  return clauses;
}

bool fits(const Clause& clause, const Offered& offered) {
  if (clause.type == "*") return clause.subtype == "*";
  return clause.type == "application" && (clause.subtype == "*" || clause.subtype == offered.subtype);
}

std::string_view value_of(const Parameters& parameters, std::string_view name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string_view() : found->second;
}

bool asks_for_transform(const Parameters& parameters) {
  return parameters.count("as") + parameters.count("g") + parameters.count("v") > 0;
}

std::optional<Negotiated> accepted(const Clause& clause, const Offered& offered) {
  const Parameters& parameters = clause.parameters;
  const std::string_view stream = value_of(parameters, "stream");
  if (!stream.empty() && (!offered.streams || stream != "watch")) return std::nullopt;
  Negotiated result;
  result.form = offered.form;
  if (!asks_for_transform(parameters)) return result;
  result.meta_version = value_of(parameters, "v");
  const bool known = value_of(parameters, "g") == "meta.k8s.io" &&
                     (result.meta_version == "v1" || result.meta_version == "v1beta1");
  const std::string_view as = value_of(parameters, "as");
  if (!known) return std::nullopt;
  if (as == "Table" && offered.tables) {
    result.transform = Transform::kTable;
  } else if (as == "PartialObjectMetadata") {
    result.transform = Transform::kMetadata;
  } else if (as == "PartialObjectMetadataList") {
    result.transform = Transform::kMetadataList;
  } else {
    return std::nullopt;
  }
  return result;
}

}  // namespace

api::Refusal check_accept(std::string_view accept, bool watches) {
  if (accept.empty()) return std::nullopt;
  for (std::string_view left = accept; !left.empty();) {
    std::string_view clause = take(left, ',');
    const std::string_view type = trimmed(take(clause, ';'));
    if (type == "*/*") return std::nullopt;
    for (const Offered& offered : kOffered) {
      if (type == "application/" + std::string(offered.subtype)) return std::nullopt;
    }
  }
  std::string all =
      "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
      "application/vnd.kubernetes.protobuf";
  if (watches) all += ", application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";
  return api::Status{406, "NotAcceptable", std::move(all), api::StatusDetails{}};
}

std::optional<Negotiated> negotiate(std::string_view accept) {
  if (accept.empty()) return Negotiated{};
  for (const Clause& clause : read_accept(accept)) {
    for (const Offered& offered : kOffered) {
      if (!fits(clause, offered)) continue;
      if (auto result = accepted(clause, offered)) return result;
    }
  }
  return std::nullopt;
}

BodyForm negotiate_status(std::string_view accept) {
  for (const Clause& clause : read_accept(accept)) {
    if (asks_for_transform(clause.parameters)) continue;
    for (const Offered& offered : kOffered) {
      if (fits(clause, offered) && accepted(clause, offered)) return offered.form;
    }
  }
  return BodyForm::kJson;
}

api::Status not_acceptable(bool streaming) {
  std::string all;
  for (const Offered& offered : kOffered) {
    if (streaming && !offered.streams) continue;
    all.append(all.empty() ? "" : ", ").append("application/").append(offered.subtype);
    if (streaming) all += ";stream=watch";
  }
  return api::generic(406, "NotAcceptable", "only the following media types are accepted: " + all);
}

}  // namespace clusterip::daemon
