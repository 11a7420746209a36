#include "daemon/api/yaml_events.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <string_view>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace clusterip::api {
namespace {

using Json = nlohmann::json;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

template <class Number, class... Base>
std::optional<Number> whole(std::string_view text, Base... base) {
  Number number{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number, base...);
  const bool is_whole = fault == std::errc{} && end == text.data() + text.size() && !text.empty();
  return is_whole ? std::optional(number) : std::nullopt;
}

// As strconv.ParseInt reads it with base 0.
std::optional<Json> integer_of(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::string_view digits = text.substr(negative || text.starts_with('+') ? 1 : 0);
  if (digits.starts_with('-')) return std::nullopt;
  int base = 10;
  if (digits.size() > 1 && digits[0] == '0') {
    const char mark = static_cast<char>(digits[1] | 0x20);
    base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    digits.remove_prefix(base == 8 && mark != 'o' ? 1 : 2);
  }
  if (negative) {
    const auto number = whole<std::int64_t>("-" + std::string(digits), base);
    return number ? std::optional<Json>(*number) : std::nullopt;
  }
  const auto number = whole<std::uint64_t>(digits, base);
  return number ? std::optional<Json>(*number) : std::nullopt;
}

Json plain_value(const std::string& text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
  if (is_one_of(text, {"true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"})) return true;
  if (is_one_of(text, {"false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF"})) {
    return false;
  }
  if (text.find_first_of("0123456789") == std::string::npos ||
      std::string_view("+-.0123456789").find(text.front()) == std::string_view::npos) {
    return text;
  }
  std::string digits = text;
  std::erase(digits, '_');
  if (auto integer = integer_of(digits)) return *integer;
  if (digits.find_first_not_of("+-.0123456789eE") != std::string::npos) return text;
  const auto real = whole<double>(std::string_view(digits).substr(digits.front() == '+' ? 1 : 0));
  return real && std::isfinite(*real) ? Json(*real) : Json(text);
}

std::size_t line_of(const YAML::Mark& mark) {
  return mark.is_null() ? 0 : static_cast<std::size_t>(mark.line) + 1;
}

struct Stray {
  std::size_t line;
};

// From yaml-cpp's events to ours.
class Adapter final : public YAML::EventHandler {
 public:
  explicit Adapter(YamlVisitor& visitor) : visitor_(visitor) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    // The parser does not get past a stray bracket, and would find a document there for ever.
    if (mark.pos <= last_start_) throw Stray{line_of(mark)};
    last_start_ = mark.pos;
    visitor_.begin_document(line_of(mark));
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    visitor_.scalar({kNothing, true}, anchor, line_of(mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    visitor_.alias(anchor, line_of(mark));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    visitor_.scalar({value, tag == "?"}, anchor, line_of(mark));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    visitor_.begin_list(anchor, line_of(mark));
  }
  void OnSequenceEnd() override { visitor_.end_list(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    visitor_.begin_map(anchor, line_of(mark));
  }
  void OnMapEnd() override { visitor_.end_map(); }

 private:
  inline static const std::string kNothing;

  YamlVisitor& visitor_;
  int last_start_ = -1;
};

}  // namespace

Json YamlScalar::value() const {
  return is_plain ? plain_value(text) : Json(text);
}

std::optional<YamlError> read_yaml_events(std::istream& in, YamlVisitor& visitor) {
  Adapter adapter(visitor);
  try {
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(adapter)) continue;
  } catch (const Stray& stray) {
    return YamlError{stray.line, "this is not the beginning of a document"};
  } catch (const YAML::Exception& error) {
    return YamlError{line_of(error.mark), error.msg};
  }
  return std::nullopt;
}

}  // namespace clusterip::api
