// One reason why an object is refused: a cause of the apiserver's 422 answer.
//
// Mirrors apimachinery pkg/util/validation/field: the type's API name, the path of the field, the value as
// upstream prints it, and the detail. Errors are collected in upstream's order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/cluster/go_text.hpp"

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
  // the types that print none (Required, Forbidden, TooLong).
  std::string value_json;
  std::string detail;
  // The value as the message prints it, where that is not value_json: plain texts are quoted as Go's %q does.
  std::string printed_value = {};

  // "Invalid value: \"x\": must be …": the message of the cause.
  std::string message() const;
  friend bool operator==(const FieldError&, const FieldError&) = default;
};

using FieldErrors = std::vector<FieldError>;

FieldError required(std::string field, std::string detail = "");
FieldError forbidden(std::string field, std::string detail);
FieldError too_long(std::string field, std::size_t limit_bytes);
// A plain text; values of other types go through the _json forms.
FieldError invalid(std::string field, std::string_view value, std::string detail);
FieldError invalid(std::string field, const std::vector<std::string>& value, std::string detail);
FieldError invalid(std::string field, std::int64_t value, std::string detail);
FieldError invalid_json(std::string field, std::string value_json, std::string detail);
// For both, a text that upstream holds in a type of its own prints as JSON does, which differs from a plain
// text only in rare characters.
FieldError duplicate(std::string field, std::string value_json);
FieldError not_supported(std::string field, std::string value_json,
                         const std::vector<std::string>& supported);

void append(FieldErrors& errors, FieldErrors more);
// One Invalid error for each detail.
void append_invalid(FieldErrors& errors, const std::string& field, std::string_view value,
                    const std::vector<std::string>& details);

// "field: message" of one error, "[a, b]" of several, equal texts once (field.ErrorList.ToAggregate).
std::string aggregate_text(const FieldErrors& errors);

}  // namespace clusterip::cluster
