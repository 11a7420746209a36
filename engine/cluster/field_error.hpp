// One reason why an object is refused: a cause of the apiserver's 422 answer.
//
// Mirrors apimachinery pkg/util/validation/field: the type's API name, the path of the field, the value as
// upstream prints it, and the detail. Errors are collected in upstream's order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clusterip::cluster {

enum class FieldErrorType {
  kRequired,
  kInvalid,
  kDuplicate,
  kNotSupported,
  kForbidden,
  kTooLong,
  kTooMany,
  kInternal
};

// "FieldValueInvalid": the reason of the cause.
std::string_view reason_name(FieldErrorType type);
// "Invalid value": how the message begins.
std::string_view type_text(FieldErrorType type);

struct FieldError {
  FieldErrorType type = FieldErrorType::kInvalid;
  std::string field;
  // The bad value as compact JSON: "\"10.0.0.0\"" with its quotes, "[\"a\",\"b\"]", "7", "null". Empty for
  // the types that print none (Required, Forbidden).
  std::string value_json;
  std::string detail;

  // "Invalid value: \"x\": must be …": the message of the cause.
  std::string message() const;
  friend bool operator==(const FieldError&, const FieldError&) = default;
};

using FieldErrors = std::vector<FieldError>;

// A text as a JSON string with Go's escaping (encoding/json without HTML escapes).
std::string json_quote(std::string_view text);
// A list of texts as a compact JSON array; null for an absent list is the caller's business.
std::string json_list(const std::vector<std::string>& texts);

// "field: message" of one error, "[a, b]" of several, equal texts once (field.ErrorList.ToAggregate).
std::string aggregate_text(const FieldErrors& errors);

}  // namespace clusterip::cluster
