#include "daemon/http/presentation.hpp"

#include "daemon/api/body.hpp"
#include "daemon/api/document.hpp"
#include "daemon/api/protobuf_write.hpp"
#include "daemon/api/served_document.hpp"
#include "daemon/api/yaml_write.hpp"

namespace clusterip::daemon {
namespace {

using api::Result;
using nlohmann::json;

}  // namespace

Result<Presentation> Presentation::negotiate(const HttpRequest& request, const api::Resource& resource,
                                             const api::RequestPath& path, cluster::Instant now) {
  Presentation presentation(resource, path.version, now);
  const std::string_view accept = request.header("Accept");
  const bool watches = request.method == "GET" && (path.watch || path.name.empty());
  if (auto refusal = check_accept(accept, watches)) return std::move(*refusal);
  auto taken = daemon::negotiate(accept);
  if (!taken) return not_acceptable(false);
  presentation.taken_ = std::move(*taken);
  const std::string_view include = request.parameter("includeObject");
  if (include == "None") presentation.carried_ = api::RowObject::kNone;
  if (include == "Object") presentation.carried_ = api::RowObject::kObject;
  const bool known = include.empty() || include == "None" || include == "Object" || include == "Metadata";
  if (presentation.taken_.transform == Transform::kTable && !known) {
    const cluster::FieldError error =
        cluster::invalid("includeObject", include, "must be 'Metadata', 'Object', 'None', or empty");
    return api::bad_request("Unable to convert to Table as requested: includeObject: " + error.message());
  }
  return presentation;
}

api::Refusal Presentation::refuse(bool list) const {
  const bool asked_list = taken_.transform == Transform::kMetadataList;
  if (list == asked_list || (!asked_list && taken_.transform != Transform::kMetadata)) return std::nullopt;
  // Upstream holds both kinds of Events in the same type.
  const std::string package = resource_->group == "networking.k8s.io" ? "networking" : "core";
  const std::string type = "(*" + package + "." + std::string(resource_->kind);
  return api::generic(
      406, "NotAcceptable",
      list ? "you requested PartialObjectMetadata, but the requested object is a list " + type + "List)"
           : "you requested PartialObjectMetadataList, but the requested object is not a list " + type + ")");
}

std::string Presentation::content_type() const {
  return is_protobuf() ? std::string(api::kProtobufType) : "application/json";
}

api::Refusal Presentation::refuse_stream() const {
  if (taken_.form != BodyForm::kYaml) return std::nullopt;
  return not_acceptable(true);
}

std::string Presentation::stream_type() const {
  return is_protobuf() ? content_type() + ";stream=watch" : content_type();
}

Presentation::Shape Presentation::shape() const {
  if (is_metadata()) {
    return {"meta.k8s.io/" + taken_.meta_version, "PartialObjectMetadata", api::partial_metadata_schema()};
  }
  return {resource_->api_version(version_), resource_->kind, api::schema_of(*resource_)};
}

std::string Presentation::envelope(const json& object) const {
  const Shape form = shape();
  std::string out;
  api::append_protobuf_envelope(out, form.api_version, form.kind, api::protobuf_message(object, form.schema));
  return out;
}

json Presentation::served(const Record& record) const {
  return api::read_served(*resource_, record.document, record.revision);
}

json Presentation::parsed(const Record& record) const {
  json object = served(record);
  object["kind"] = resource_->kind;
  object["apiVersion"] = resource_->api_version(version_);
  return object;
}

json Presentation::partial(const Record& record) const {
  return {{"kind", "PartialObjectMetadata"},
          {"apiVersion", "meta.k8s.io/" + taken_.meta_version},
          {"metadata", api::read_document(record.document, record.revision).at("metadata")}};
}

void Presentation::append_object(std::string& out, const Record& record) const {
  if (is_protobuf()) {
    out += envelope(served(record));
    return;
  }
  constexpr std::size_t kMore = 128;  // kind, apiVersion, resourceVersion
  out.reserve(out.size() + record.document.size() + kMore);
  append_text(out, record);
  out += '\n';
}

void Presentation::append_text(std::string& out, const Record& record) const {
  switch (taken_.transform) {
    case Transform::kNone:
      api::append_served(out, *resource_, record.document, record.revision, resource_->api_version(version_),
                         resource_->kind);
      break;
    case Transform::kTable:
      out += api::dump(api::table(taken_.meta_version, {{"resourceVersion", std::to_string(record.revision)}},
                                  api::table_columns(*resource_),
                                  json::array({api::table_row(*resource_, parsed(record), now_, carried_)})));
      break;
    case Transform::kMetadata:
    case Transform::kMetadataList:
      out += api::dump(partial(record));
      break;
  }
}

void Presentation::append_protobuf_list(std::string& out, const json& meta, const Listing& listing) const {
  const Shape form = shape();
  std::string message;
  api::append_protobuf_field(message, 1, api::protobuf_message(meta, api::list_meta_schema()));
  for (const RecordPtr& record : listing.records) {
    const json object = served(*record);
    api::append_protobuf_field(message, 2, api::protobuf_message(object, form.schema));
  }
  api::append_protobuf_envelope(out, form.api_version, std::string(form.kind) + "List", message);
}

void Presentation::append_list(std::string& out, const Listing& listing,
                               std::string_view continue_token) const {
  json meta{{"resourceVersion", std::to_string(listing.revision)}};
  if (!continue_token.empty()) {
    meta["continue"] = continue_token;
    if (listing.remaining > 0) meta["remainingItemCount"] = listing.remaining;
  }
  if (is_protobuf()) return append_protobuf_list(out, meta, listing);
  if (taken_.transform == Transform::kTable) {
    json rows = json::array();
    for (const RecordPtr& record : listing.records) {
      rows.push_back(api::table_row(*resource_, parsed(*record), now_, carried_));
    }
    out += api::dump(
        api::table(taken_.meta_version, std::move(meta), api::table_columns(*resource_), std::move(rows)));
    out += '\n';
    return;
  }
  const bool whole = taken_.transform == Transform::kNone;
  std::size_t size = out.size() + 256;
  for (const RecordPtr& record : listing.records) size += record->document.size() + 48;
  out.reserve(size);
  out.append(R"({"kind":")").append(whole ? resource_->kind : "PartialObjectMetadata");
  out.append(R"(List","apiVersion":")");
  out.append(whole ? resource_->api_version(version_) : "meta.k8s.io/" + taken_.meta_version);
  out.append(R"(","metadata":)").append(api::dump(meta)).append(R"(,"items":[)");
  bool first = true;
  for (const RecordPtr& record : listing.records) {
    if (!first) out += ',';
    first = false;
    if (whole) {
      api::append_served(out, *resource_, record->document, record->revision);
    } else {
      out += api::dump(partial(*record));
    }
  }
  out.append("]}\n");
}

void Presentation::append_event(std::string& out, std::string_view type, const Record& record,
                                bool first) const {
  if (is_protobuf()) {
    api::append_protobuf_event(out, type, envelope(served(record)));
    return;
  }
  out.append(R"({"type":")").append(type).append(R"(","object":)");
  if (taken_.transform == Transform::kTable) {
    json row = json::array({api::table_row(*resource_, parsed(record), now_, carried_)});
    out += api::dump(api::table(taken_.meta_version, {{"resourceVersion", std::to_string(record.revision)}},
                                first ? api::table_columns(*resource_) : json(), std::move(row)));
  } else {
    append_text(out, record);
  }
  out.append("}\n");
}

void Presentation::append_error(std::string& out, const api::Status& status) const {
  const json object = api::encode(status);
  if (is_protobuf()) {
    std::string enveloped;
    api::append_protobuf_envelope(enveloped, "v1", "Status",
                                  api::protobuf_message(object, api::status_schema()));
    api::append_protobuf_event(out, "ERROR", enveloped);
  } else {
    out.append(R"({"type":"ERROR","object":)").append(api::dump(object)).append("}\n");
  }
}

void Presentation::finish(const HttpRequest& request, HttpResponse& response) const {
  const bool sent_as_json = response.content_type == "application/json" && !response.stream;
  const bool is_refusal = response.status >= 400;
  const BodyForm status_form = is_refusal ? negotiate_status(request.header("Accept")) : taken_.form;
  if (!sent_as_json || (taken_.form == BodyForm::kJson && status_form == BodyForm::kJson)) return;
  const json object = json::parse(response.body, nullptr, false);
  if (!object.is_object()) return;
  const bool is_status = object.value("kind", "") == "Status";
  const BodyForm form = is_status ? status_form : taken_.form;
  if (form == BodyForm::kYaml) {
    response.body = api::write_yaml(object);
    response.content_type = api::kYamlType;
  } else if (form == BodyForm::kProtobuf && is_status) {
    response.body.clear();
    api::append_protobuf_envelope(response.body, "v1", "Status",
                                  api::protobuf_message(object, api::status_schema()));
    response.content_type = api::kProtobufType;
  }
}

void Presentation::append_bookmark(std::string& out, std::uint64_t revision, bool initial_events_end,
                                   bool first) const {
  json meta = json::object();
  if (initial_events_end) meta["annotations"] = {{"k8s.io/initial-events-end", "true"}};
  Record record;
  record.revision = revision;
  record.document = api::write_document(api::unset_object(*resource_, std::move(meta)));
  append_event(out, "BOOKMARK", record, first);
}

}  // namespace clusterip::daemon
