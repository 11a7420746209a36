// In which form objects go out: as they are, as rows of a Table, or as their metadata alone; in JSON, in
// YAML, or in protobuf where a client of Kubernetes prefers it.
//
// Follows the Accept header (apiserver pkg/endpoints/handlers/negotiation). Objects as they are cost a copy
// of text; the other forms are made from the parsed object.
#pragma once

#include <string>
#include <string_view>

#include "daemon/api/request_path.hpp"
#include "daemon/api/resources.hpp"
#include "daemon/api/schema.hpp"
#include "daemon/api/table.hpp"
#include "daemon/http/exchange.hpp"
#include "daemon/http/negotiation.hpp"
#include "daemon/store/store.hpp"

namespace clusterip::daemon {

class Presentation {
 public:
  // 406 where the client takes nothing that we can send.
  static api::Result<Presentation> negotiate(const HttpRequest& request, const api::Resource& resource,
                                             const api::RequestPath& path, cluster::Instant now);

  std::string content_type() const;
  std::string stream_type() const;
  bool is_protobuf() const { return taken_.form == BodyForm::kProtobuf; }
  // The object as the resource shows it, without kind and apiVersion.
  nlohmann::json served(const Record& record) const;
  // A single object, as the whole of a body.
  void append_object(std::string& out, const Record& record) const;
  // A list; the token is empty at its end.
  void append_list(std::string& out, const Listing& listing, std::string_view continue_token) const;
  // A line or a frame of a watch: {"type":"ADDED","object":…}. Column headers go out with the first one only.
  void append_event(std::string& out, std::string_view type, const Record& record, bool first) const;
  // A Status that ends a watch.
  void append_error(std::string& out, const api::Status& status) const;
  // Puts what was made as JSON into the client's form: a Status, and everything for those who take YAML.
  void finish(const HttpRequest& request, HttpResponse& response) const;
  // 406 where the client asks for the metadata of a list and gets one object, or the other way round.
  api::Refusal refuse(bool list) const;
  // 406 where it asks for a watch in a form that cannot be sent in pieces.
  api::Refusal refuse_stream() const;
  // An object without contents, that tells how far the watch has come.
  void append_bookmark(std::string& out, std::uint64_t revision, bool initial_events_end, bool first) const;

 private:
  // What a bookmark or a list of that form is called, and what is in it.
  struct Shape {
    std::string api_version;
    std::string_view kind;
    const api::ObjectSchema& schema;
  };
  Presentation(const api::Resource& resource, std::string_view version, cluster::Instant now)
      : resource_(&resource), version_(version), now_(now) {}

  bool is_metadata() const {
    return taken_.transform == Transform::kMetadata || taken_.transform == Transform::kMetadataList;
  }
  Shape shape() const;
  std::string envelope(const nlohmann::json& object) const;
  void append_text(std::string& out, const Record& record) const;
  void append_protobuf_list(std::string& out, const nlohmann::json& meta, const Listing& listing) const;
  nlohmann::json parsed(const Record& record) const;
  nlohmann::json partial(const Record& record) const;

  const api::Resource* resource_;
  std::string version_;
  cluster::Instant now_;
  Negotiated taken_;
  api::RowObject carried_ = api::RowObject::kMetadata;
};

}  // namespace clusterip::daemon
