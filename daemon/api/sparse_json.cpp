#include "daemon/api/sparse_json.hpp"

#include <utility>
#include <vector>

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

// What nlohmann's parser calls for each token; false ends the reading.
class Builder {
 public:
  Builder(LeavesOut leaves_out, int max_depth) : leaves_out_(leaves_out), max_depth_(max_depth) {}

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
    leave_next_ = leaves_out_(name, static_cast<int>(open_.size()));
    if (!leave_next_) name_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception& error) {
    // "[json.exception.parse_error.101] parse error at …": the reader wants what stands behind the bracket.
    const std::string_view text = error.what();
    const auto bracket = text.find("] ");
    reason_ = bracket == std::string_view::npos ? text : text.substr(bracket + 2);
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
    if (++depth_ > max_depth_) {
      reason_ = "nested deeper than " + std::to_string(max_depth_) + " levels";
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

  LeavesOut leaves_out_;
  int max_depth_;
  Json root_;
  // The containers around the reading point. An array grows only while none of its elements is open.
  std::vector<Json*> open_;
  std::string name_;
  std::string reason_;
  int depth_ = 0;
  int left_out_ = 0;  // containers that are left out around the reading point
  bool leave_next_ = false;
};

}  // namespace

std::variant<Json, SparseJsonError> read_sparse_json(std::string_view text, LeavesOut leaves_out,
                                                     int max_depth) {
  Builder builder(leaves_out, max_depth);
  if (Json::sax_parse(text.begin(), text.end(), &builder)) return builder.take();
  return SparseJsonError{std::move(builder.reason())};
}

}  // namespace clusterip::api
