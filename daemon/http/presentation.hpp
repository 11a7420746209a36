// In which form objects go out: as they are, as rows of a Table, or as their metadata alone.
//
// Follows the Accept header (apiserver pkg/endpoints/handlers/negotiation). Objects as they are cost a copy
// of text; the other forms are made from the parsed object.
#pragma once

#include <string>
#include <string_view>

#include "daemon/api/resources.hpp"
#include "daemon/api/table.hpp"
#include "daemon/http/exchange.hpp"
#include "daemon/store/store.hpp"

namespace clusterip::daemon {

class Presentation {
 public:
  // 406 where the client takes nothing that we can send.
  static api::Result<Presentation> negotiate(const HttpRequest& request, const api::Resource& resource,
                                             std::string_view version, cluster::Instant now);

  std::string content_type() const;
  // A single object.
  void append_object(std::string& out, const Record& record) const;
  // A list; the token is empty at its end.
  void append_list(std::string& out, const Listing& listing, std::string_view continue_token) const;
  // A line of a watch: {"type":"ADDED","object":…}. Column headers go out with the first one only.
  void append_event(std::string& out, std::string_view type, const Record& record, bool first) const;
  void append_bookmark(std::string& out, std::uint64_t revision, bool initial_events_end) const;

 private:
  enum class Form : std::uint8_t { kObject, kTable, kMetadata };
  Presentation(const api::Resource& resource, std::string_view version, cluster::Instant now)
      : resource_(&resource), version_(version), now_(now) {}

  nlohmann::json parsed(const Record& record) const;
  nlohmann::json partial(const Record& record) const;

  const api::Resource* resource_;
  std::string version_;
  cluster::Instant now_;
  Form form_ = Form::kObject;
  std::string meta_version_ = "v1";
  api::RowObject carried_ = api::RowObject::kMetadata;
};

}  // namespace clusterip::daemon
