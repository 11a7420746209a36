#include "daemon/http/presentation.hpp"

#include "daemon/api/body.hpp"
#include "daemon/api/document.hpp"
#include "daemon/api/protobuf_write.hpp"

namespace clusterip::daemon {
namespace {

using api::Result;
using nlohmann::json;

constexpr const char* kNotAcceptable =
    "only the following media types are accepted: application/json, application/yaml, "
    "application/vnd.kubernetes.protobuf";

std::string_view next_part(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
  while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
  return part;
}

// One offer of an Accept header.
struct Offer {
  std::string_view type;
  std::string_view as;
  std::string_view version;
  std::string_view group;
};

Offer read_offer(std::string_view text) {
  Offer offer;
  offer.type = next_part(text, ';');
  while (!text.empty()) {
    const std::string_view parameter = next_part(text, ';');
    if (parameter.substr(0, 3) == "as=") offer.as = parameter.substr(3);
    if (parameter.substr(0, 2) == "v=") offer.version = parameter.substr(2);
    if (parameter.substr(0, 2) == "g=") offer.group = parameter.substr(2);
  }
  return offer;
}

}  // namespace

Result<Presentation> Presentation::negotiate(const HttpRequest& request, const api::Resource& resource,
                                             std::string_view version, cluster::Instant now) {
  Presentation presentation(resource, version, now);
  std::string_view accept = request.header("Accept");
  if (accept.empty()) return presentation;
  while (!accept.empty()) {
    const Offer offer = read_offer(next_part(accept, ','));
    const bool json_fits =
        offer.type == "application/json" || offer.type == "*/*" || offer.type == "application/*";
    const bool protobuf_fits = offer.type == api::kProtobufType && offer.as != "Table";
    if (!json_fits && !protobuf_fits) continue;
    const bool meta = offer.group == "meta.k8s.io" && (offer.version == "v1" || offer.version == "v1beta1");
    presentation.protobuf_ = protobuf_fits;
    if (offer.as.empty()) return presentation;
    if (!meta) continue;
    presentation.meta_version_ = offer.version;
    if (offer.as == "Table") {
      presentation.form_ = Form::kTable;
      const std::string_view include = request.parameter("includeObject");
      if (include == "None") presentation.carried_ = api::RowObject::kNone;
      if (include == "Object") presentation.carried_ = api::RowObject::kObject;
      return presentation;
    }
    if (offer.as == "PartialObjectMetadata" || offer.as == "PartialObjectMetadataList") {
      presentation.form_ = Form::kMetadata;
      return presentation;
    }
  }
  return api::generic(406, "NotAcceptable", kNotAcceptable);
}

std::string Presentation::content_type() const {
  return protobuf_ ? std::string(api::kProtobufType) : "application/json";
}

std::string Presentation::stream_type() const {
  return protobuf_ ? content_type() + ";stream=watch" : content_type();
}

Presentation::Shape Presentation::shape() const {
  if (form_ == Form::kMetadata) {
    return {"meta.k8s.io/" + meta_version_, "PartialObjectMetadata", api::partial_metadata_schema()};
  }
  return {resource_->api_version(version_), resource_->kind, api::schema_of(*resource_)};
}

std::string Presentation::envelope(const json& object) const {
  const Shape form = shape();
  std::string out;
  api::append_protobuf_envelope(out, form.api_version, form.kind, api::protobuf_message(object, form.schema));
  return out;
}

json Presentation::parsed(const Record& record) const {
  json object = api::read_document(record.document, record.revision);
  object["kind"] = resource_->kind;
  object["apiVersion"] = resource_->api_version(version_);
  return object;
}

json Presentation::partial(const Record& record) const {
  return {{"kind", "PartialObjectMetadata"},
          {"apiVersion", "meta.k8s.io/" + meta_version_},
          {"metadata", api::read_document(record.document, record.revision).at("metadata")}};
}

void Presentation::append_object(std::string& out, const Record& record) const {
  if (protobuf_) {
    out += envelope(api::read_document(record.document, record.revision));
    return;
  }
  append_text(out, record);
  out += '\n';
}

void Presentation::append_text(std::string& out, const Record& record) const {
  switch (form_) {
    case Form::kObject:
      api::append_object(out, record.document, record.revision, resource_->api_version(version_),
                         resource_->kind);
      break;
    case Form::kTable:
      out += api::dump(api::table(meta_version_, {{"resourceVersion", std::to_string(record.revision)}},
                                  api::table_columns(*resource_),
                                  json::array({api::table_row(*resource_, parsed(record), now_, carried_)})));
      break;
    case Form::kMetadata:
      out += api::dump(partial(record));
      break;
  }
}

void Presentation::append_protobuf_list(std::string& out, const json& meta, const Listing& listing) const {
  const Shape form = shape();
  std::string message;
  api::append_protobuf_field(message, 1, api::protobuf_message(meta, api::list_meta_schema()));
  for (const RecordPtr& record : listing.records) {
    const json object = api::read_document(record->document, record->revision);
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
  if (protobuf_) return append_protobuf_list(out, meta, listing);
  if (form_ == Form::kTable) {
    json rows = json::array();
    for (const RecordPtr& record : listing.records) {
      rows.push_back(api::table_row(*resource_, parsed(*record), now_, carried_));
    }
    out += api::dump(
        api::table(meta_version_, std::move(meta), api::table_columns(*resource_), std::move(rows)));
    out += '\n';
    return;
  }
  const bool whole = form_ == Form::kObject;
  std::size_t size = out.size() + 256;
  for (const RecordPtr& record : listing.records) size += record->document.size() + 48;
  out.reserve(size);
  out.append(R"({"kind":")").append(whole ? resource_->kind : "PartialObjectMetadata");
  out.append(R"(List","apiVersion":")");
  out.append(whole ? resource_->api_version(version_) : "meta.k8s.io/" + meta_version_);
  out.append(R"(","metadata":)").append(api::dump(meta)).append(R"(,"items":[)");
  bool first = true;
  for (const RecordPtr& record : listing.records) {
    if (!first) out += ',';
    first = false;
    if (whole) {
      api::append_object(out, record->document, record->revision);
    } else {
      out += api::dump(partial(*record));
    }
  }
  out.append("]}\n");
}

void Presentation::append_event(std::string& out, std::string_view type, const Record& record,
                                bool first) const {
  if (protobuf_) {
    api::append_protobuf_event(out, type, envelope(api::read_document(record.document, record.revision)));
    return;
  }
  out.append(R"({"type":")").append(type).append(R"(","object":)");
  if (form_ == Form::kTable) {
    json row = json::array({api::table_row(*resource_, parsed(record), now_, carried_)});
    out += api::dump(api::table(meta_version_, {{"resourceVersion", std::to_string(record.revision)}},
                                first ? api::table_columns(*resource_) : json(), std::move(row)));
  } else {
    append_text(out, record);
  }
  out.append("}\n");
}

void Presentation::append_error(std::string& out, const api::Status& status) const {
  const json object = api::encode(status);
  if (protobuf_) {
    std::string enveloped;
    api::append_protobuf_envelope(enveloped, "v1", "Status",
                                  api::protobuf_message(object, api::status_schema()));
    api::append_protobuf_event(out, "ERROR", enveloped);
  } else {
    out.append(R"({"type":"ERROR","object":)").append(api::dump(object)).append("}\n");
  }
}

void Presentation::convert_status(HttpResponse& response) const {
  if (!protobuf_ || response.stream || response.content_type != "application/json") return;
  const json object = json::parse(response.body, nullptr, false);
  if (!object.is_object() || object.value("kind", "") != "Status") return;
  response.body.clear();
  api::append_protobuf_envelope(response.body, "v1", "Status",
                                api::protobuf_message(object, api::status_schema()));
  response.content_type = content_type();
}

void Presentation::append_bookmark(std::string& out, std::uint64_t revision, bool initial_events_end) const {
  json meta{{"resourceVersion", std::to_string(revision)}, {"creationTimestamp", nullptr}};
  if (initial_events_end) meta["annotations"] = {{"k8s.io/initial-events-end", "true"}};
  if (protobuf_) {
    meta.erase("creationTimestamp");
    api::append_protobuf_event(out, "BOOKMARK", envelope({{"metadata", std::move(meta)}}));
    return;
  }
  json object{{"kind", resource_->kind}, {"apiVersion", resource_->api_version(version_)}};
  if (form_ == Form::kTable) {
    object = api::table(meta_version_, json::object(), json(), json::array());
  } else if (form_ == Form::kMetadata) {
    object = {{"kind", "PartialObjectMetadata"}, {"apiVersion", "meta.k8s.io/" + meta_version_}};
  }
  object["metadata"] = std::move(meta);
  out.append(R"({"type":"BOOKMARK","object":)").append(api::dump(object)).append("}\n");
}

}  // namespace clusterip::daemon
