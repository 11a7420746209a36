// The fields that a description of an object names, as the text of a field set (FieldsV1): what the creator
// of the object owns.
//
// Equal, byte for byte, to the fields that record_update (managed_fields.hpp) finds by comparing the object's
// tree with an empty one; there is no tree here. As everywhere, a description names members in alphabetical
// order.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/api/json_sink.hpp"
#include "daemon/api/schema.hpp"

namespace clusterip::api {

class FieldsSink : public JsonSink {
 public:
  // Of objects with a status, whose creator owns nothing of it.
  explicit FieldsSink(const ObjectSchema& schema) : open_{{Kind::kMembers, &schema}} {}

  // "{}" where nothing is owned. Once, when everything has been described.
  std::string take() && { return std::move(out_) + '}'; }

  void begin_object(const char* name) override;
  void begin_list(const char* name) override;
  void end() override;
  void text(const char* name, std::string_view value) override;
  void integer(const char* name, std::int64_t value) override;
  void boolean(const char* name, bool value) override;
  void null(const char* /*name*/) override {}
  void json(const char* name, const std::string& value) override;
  void labels(const char* name, const cluster::Labels& value) override;
  void texts(const char* name, const std::vector<std::string>& value) override;

 private:
  enum class Kind : std::uint8_t {
    kIgnored,  // with all that is below
    kMembers,  // an object
    kItems,    // a list with keys
    kItem,     // of such a list
  };
  struct Open {
    Kind kind = Kind::kIgnored;
    const ObjectSchema* schema = nullptr;  // of kMembers and of kItem
    std::string_view keys = {};            // of kItems and of kItem, with commas
    bool is_metadata = false;
    std::size_t begun = 0;    // where its name starts in out_, with the comma before it
    std::size_t content = 0;  // where its own members start
    // Of kItems: the steps, and what is below them. Of kItem: its keys, and their values as JSON.
    std::vector<std::pair<std::string, std::string>> pairs = {};
  };

  // The schema of a member that somebody can own.
  const FieldSchema* owned(const char* name) const;
  void leaf(const char* name);
  // A key of an item's, if it is one.
  void note_key(const char* name, std::string value);
  // Opens `"f:NAME":{`.
  void open(const char* name, Open place);
  void lead(std::string_view step);
  // A member with nothing below it.
  void add(std::string_view step);
  void end_item(Open item);
  void end_items(Open& list);

  std::string out_ = "{";
  std::vector<Open> open_;
};

}  // namespace clusterip::api
