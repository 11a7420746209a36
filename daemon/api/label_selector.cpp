#include "daemon/api/label_selector.hpp"

#include <algorithm>
#include <set>

#include "engine/cluster/field_error.hpp"
#include "engine/cluster/go_text.hpp"
#include "engine/cluster/name_rules.hpp"

namespace clusterip::api {
namespace {

using cluster::FieldErrors;

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kMarks = "=!(),><";

enum class Token : std::uint8_t { kEnd, kWord, kIn, kNotIn, kMark };

struct Item {
  Token token = Token::kEnd;
  std::string text;

  bool is(std::string_view mark) const { return token == Token::kMark && text == mark; }
  bool ends_rule() const { return token == Token::kEnd || is(","); }
  // Where a word is due, the names of operators are words too.
  bool is_word() const { return token != Token::kEnd && token != Token::kMark; }
};

Item next_item(std::string_view& left) {
  left.remove_prefix(std::min(left.find_first_not_of(kBlanks), left.size()));
  if (left.empty()) return {};
  std::size_t size = 1;
  Token token = Token::kMark;
  if (kMarks.find(left.front()) != std::string_view::npos) {
    if (left.starts_with("==") || left.starts_with("!=")) size = 2;
  } else {
    size = std::min(left.find_first_of(std::string(kMarks).append(kBlanks)), left.size());
    const std::string_view word = left.substr(0, size);
    token = word == "in" ? Token::kIn : word == "notin" ? Token::kNotIn : Token::kWord;
  }
  Item item{token, std::string(left.substr(0, size))};
  left.remove_prefix(size);
  return item;
}

std::string joined(const std::vector<std::string>& reasons) {
  std::string all;
  for (const std::string& reason : reasons) all += (all.empty() ? "" : "; ") + reason;
  return all;
}

// Each thing once, as Go prints several errors.
std::string text_of(const FieldErrors& errors) {
  std::vector<std::string> texts;
  for (const cluster::FieldError& error : errors) {
    std::string text = error.field + ": " + error.message();
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  if (texts.size() == 1) return texts.front();
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "[" : ", ") + text;
  return all.empty() ? all : all + "]";
}

class Parser {
 public:
  explicit Parser(std::string_view text) {
    do {
      items_.push_back(next_item(text));
    } while (items_.back().token != Token::kEnd);
  }

  // "" or what is wrong.
  std::string parse(std::vector<LabelRule>& rules) {
    for (;;) {
      if (now().token == Token::kEnd) return "";
      if (!now().is_word() && !now().is("!")) return found("expected: !, identifier, or 'end of string'");
      LabelRule rule;
      if (!parse_rule(rule)) return "unable to parse requirement: " + fault_;
      rules.push_back(std::move(rule));
      if (now().token == Token::kEnd) return "";
      if (!now().is(",")) return found("expected: ',' or 'end of string'");
      ++at_;
      if (!now().is_word() && !now().is("!")) return found("expected: identifier after ','");
    }
  }

 private:
  const Item& now() const { return items_[at_]; }
  std::string found(const char* instead_of, const char* mark = ", ") const {
    return "found '" + now().text + "'" + mark + instead_of;
  }
  bool fail(std::string fault) {
    fault_ = std::move(fault);
    return false;
  }

  bool parse_rule(LabelRule& rule) {
    const bool absent = now().is("!");
    if (absent) ++at_;
    if (!now().is_word()) return fail(found("expected: identifier"));
    rule.key = now().text;
    const auto reasons = cluster::check_label_key(rule.key);
    // Upstream has no path to the key here, and says so.
    if (!reasons.empty()) return fail(text_of({cluster::invalid("<nil>", rule.key, joined(reasons))}));
    ++at_;
    if (absent || now().ends_rule()) {
      rule.op = absent ? LabelOperator::kNotExists : LabelOperator::kExists;
      return true;
    }
    return parse_operator(rule) && check_values(rule);
  }

  bool parse_operator(LabelRule& rule) {
    const Item& item = now();
    const bool set = item.token == Token::kIn || item.token == Token::kNotIn;
    if (item.token == Token::kIn || item.is("=") || item.is("==")) {
      rule.op = LabelOperator::kIn;
    } else if (item.token == Token::kNotIn || item.is("!=")) {
      rule.op = LabelOperator::kNotIn;
    } else if (item.is(">")) {
      rule.op = LabelOperator::kGreater;
    } else if (item.is("<")) {
      rule.op = LabelOperator::kLess;
    } else {
      return fail(found("expected: in, notin, =, ==, !=, gt, lt"));
    }
    ++at_;
    return set ? parse_set(rule) : parse_value(rule);
  }

  bool parse_value(LabelRule& rule) {
    if (now().ends_rule()) {
      rule.values.emplace_back();
      return true;
    }
    if (!now().is_word()) return fail(found("expected: identifier"));
    rule.values.push_back(now().text);
    ++at_;
    return true;
  }

  bool parse_set(LabelRule& rule) {
    if (!now().is("(")) return fail(found("expected: '('", " "));
    ++at_;
    std::set<std::string> values;
    if (now().is(")")) {
      values.emplace();
    } else if (!now().is_word() && !now().is(",")) {
      return fail(found("expected: ',', ')' or identifier"));
    } else if (!parse_list(values)) {
      return false;
    }
    ++at_;
    rule.values.assign(values.begin(), values.end());
    return true;
  }

  // Up to the closing parenthesis. Nothing before, between or behind commas is an empty value.
  bool parse_list(std::set<std::string>& values) {
    for (;;) {
      if (now().is_word()) {
        values.insert(now().text);
        ++at_;
        if (now().is(")")) return true;
        if (!now().is(",")) return fail(found("expected: ',' or ')'"));
      } else if (now().is(",")) {
        if (values.empty()) values.emplace();
        ++at_;
        if (now().is(")") || now().is(",")) values.emplace();
        if (now().is(")")) return true;
      } else {
        return fail(found("expected: ',', or identifier"));
      }
    }
  }

  bool check_values(const LabelRule& rule) {
    const bool compares = rule.op == LabelOperator::kGreater || rule.op == LabelOperator::kLess;
    FieldErrors errors;
    if (compares && !cluster::read_go_int(rule.values.front())) {
      errors.push_back(cluster::invalid("values[0]", rule.values.front(),
                                        "for 'Gt', 'Lt' operators, the value must be an integer"));
    }
    for (std::size_t i = 0; i < rule.values.size(); ++i) {
      const auto reasons = cluster::check_label_value(rule.values[i]);
      if (reasons.empty()) continue;
      errors.push_back(cluster::invalid("values[" + std::to_string(i) + "][" + rule.key + "]", rule.values[i],
                                        joined(reasons)));
    }
    return errors.empty() || fail(text_of(errors));
  }

  std::vector<Item> items_;
  std::size_t at_ = 0;
  std::string fault_;
};

}  // namespace

bool LabelRule::matches(const nlohmann::json& labels) const {
  const auto found = labels.is_object() ? labels.find(key) : labels.end();
  const bool has = labels.is_object() && found != labels.end();
  const std::string value = has && found->is_string() ? found->get<std::string>() : "";
  const bool listed = std::find(values.begin(), values.end(), value) != values.end();
  switch (op) {
    case LabelOperator::kIn:
      return has && listed;
    case LabelOperator::kNotIn:
      return !has || !listed;
    case LabelOperator::kExists:
      return has;
    case LabelOperator::kNotExists:
      return !has;
    case LabelOperator::kGreater:
    case LabelOperator::kLess: {
      const auto held = cluster::read_go_int(value);
      if (!has || !held) return false;
      const std::int64_t limit = *cluster::read_go_int(values.front());
      return op == LabelOperator::kGreater ? *held > limit : *held < limit;
    }
  }
  return false;
}

std::variant<std::vector<LabelRule>, std::string> read_label_selector(std::string_view text) {
  std::vector<LabelRule> rules;
  std::string fault = Parser(text).parse(rules);
  if (!fault.empty()) return fault;
  return rules;
}

}  // namespace clusterip::api
