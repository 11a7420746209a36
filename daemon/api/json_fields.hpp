// Checked access to the members of a JSON object, as the apiserver's decoder grants it.
//
// Mirrors sigs.k8s.io/json over Go's struct decoding: member names are case-sensitive, unknown members are
// ignored, null leaves a field as it is, and a value of the wrong type is refused with the words of Go's
// UnmarshalTypeError. Reading goes on after a fault; the first one is kept.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/cluster/go_time.hpp"
#include "engine/cluster/objects.hpp"

namespace clusterip::api {

struct DecodeError {
  std::string field;   // "spec.cidrs[0]"; empty for the object as a whole
  std::string value;   // as compact JSON, long ones cut
  std::string reason;  // "json: cannot unmarshal number into Go struct field …", as the apiserver says it

  // One line with all three.
  std::string message() const;
};

// Where the first fault of a decoding goes.
using FirstError = std::optional<DecodeError>;

// `value` as compact JSON of at most about 80 bytes.
std::string short_text(const nlohmann::json& value);

class FieldReader {
 public:
  using Json = nlohmann::json;
  using Visit = std::function<void(FieldReader&)>;

  // Reads the members of `value`, which becomes a Go struct of type `go_type` ("v1.ObjectMeta").
  FieldReader(const Json& value, std::string_view go_type, FirstError& error)
      : FieldReader(value, nullptr, {}, go_type, error) {}

  // `go_type` is the type that a refusal names, where Go has a named type of its own for the field.
  void text(const char* name, std::string& to, std::string_view go_type = "string");
  void text(const char* name, std::optional<std::string>& to, std::string_view go_type = "string");
  // True where a list was given, if only an empty one.
  bool texts(const char* name, std::vector<std::string>& to, std::string_view go_type = "string");
  void labels(const char* name, cluster::Labels& to);
  void boolean(const char* name, bool& to);
  void boolean(const char* name, std::optional<bool>& to);
  void int32(const char* name, std::int64_t& to);
  void int32(const char* name, std::optional<std::int64_t>& to);
  void int64(const char* name, std::int64_t& to);
  void int64(const char* name, std::optional<std::int64_t>& to);
  void int_or_string(const char* name, cluster::IntOrString& to);
  void time(const char* name, std::optional<cluster::Instant>& to,
            cluster::TimeLayout layout = cluster::TimeLayout::kSeconds);
  // Any value, as compact JSON.
  void raw(const char* name, std::string& to);

  // Calls `visit` with a reader of the member, if it is an object.
  void object(const char* name, std::string_view go_type, const Visit& visit);
  // Calls `visit` for each element of a list of objects. A null element counts as an empty object.
  void objects(const char* name, std::string_view go_type, const Visit& visit);

 private:
  FieldReader(const Json& value, const FieldReader* parent, std::string_view name, std::string_view go_type,
              FirstError& error);

  // The member, unless it is missing or null.
  const Json* member(const char* name) const;
  void integer(const char* name, std::int64_t& to, std::int64_t least, std::int64_t most, const char* type);
  // Notes that `value` cannot become `go_type`, with the words of Go's decoder.
  void refuse(std::string_view name, int index, const Json& value, std::string_view go_type) const;
  void note(std::string_view name, int index, const Json& value, std::string reason) const;
  std::string path(std::string_view name, bool indexes) const;

  const Json& value_;
  const FieldReader* parent_;
  std::string_view name_;
  int index_ = -1;
  std::string_view go_type_;
  FirstError& error_;
};

}  // namespace clusterip::api
