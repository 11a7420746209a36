#include "daemon/api/json_fields.hpp"

#include <limits>
#include <utility>

#include "daemon/input/clipped.hpp"

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kShownBytes = 80;

// What Go's decoder calls a value that does not fit.
std::string go_value(const Json& value) {
  if (value.is_string()) return "string";
  if (value.is_boolean()) return "bool";
  if (value.is_array()) return "array";
  if (value.is_object()) return "object";
  return "number";
}

// "v1.ObjectMeta" → "ObjectMeta": errors name the struct without its package.
std::string_view struct_name(std::string_view go_type) {
  const std::size_t dot = go_type.rfind('.');
  return dot == std::string_view::npos ? go_type : go_type.substr(dot + 1);
}

bool fits(const Json& value, std::int64_t least, std::int64_t most) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>() <= static_cast<std::uint64_t>(most);
  if (!value.is_number_integer()) return false;
  const auto number = value.get<std::int64_t>();
  return least <= number && number <= most;
}

}  // namespace

std::string short_text(const Json& value) {
  return daemon::clipped(value.dump(-1, ' ', false, Json::error_handler_t::replace), kShownBytes);
}

std::string DecodeError::message() const {
  if (field.empty()) return reason;
  return field + ": " + value + ": " + reason;
}

FieldReader::FieldReader(const Json& value, const FieldReader* parent, std::string_view name,
                         std::string_view go_type, FirstError& error)
    : value_(value), parent_(parent), name_(name), go_type_(go_type), error_(error) {
  if (parent == nullptr && !value.is_object() && !error_) {
    error_ = DecodeError{
        "", short_text(value),
        "json: cannot unmarshal " + go_value(value) + " into Go value of type " + std::string(go_type)};
  }
}

const Json* FieldReader::member(const char* name) const {
  if (!value_.is_object()) return nullptr;
  // Compared as a view, so that its length is counted once.
  const auto found = value_.find(std::string_view(name));
  return found == value_.end() || found->is_null() ? nullptr : &*found;
}

void FieldReader::text(const char* name, std::string& to, std::string_view go_type) {
  const Json* found = member(name);
  if (found == nullptr) return;
  if (!found->is_string()) return refuse(name, -1, *found, go_type);
  to = found->get_ref<const std::string&>();
}

void FieldReader::text(const char* name, std::optional<std::string>& to, std::string_view go_type) {
  if (member(name) != nullptr) text(name, to.emplace(), go_type);
}

bool FieldReader::texts(const char* name, std::vector<std::string>& to, std::string_view go_type) {
  const Json* found = member(name);
  if (found == nullptr) return false;
  if (!found->is_array()) {
    refuse(name, -1, *found, "[]" + std::string(go_type));
    return false;
  }
  to.clear();
  to.reserve(found->size());
  for (const Json& element : *found) {
    std::string& slot = to.emplace_back();
    if (element.is_string()) {
      slot = element.get_ref<const std::string&>();
    } else if (!element.is_null()) {
      refuse(name, static_cast<int>(to.size()) - 1, element, go_type);
    }
  }
  return true;
}

void FieldReader::labels(const char* name, cluster::Labels& to) {
  const Json* found = member(name);
  if (found == nullptr) return;
  if (!found->is_object()) return refuse(name, -1, *found, "map[string]string");
  for (const auto& [key, element] : found->items()) {
    if (element.is_string()) {
      to[key] = element.get_ref<const std::string&>();
    } else if (element.is_null()) {
      to[key].clear();
    } else {
      refuse(name, -1, element, "string");
    }
  }
}

void FieldReader::boolean(const char* name, bool& to) {
  const Json* found = member(name);
  if (found == nullptr) return;
  if (!found->is_boolean()) return refuse(name, -1, *found, "bool");
  to = found->get<bool>();
}

void FieldReader::boolean(const char* name, std::optional<bool>& to) {
  if (member(name) != nullptr) boolean(name, to.emplace());
}

void FieldReader::integer(const char* name, std::int64_t& to, std::int64_t least, std::int64_t most,
                          const char* type) {
  const Json* found = member(name);
  if (found == nullptr) return;
  if (!fits(*found, least, most)) return refuse(name, -1, *found, type);
  to = found->get<std::int64_t>();
}

void FieldReader::int32(const char* name, std::int64_t& to) {
  using Limits = std::numeric_limits<std::int32_t>;
  integer(name, to, Limits::min(), Limits::max(), "int32");
}

void FieldReader::int32(const char* name, std::optional<std::int64_t>& to) {
  if (member(name) != nullptr) int32(name, to.emplace());
}

void FieldReader::int64(const char* name, std::int64_t& to) {
  using Limits = std::numeric_limits<std::int64_t>;
  integer(name, to, Limits::min(), Limits::max(), "int64");
}

void FieldReader::int64(const char* name, std::optional<std::int64_t>& to) {
  if (member(name) != nullptr) int64(name, to.emplace());
}

void FieldReader::int_or_string(const char* name, cluster::IntOrString& to) {
  const Json* found = member(name);
  if (found == nullptr) return;
  if (found->is_string()) {
    to.text = found->get_ref<const std::string&>();
    return;
  }
  using Limits = std::numeric_limits<std::int32_t>;
  if (fits(*found, Limits::min(), Limits::max())) {
    to.number = found->get<std::int64_t>();
    return;
  }
  refuse(name, -1, *found, "int32");
}

void FieldReader::time(const char* name, std::optional<cluster::Instant>& to, cluster::TimeLayout layout) {
  const Json* found = member(name);
  if (found == nullptr) return;
  if (!found->is_string()) return refuse(name, -1, *found, "string");
  const auto& text = found->get_ref<const std::string&>();
  const std::string fault = cluster::time_fault(text, layout);
  if (!fault.empty()) return note(name, -1, *found, fault);
  to = cluster::read_instant(text);
}

void FieldReader::raw(const char* name, std::string& to) {
  const Json* found = member(name);
  if (found != nullptr) to = found->dump(-1, ' ', false, Json::error_handler_t::replace);
}

void FieldReader::object(const char* name, std::string_view go_type, const Visit& visit) {
  const Json* found = member(name);
  if (found == nullptr) return;
  if (!found->is_object()) return refuse(name, -1, *found, go_type);
  FieldReader inner(*found, this, name, go_type, error_);
  visit(inner);
}

void FieldReader::objects(const char* name, std::string_view go_type, const Visit& visit) {
  const Json* found = member(name);
  if (found == nullptr) return;
  if (!found->is_array()) return refuse(name, -1, *found, "[]" + std::string(go_type));
  int index = 0;
  for (const Json& element : *found) {
    if (element.is_object() || element.is_null()) {
      FieldReader inner(element, this, name, go_type, error_);
      inner.index_ = index;
      visit(inner);
    } else {
      refuse(name, index, element, go_type);
    }
    ++index;
  }
}

void FieldReader::refuse(std::string_view name, int index, const Json& value,
                         std::string_view go_type) const {
  if (error_) return;
  const bool integer_wanted = go_type == "int32" || go_type == "int64";
  std::string shown = go_value(value);
  if (integer_wanted && value.is_number()) shown += " " + value.dump();
  note(name, index, value,
       "json: cannot unmarshal " + shown + " into Go struct field " + std::string(struct_name(go_type_)) +
           "." + path(name, false) + " of type " + std::string(go_type));
}

void FieldReader::note(std::string_view name, int index, const Json& value, std::string reason) const {
  if (error_) return;
  std::string field = path(name, true);
  if (index >= 0) field += "[" + std::to_string(index) + "]";
  error_ = DecodeError{std::move(field), short_text(value), std::move(reason)};
}

std::string FieldReader::path(std::string_view name, bool indexes) const {
  std::string text;
  if (parent_ != nullptr) {
    text = parent_->path(name_, indexes);
    if (indexes && index_ >= 0) text += "[" + std::to_string(index_) + "]";
    text += '.';
  }
  return text.append(name);
}

}  // namespace clusterip::api
