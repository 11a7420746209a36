// Where the members of an object are written to, by one description of each kind: a tree, or text at once.
//
// Text is for what is stored as it is, and is equal, byte for byte, to the printed tree. So a description
// names members in alphabetical order, in which trees print, and texts of JSON that it passes on are compact
// and ordered themselves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/cluster/objects.hpp"

namespace clusterip::api {

// Appends a text as JSON prints it.
void append_quoted(std::string& out, std::string_view text);

class JsonSink {
 public:
  virtual ~JsonSink() = default;

  // A null name stands for an item of a list.
  virtual void begin_object(const char* name) = 0;
  virtual void begin_list(const char* name) = 0;
  virtual void end() = 0;
  virtual void text(const char* name, std::string_view value) = 0;
  virtual void integer(const char* name, std::int64_t value) = 0;
  virtual void boolean(const char* name, bool value) = 0;
  virtual void null(const char* name) = 0;
  // A value that is JSON text already.
  virtual void json(const char* name, const std::string& value) = 0;
  virtual void labels(const char* name, const cluster::Labels& value) = 0;
  virtual void texts(const char* name, const std::vector<std::string>& value) = 0;

  // A member for what holds something; else none.
  void put(const char* name, const std::string& value) {
    if (!value.empty()) text(name, value);
  }
  void put(const char* name, const std::vector<std::string>& value) {
    if (!value.empty()) texts(name, value);
  }
  void put(const char* name, const cluster::Labels& value) {
    if (!value.empty()) labels(name, value);
  }
  void put(const char* name, const std::optional<std::string>& value) {
    if (value) text(name, *value);
  }
  void put(const char* name, const std::optional<std::int64_t>& value) {
    if (value) integer(name, *value);
  }
  void put(const char* name, const std::optional<bool>& value) {
    if (value) boolean(name, *value);
  }
  void put(const char* name, const std::optional<cluster::Instant>& value) {
    if (value) text(name, cluster::to_text(*value));
  }
  // A member for a number other than 0.
  void put_number(const char* name, std::int64_t value) {
    if (value != 0) integer(name, value);
  }
};

// Fills an object.
class TreeSink : public JsonSink {
 public:
  explicit TreeSink(nlohmann::json& object) : open_{&object} {}

  void begin_object(const char* name) override;
  void begin_list(const char* name) override;
  void end() override { open_.pop_back(); }
  void text(const char* name, std::string_view value) override { add(name, value); }
  void integer(const char* name, std::int64_t value) override { add(name, value); }
  void boolean(const char* name, bool value) override { add(name, value); }
  void null(const char* name) override { add(name, nullptr); }
  void json(const char* name, const std::string& value) override;
  void labels(const char* name, const cluster::Labels& value) override { add(name, value); }
  void texts(const char* name, const std::vector<std::string>& value) override { add(name, value); }

 private:
  nlohmann::json& add(const char* name, nlohmann::json value);

  std::vector<nlohmann::json*> open_;
};

// Appends members to an object that is open at the end of `out`, behind its brace or a member.
class TextSink : public JsonSink {
 public:
  explicit TextSink(std::string& out) : out_(out) {}

  void begin_object(const char* name) override;
  void begin_list(const char* name) override;
  void end() override;
  void text(const char* name, std::string_view value) override;
  void integer(const char* name, std::int64_t value) override;
  void boolean(const char* name, bool value) override;
  void null(const char* name) override;
  void json(const char* name, const std::string& value) override;
  void labels(const char* name, const cluster::Labels& value) override;
  void texts(const char* name, const std::vector<std::string>& value) override;

 private:
  // The comma where one is due, and the name.
  void lead(const char* name);

  std::string& out_;
  std::vector<char> closers_;
};

// The text of an object that `describe` writes to a JsonSink. It takes no more memory than it needs.
template <class Describe>
std::string written_text(const Describe& describe) {
  thread_local std::string scratch;
  scratch.assign(1, '{');
  TextSink to(scratch);
  describe(to);
  scratch += '}';
  return scratch;
}

}  // namespace clusterip::api
