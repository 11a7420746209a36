#include "daemon/api/strict_faults.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostFaults = 100;

// An operation of a JSON Patch. Anything may stand in its value.
constexpr std::array<FieldSchema, 4> kOperationFields{{
    FieldSchema{"from"},
    FieldSchema{"op"},
    FieldSchema{"path"},
    FieldSchema{"value", 0, FieldType::kTextMap},
}};
constexpr ObjectSchema kOperation{"jsonPatchOp", kOperationFields};

class Faults {
 public:
  void add(std::string_view kind, const std::string& path) {
    if (list_.size() >= kMostFaults) return;
    std::string text = std::string(kind) + " field \"" + path + "\"";
    if (std::find(list_.begin(), list_.end(), text) == list_.end()) list_.push_back(std::move(text));
  }
  std::vector<std::string> take() { return std::move(list_); }

 private:
  std::vector<std::string> list_;
};

std::string below(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

// Follows a text as it is parsed, with the schema of where it is.
class StrictWalk : public nlohmann::json_sax<Json> {
 public:
  // Null: anything may stand anywhere.
  explicit StrictWalk(const ObjectSchema* schema) : schema_(schema) {}

  std::vector<std::string> take() { return faults_.take(); }

  bool null() override { return scalar(); }
  bool boolean(bool) override { return scalar(); }
  bool number_integer(number_integer_t) override { return scalar(); }
  bool number_unsigned(number_unsigned_t) override { return scalar(); }
  bool number_float(number_float_t, const string_t&) override { return scalar(); }
  bool string(string_t&) override { return scalar(); }
  bool binary(binary_t&) override { return scalar(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

  bool start_object(std::size_t) override {
    Place place = next_place();
    Level level;
    level.path = std::move(place.path);
    if (!place.looked_at) {
      level.kind = Kind::kSkipped;
    } else if (levels_.empty() || (schema_ != nullptr && is_item_of_root())) {
      level.kind = schema_ == nullptr ? Kind::kAny : Kind::kStruct;
      level.schema = schema_;
    } else if (place.field == nullptr) {
      level.kind = Kind::kAny;
    } else if (place.field->type == FieldType::kObject) {
      level.kind = Kind::kStruct;
      level.schema = place.field->object;
    } else {
      level.kind = place.field->type == FieldType::kTextMap ? Kind::kAny : Kind::kSkipped;
    }
    levels_.push_back(std::move(level));
    return true;
  }

  bool key(string_t& name) override {
    Level& level = levels_.back();
    level.name = name;
    level.field = nullptr;
    level.member_looked_at = level.kind != Kind::kSkipped;
    if (level.kind == Kind::kSkipped) return true;
    if (level.kind == Kind::kStruct) {
      const bool typed = levels_.size() == 1 && (name == "apiVersion" || name == "kind");
      level.field = level.schema->find(name);
      if (level.field == nullptr && !typed) {
        faults_.add("unknown", below(level.path, name));
        level.member_looked_at = false;
        return true;
      }
    }
    if (!level.seen.insert(name).second) faults_.add("duplicate", below(level.path, name));
    return true;
  }

  bool end_object() override {
    levels_.pop_back();
    return true;
  }

  bool start_array(std::size_t) override {
    Place place = next_place();
    Level level;
    level.path = std::move(place.path);
    level.kind = Kind::kArray;
    level.field = place.field;
    level.member_looked_at = place.looked_at;
    levels_.push_back(std::move(level));
    return true;
  }
  bool end_array() override {
    levels_.pop_back();
    return true;
  }

 private:
  enum class Kind { kStruct, kAny, kArray, kSkipped };
  struct Level {
    Kind kind = Kind::kAny;
    std::string path;
    const ObjectSchema* schema = nullptr;
    std::set<std::string, std::less<>> seen;
    // The member, or the next element, that is being read.
    std::string name;
    const FieldSchema* field = nullptr;
    bool member_looked_at = true;
    std::size_t index = 0;  // of the next element
  };
  // Where a value that begins now stands.
  struct Place {
    std::string path;
    const FieldSchema* field = nullptr;
    bool looked_at = true;
  };

  bool is_item_of_root() const { return levels_.size() == 1 && levels_.front().kind == Kind::kArray; }

  Place next_place() {
    if (levels_.empty()) return {};
    Level& level = levels_.back();
    std::string path = level.kind == Kind::kArray ? level.path + "[" + std::to_string(level.index++) + "]"
                                                  : below(level.path, level.name);
    return {std::move(path), level.field, level.member_looked_at};
  }

  // Nothing stands below it, so that its place is not asked for.
  bool scalar() {
    if (!levels_.empty()) ++levels_.back().index;
    return true;
  }

  const ObjectSchema* schema_;
  std::vector<Level> levels_;
  Faults faults_;
};

std::vector<std::string> walk(std::string_view text, const ObjectSchema* schema) {
  StrictWalk reader(schema);
  // What is no JSON has been refused before, in better words.
  (void)Json::sax_parse(text, &reader);
  return reader.take();
}

void look(const Json& object, const ObjectSchema& schema, const std::string& path, Faults& faults) {
  if (!object.is_object()) return;
  for (const auto& [name, value] : object.items()) {
    if (path.empty() && (name == "apiVersion" || name == "kind")) continue;
    const std::string here = below(path, name);
    const FieldSchema* field = schema.find(name);
    if (field == nullptr) {
      faults.add("unknown", here);
    } else if (field->object != nullptr && value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        look(value[i], *field->object, here + "[" + std::to_string(i) + "]", faults);
      }
    } else if (field->object != nullptr) {
      look(value, *field->object, here, faults);
    }
  }
}

}  // namespace

std::vector<std::string> strict_faults(std::string_view text, const ObjectSchema& schema) {
  return walk(text, &schema);
}

std::vector<std::string> repeated_fields(std::string_view text) {
  return walk(text, nullptr);
}

std::vector<std::string> operation_faults(std::string_view text) {
  std::vector<std::string> faults = walk(text, &kOperation);
  for (std::string& fault : faults) fault.insert(0, "json patch ");
  return faults;
}

std::vector<std::string> unknown_fields(const Json& object, const ObjectSchema& schema) {
  Faults faults;
  look(object, schema, "", faults);
  return faults.take();
}

}  // namespace clusterip::api
