// The pieces of the oracle's replies: members of a JSON object as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/cluster/field_error.hpp"

namespace clusterip::ctl {

// "name":"text", escaped.
inline void append_text(std::string_view name, std::string_view text, std::string& out) {
  out.append("\"").append(name).append("\":").append(cluster::json_quote(text));
}

// "error":"KIND","message":"…"; without the message where there is none.
inline void append_error(std::string_view kind, std::string_view message, std::string& out) {
  append_text("error", kind, out);
  if (message.empty()) return;
  out.push_back(',');
  append_text("message", message, out);
}

// "name":true
inline void append_flag(std::string_view name, bool value, std::string& out) {
  out.append("\"").append(name).append(value ? "\":true" : "\":false");
}

// "name":"text" of something with to_string, or "name":null.
template <class Value>
void append_value(std::string_view name, const std::optional<Value>& value, std::string& out) {
  out.append("\"").append(name);
  if (value) {
    out.append("\":\"").append(value->to_string()).append("\"");
  } else {
    out.append("\":null");
  }
}

}  // namespace clusterip::ctl
