// Label selectors: reading them, and asking whether an object's labels fit.
//
// Mirrors apimachinery pkg/labels/selector.go, down to the words in which it refuses.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

namespace clusterip::api {

enum class LabelOperator : std::uint8_t { kIn, kNotIn, kExists, kNotExists, kGreater, kLess };

struct LabelRule {
  std::string key;
  LabelOperator op = LabelOperator::kExists;
  std::vector<std::string> values;

  // `labels` is an object of texts, or null.
  bool matches(const nlohmann::json& labels) const;
};

// The rules, all of which have to hold, or what is wrong with the text.
std::variant<std::vector<LabelRule>, std::string> read_label_selector(std::string_view text);

}  // namespace clusterip::api
