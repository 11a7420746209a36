#include "daemon/api/document.hpp"

#include "daemon/api/json_skim.hpp"

namespace clusterip::api {
namespace {

constexpr std::string_view kStart = R"({"metadata":{)";

void append_member(std::string& out, const std::string& name, const nlohmann::json& value) {
  if (out.back() != '{') out += ',';
  out += dump(name);
  out += ':';
  out += dump(value);
}

}  // namespace

std::string dump(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string write_document(const nlohmann::json& object) {
  std::string document(kStart);
  for (const auto& [name, value] : object.at("metadata").items()) {
    if (name == "resourceVersion") continue;
    append_member(document, name, value);
  }
  document += '}';
  for (const auto& [name, value] : object.items()) {
    if (name == "metadata" || name == "apiVersion" || name == "kind") continue;
    append_member(document, name, value);
  }
  document += '}';
  document.shrink_to_fit();
  return document;
}

bool is_document(std::string_view text) {
  if (!text.starts_with(kStart)) return false;
  const char* end = text.data() + text.size();
  JsonSkim skim(text.data(), end);
  // What is merely unusual is left to the general parser.
  if (skim.skip() && skim.position() == end) return true;
  return nlohmann::json::accept(text);
}

nlohmann::json read_document(std::string_view document, std::uint64_t revision) {
  nlohmann::json object = nlohmann::json::parse(document);
  if (revision != 0) object["metadata"]["resourceVersion"] = std::to_string(revision);
  return object;
}

void append_object(std::string& out, std::string_view document, std::uint64_t revision,
                   std::string_view api_version, std::string_view kind) {
  const std::string_view rest = document.substr(kStart.size());
  out += '{';
  if (!kind.empty()) {
    out.append("\"kind\":\"").append(kind).append("\",\"apiVersion\":\"").append(api_version).append("\",");
  }
  out.append(kStart.substr(1));
  if (revision != 0) {
    out.append(R"("resourceVersion":")").append(std::to_string(revision)).append("\"");
    if (rest.front() != '}') out += ',';
  }
  out.append(rest);
}

}  // namespace clusterip::api
