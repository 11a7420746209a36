// Label and field selectors: reading them, and asking whether an object fits.
//
// Mirrors apimachinery pkg/fields/selector.go. Unknown field names are refused with upstream's words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "daemon/api/label_selector.hpp"
#include "daemon/api/resources.hpp"
#include "daemon/api/status.hpp"

namespace clusterip::api {

class Selector {
 public:
  // Either text may be empty.
  static Result<Selector> read(const Resource& resource, std::string_view labels, std::string_view fields);

  // A value as it has to be written in a field selector.
  static std::string escaped_value(std::string_view value);

  bool everything() const { return labels_.empty() && fields_.empty(); }
  bool matches(const nlohmann::json& object) const;

 private:
  struct FieldRule {
    std::string field;  // its name, then its place
    std::string value;
    bool equal = true;
    const char* other = nullptr;  // the place to ask where the first has nothing
  };

  // "" or what is wrong.
  std::string read_fields(const Resource& resource, std::string_view text);

  std::vector<LabelRule> labels_;
  std::vector<FieldRule> fields_;
};

}  // namespace clusterip::api
