#include "daemon/api/json_sink.hpp"

#include <algorithm>

#include "daemon/api/document.hpp"

namespace clusterip::api {

using Json = nlohmann::json;

void append_quoted(std::string& out, std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(),
                                 [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
  if (plain) {
    out.append("\"").append(text).append("\"");
  } else {
    out += dump(text);
  }
}

Json& TreeSink::add(const char* name, Json value) {
  Json& to = *open_.back();
  if (name == nullptr) {
    to.push_back(std::move(value));
    return to.back();
  }
  return to[name] = std::move(value);
}

void TreeSink::begin_object(const char* name) {
  open_.push_back(&add(name, Json(Json::value_t::object)));
}

void TreeSink::begin_list(const char* name) {
  open_.push_back(&add(name, Json(Json::value_t::array)));
}

void TreeSink::json(const char* name, const std::string& value) {
  Json tree = Json::parse(value, nullptr, false);
  if (!tree.is_discarded()) add(name, std::move(tree));
}

void TextSink::lead(const char* name) {
  if (out_.back() != '{' && out_.back() != '[') out_ += ',';
  if (name != nullptr) out_.append("\"").append(name).append("\":");
}

void TextSink::begin_object(const char* name) {
  lead(name);
  out_ += '{';
  closers_.push_back('}');
}

void TextSink::begin_list(const char* name) {
  lead(name);
  out_ += '[';
  closers_.push_back(']');
}

void TextSink::end() {
  out_ += closers_.back();
  closers_.pop_back();
}

void TextSink::text(const char* name, std::string_view value) {
  lead(name);
  append_quoted(out_, value);
}

void TextSink::integer(const char* name, std::int64_t value) {
  lead(name);
  out_ += std::to_string(value);
}

void TextSink::boolean(const char* name, bool value) {
  lead(name);
  out_ += value ? "true" : "false";
}

void TextSink::null(const char* name) {
  lead(name);
  out_ += "null";
}

void TextSink::json(const char* name, const std::string& value) {
  lead(name);
  out_ += value;
}

void TextSink::labels(const char* name, const cluster::Labels& value) {
  begin_object(name);
  for (const auto& [key, text] : value) {
    lead(nullptr);
    append_quoted(out_, key);
    out_ += ':';
    append_quoted(out_, text);
  }
  end();
}

void TextSink::texts(const char* name, const std::vector<std::string>& value) {
  begin_list(name);
  for (const std::string& text : value) {
    lead(nullptr);
    append_quoted(out_, text);
  }
  end();
}

}  // namespace clusterip::api
