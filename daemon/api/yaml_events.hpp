// YAML as a stream of events, for readers that keep of it only what they want.
//
// yaml_events.cpp is the only file that knows yaml-cpp, of which it uses the event parser: the tree of a
// large dump would not fit into memory. Plain scalars mean what they mean to kubectl and the apiserver, whose
// reader follows YAML 1.1: `yes` and `on` are true, 010 is 8; quoted ones are texts.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace clusterip::api {

struct YamlError {
  std::size_t line = 0;  // from 1; 0 where it is not about a line
  std::string reason;
};

// A number that aliases name; 0: the value has none.
using YamlAnchor = std::size_t;

struct YamlScalar {
  const std::string& text;
  bool is_plain;  // without quotes
  nlohmann::json value() const;
};

class YamlVisitor {
 public:
  virtual ~YamlVisitor() = default;
  virtual void begin_document(std::size_t line) = 0;
  virtual void scalar(const YamlScalar& scalar, YamlAnchor anchor, std::size_t line) = 0;
  virtual void alias(YamlAnchor anchor, std::size_t line) = 0;
  virtual void begin_list(YamlAnchor anchor, std::size_t line) = 0;
  virtual void end_list() = 0;
  virtual void begin_map(YamlAnchor anchor, std::size_t line) = 0;
  virtual void end_map() = 0;
};

// All documents of `in`, one after the other. What the visitor throws passes through.
std::optional<YamlError> read_yaml_events(std::istream& in, YamlVisitor& visitor);

}  // namespace clusterip::api
