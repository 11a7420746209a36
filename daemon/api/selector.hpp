// Label and field selectors: reading them, and asking whether an object fits.
//
// Mirrors apimachinery pkg/labels and pkg/fields. Unknown field names are refused with upstream's words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "daemon/api/resources.hpp"
#include "daemon/api/status.hpp"

namespace clusterip::api {

class Selector {
 public:
  // Either text may be empty.
  static Result<Selector> read(const Resource& resource, std::string_view labels, std::string_view fields);

  bool everything() const { return labels_.empty() && fields_.empty(); }
  bool matches(const nlohmann::json& object) const;

 private:
  enum class Operator : std::uint8_t { kIn, kNotIn, kExists, kNotExists, kGreater, kLess };
  struct LabelRule {
    std::string key;
    Operator op = Operator::kExists;
    std::vector<std::string> values;
  };
  struct FieldRule {
    std::string field;
    std::string value;
    bool equal = true;
  };
  friend class SelectorReader;

  static bool matches(const LabelRule& rule, const nlohmann::json& labels);

  std::vector<LabelRule> labels_;
  std::vector<FieldRule> fields_;
};

}  // namespace clusterip::api
