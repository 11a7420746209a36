// YAML in block style. Texts that a reader could take for something else stand in double quotes.
#include "daemon/api/yaml_write.hpp"
#include "daemon/observe/report_json.hpp"

namespace clusterip::daemon {
namespace {

using Json = nlohmann::ordered_json;

// Only what no reader of YAML can mistake goes without quotes: a word that begins with a letter and is none
// of the words for truth and null.
std::string scalar_text(const std::string& text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::string_view kSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
  if (text.empty() || kLetters.find(text.front()) == std::string_view::npos ||
      text.find_first_not_of(kSafe) != std::string::npos) {
    return api::quote_yaml(text);
  }
  std::string lower;
  for (const char c : text) lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  for (const char* word : {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}) {
    if (lower == word) return api::quote_yaml(text);
  }
  return text;
}

void write(const Json& value, std::size_t indent, std::string& out);

void write_member(const Json& value, std::size_t indent, std::string& out) {
  if (!value.is_structured()) {
    out += ' ';
    write(value, indent, out);
  } else if (value.empty()) {
    out += value.is_array() ? " []\n" : " {}\n";
  } else {
    out += '\n';
    write(value, value.is_array() ? indent : indent + 2, out);
  }
}

// A block begins at its first indent; `out` stands at the beginning of a line, or behind "- ".
void write(const Json& value, std::size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  bool first = out.ends_with("- ");
  if (value.is_object()) {
    for (const auto& [name, member] : value.items()) {
      out += (first ? "" : margin) + scalar_text(name) + ":";
      write_member(member, indent, out);
      first = false;
    }
  } else if (value.is_array()) {
    for (const Json& element : value) {
      out += (first ? "" : margin) + "- ";
      write(element, indent + 2, out);
      first = false;
    }
  } else {
    out += (value.is_string() ? scalar_text(value.get_ref<const std::string&>()) : value.dump()) + "\n";
  }
}

}  // namespace

std::string yaml_text(const Json& value) {
  std::string text;
  if (value.is_structured() && value.empty()) return value.is_array() ? "[]\n" : "{}\n";
  write(value, 0, text);
  return text;
}

}  // namespace clusterip::daemon
