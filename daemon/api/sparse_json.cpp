#include "daemon/api/sparse_json.hpp"

#include <utility>
#include <vector>

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

// What nlohmann's parser calls for each token; false ends the reading.
class Builder {
 public:
  explicit Builder(const SparseJsonRules& rules) : rules_(rules) {}

  Json take() { return std::move(root_); }
  std::string& reason() { return reason_; }

  bool null() { return value(nullptr); }
  bool boolean(bool given) { return value(given); }
  bool number_integer(Json::number_integer_t given) { return value(given); }
  bool number_unsigned(Json::number_unsigned_t given) { return value(given); }
  bool number_float(Json::number_float_t given, const std::string&) { return value(given); }
  bool string(std::string& given) { return value(std::move(given)); }
  bool binary(Json::binary_t&) { return false; }  // not in JSON texts

  bool start_object(std::size_t) { return open(Json::value_t::object); }
  bool start_array(std::size_t) { return open(Json::value_t::array); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    if (left_out_ > 0) return true;
    leave_next_ = rules_.leaves_out(name, static_cast<int>(open_.size()));
    if (leave_next_) return true;
    if (open_.size() <= as_sent_at_) as_sent_at_ = 0;
    if (as_sent_at_ == 0) {
      if (open_.back()->contains(name)) {
        reason_ = "\"" + name + "\" appears twice in one object";
        return false;
      }
      if (rules_.as_sent(name)) as_sent_at_ = open_.size();
    }
    name_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 1, column 9: syntax error …": whoever has the
    // line wants what stands behind its number.
    std::string_view text = error.what();
    for (const std::string_view before : {"] ", "line 1, "}) {
      if (const auto place = text.find(before); place != std::string_view::npos)
        text.remove_prefix(place + before.size());
    }
    reason_ = text;
    return false;
  }

 private:
  template <class Value>
  bool value(Value&& given) {
    if (left_out_ == 0 && !std::exchange(leave_next_, false)) place(Json(std::forward<Value>(given)));
    return true;
  }

  Json* place(Json given) {
    if (open_.empty()) {
      root_ = std::move(given);
      return &root_;
    }
    Json& parent = *open_.back();
    if (parent.is_array()) return &parent.get_ref<Json::array_t&>().emplace_back(std::move(given));
    Json& slot = parent.get_ref<Json::object_t&>()[std::move(name_)];
    slot = std::move(given);
    return &slot;
  }

  bool open(Json::value_t type) {
    if (++depth_ > rules_.max_depth) {
      reason_ = "nested deeper than " + std::to_string(rules_.max_depth) + " levels";
      return false;
    }
    if (left_out_ > 0 || std::exchange(leave_next_, false)) {
      ++left_out_;
    } else {
      open_.push_back(place(Json(type)));
    }
    return true;
  }

  bool close() {
    --depth_;
    if (left_out_ > 0) {
      --left_out_;
    } else {
      open_.pop_back();
    }
    return true;
  }

  const SparseJsonRules& rules_;
  Json root_;
  // The containers around the reading point. An array grows only while none of its elements is open.
  std::vector<Json*> open_;
  std::string name_;
  std::string reason_;
  int depth_ = 0;
  int left_out_ = 0;  // containers that are left out around the reading point
  bool leave_next_ = false;
  // How many containers are around the member whose value may repeat names; 0: there is none.
  std::size_t as_sent_at_ = 0;
};

}  // namespace

std::variant<Json, SparseJsonError> read_sparse_json(std::string_view text, const SparseJsonRules& rules) {
  Builder builder(rules);
  if (Json::sax_parse(text.begin(), text.end(), &builder)) return builder.take();
  return SparseJsonError{std::move(builder.reason())};
}

}  // namespace clusterip::api
