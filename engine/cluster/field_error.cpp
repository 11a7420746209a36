#include "engine/cluster/field_error.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace clusterip::cluster {

std::string_view reason_name(FieldErrorType type) {
  switch (type) {
    case FieldErrorType::kRequired:
      return "FieldValueRequired";
    case FieldErrorType::kInvalid:
      return "FieldValueInvalid";
    case FieldErrorType::kDuplicate:
      return "FieldValueDuplicate";
    case FieldErrorType::kNotSupported:
      return "FieldValueNotSupported";
    case FieldErrorType::kForbidden:
      return "FieldValueForbidden";
    case FieldErrorType::kTooLong:
      return "FieldValueTooLong";
    case FieldErrorType::kTooMany:
      return "FieldValueTooMany";
    case FieldErrorType::kInternal:
      return "InternalError";
  }
  return "";
}

std::string_view type_text(FieldErrorType type) {
  switch (type) {
    case FieldErrorType::kRequired:
      return "Required value";
    case FieldErrorType::kInvalid:
      return "Invalid value";
    case FieldErrorType::kDuplicate:
      return "Duplicate value";
    case FieldErrorType::kNotSupported:
      return "Unsupported value";
    case FieldErrorType::kForbidden:
      return "Forbidden";
    case FieldErrorType::kTooLong:
      return "Too long";
    case FieldErrorType::kTooMany:
      return "Too many";
    case FieldErrorType::kInternal:
      return "Internal error";
  }
  return "";
}

std::string FieldError::message() const {
  std::string text(type_text(type));
  const std::string& value = printed_value.empty() ? value_json : printed_value;
  if (!value.empty()) text.append(": ").append(value);
  if (!detail.empty()) text.append(": ").append(detail);
  return text;
}

FieldError required(std::string field, std::string detail) {
  return {FieldErrorType::kRequired, std::move(field), "", std::move(detail)};
}

FieldError forbidden(std::string field, std::string detail) {
  return {FieldErrorType::kForbidden, std::move(field), "", std::move(detail)};
}

FieldError too_long(std::string field, std::size_t limit_bytes) {
  return {FieldErrorType::kTooLong, std::move(field), "",
          "may not be more than " + std::to_string(limit_bytes) + (limit_bytes == 1 ? " byte" : " bytes")};
}

FieldError invalid(std::string field, std::string_view value, std::string detail) {
  FieldError error = invalid_json(std::move(field), json_quote(value), std::move(detail));
  std::string quoted = go_quote(value);
  if (quoted != error.value_json) error.printed_value = std::move(quoted);
  return error;
}

FieldError invalid(std::string field, const std::vector<std::string>& value, std::string detail) {
  return invalid_json(std::move(field), json_list(value), std::move(detail));
}

FieldError invalid(std::string field, std::int64_t value, std::string detail) {
  return invalid_json(std::move(field), std::to_string(value), std::move(detail));
}

FieldError invalid_json(std::string field, std::string value_json, std::string detail) {
  return {FieldErrorType::kInvalid, std::move(field), std::move(value_json), std::move(detail)};
}

FieldError duplicate(std::string field, std::string value_json) {
  return {FieldErrorType::kDuplicate, std::move(field), std::move(value_json), ""};
}

FieldError not_supported(std::string field, std::string value_json,
                         const std::vector<std::string>& supported) {
  std::string detail;
  for (const std::string& value : supported) {
    detail.append(detail.empty() ? "supported values: " : ", ").append(go_quote(value));
  }
  return {FieldErrorType::kNotSupported, std::move(field), std::move(value_json), std::move(detail)};
}

void append(FieldErrors& errors, FieldErrors more) {
  errors.insert(errors.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void append_invalid(FieldErrors& errors, const std::string& field, std::string_view value,
                    const std::vector<std::string>& details) {
  for (const std::string& detail : details) errors.push_back(invalid(field, value, detail));
}

std::string aggregate_text(const FieldErrors& errors) {
  std::vector<std::string> texts;
  for (const FieldError& error : errors) {
    std::string text = error.field + ": " + error.message();
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  if (texts.size() == 1) return texts.front();
  std::string joined = "[";
  for (const std::string& text : texts) {
    if (joined.size() > 1) joined += ", ";
    joined += text;
  }
  return joined + "]";
}

}  // namespace clusterip::cluster
