#include "tools/clusteripctl/scenario_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "daemon/input/byte_order_mark.hpp"

namespace clusterip::ctl {
namespace {

constexpr std::string_view kBlanks = " \t\r";

bool is_blank(char c) {
  return kBlanks.find(c) != std::string_view::npos;
}

// Cuts one word off the front of the text, which begins with it.
std::string take_word(std::string_view& text) {
  std::string word;
  bool quoted = false;
  while (!text.empty() && (quoted || (!is_blank(text.front()) && text.front() != '#'))) {
    char c = text.front();
    text.remove_prefix(1);
    if (c == '"') {
      quoted = !quoted;
      continue;
    }
    if (quoted && c == '\\' && !text.empty()) {
      c = text.front();
      text.remove_prefix(1);
    }
    word.push_back(c);
  }
  if (quoted) throw ScenarioError("a quote is not closed");
  return word;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    if (text.empty() || text.front() == '#') return words;
    words.push_back(take_word(text));
  }
}

}  // namespace

std::vector<ScenarioLine> read_scenario(std::string_view text, std::size_t& line) {
  text = daemon::without_byte_order_mark(text);
  std::vector<ScenarioLine> lines;
  for (line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view whole = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::vector<std::string> words = words_of(whole);
    if (!words.empty()) lines.push_back({line, std::string(whole), std::move(words)});
  }
  return lines;
}

ScenarioWords::ScenarioWords(std::vector<std::string> words, const std::vector<std::string_view>& keys) {
  for (std::string& word : words) {
    const std::size_t equals = word.find('=');
    const std::string key = word.substr(0, equals);
    const bool is_option =
        equals != std::string::npos && std::find(keys.begin(), keys.end(), key) != keys.end();
    if (!is_option) {
      words_.push_back(std::move(word));
    } else if (!options_.emplace(key, word.substr(equals + 1)).second) {
      throw ScenarioError(key + "= is given twice");
    }
  }
}

std::string ScenarioWords::take(std::string_view wanted) {
  if (empty()) throw ScenarioError("here is " + std::string(wanted) + " missing");
  return words_[next_++];
}

std::optional<std::string> ScenarioWords::take_if_any() {
  if (empty()) return std::nullopt;
  return words_[next_++];
}

bool ScenarioWords::take_word(std::string_view word) {
  if (empty() || words_[next_] != word) return false;
  ++next_;
  return true;
}

std::string ScenarioWords::take_rest() {
  std::string rest;
  while (!empty()) rest.append(rest.empty() ? "" : " ").append(words_[next_++]);
  return rest;
}

void ScenarioWords::end() const {
  if (!empty()) throw ScenarioError("\"" + words_[next_] + "\" is not understood here");
}

std::optional<std::string> ScenarioWords::option(std::string_view key) const {
  const auto found = options_.find(key);
  if (found == options_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> read_list(std::string_view text) {
  std::vector<std::string> list;
  if (text.empty()) return list;
  while (true) {
    const std::size_t comma = text.find(',');
    list.emplace_back(text.substr(0, comma));
    if (list.back().empty()) throw ScenarioError("a list has an empty element");
    if (comma == std::string_view::npos) return list;
    text.remove_prefix(comma + 1);
  }
}

std::uint64_t read_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw ScenarioError("\"" + std::string(text) + "\" is no number");
  }
  return number;
}

cluster::Duration read_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
  };
  constexpr std::array kUnits{Unit{"ms", 1}, Unit{"s", 1'000}, Unit{"m", 60'000}, Unit{"h", 3'600'000}};
  // A bit more than a century.
  constexpr std::uint64_t kMostMilliseconds = 3'600'000'000'000;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto* const unit = std::find_if(kUnits.begin(), kUnits.end(),
                                        [&](const Unit& each) { return each.name == text.substr(digits); });
  constexpr std::size_t kMostDigits = 12;
  if (digits == 0 || digits > kMostDigits || unit == kUnits.end()) {
    throw ScenarioError("\"" + std::string(text) + "\" is no duration such as 250ms, 10s, 3m or 1h");
  }
  const std::uint64_t milliseconds =
      read_number(text.substr(0, digits)) * static_cast<std::uint64_t>(unit->milliseconds);
  if (milliseconds > kMostMilliseconds) throw ScenarioError("\"" + std::string(text) + "\" is too long");
  return cluster::Duration::milliseconds(static_cast<std::int64_t>(milliseconds));
}

}  // namespace clusterip::ctl
