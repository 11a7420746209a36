// A scenario file as lines of words.
//
// One directive a line; "#" outside of quotes begins a comment, blank lines are skipped. Words are separated
// by blanks; a word in double quotes may hold blanks ("\"" and "\\" stand for themselves); key=value words
// keep their quotes' text. Errors name the line.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/cluster/instant.hpp"

namespace clusterip::ctl {

// What is wrong with a line of the file. The runner puts file and line in front.
struct ScenarioError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ScenarioLine {
  std::size_t number = 0;
  std::string text;  // without the comment
  std::vector<std::string> words;
};

// Throws a ScenarioError for an open quote; `line` says where.
std::vector<ScenarioLine> read_scenario(std::string_view text, std::size_t& line);

// The words of a directive, taken from the front, with its key=value words apart.
class ScenarioWords {
 public:
  // Words that look like key=value are options if the key is among `keys`.
  ScenarioWords(std::vector<std::string> words, const std::vector<std::string_view>& keys);

  bool empty() const { return next_ == words_.size(); }
  // The next word; `wanted` says in the error what is missing.
  std::string take(std::string_view wanted);
  std::optional<std::string> take_if_any();
  // Takes the next word if it is this one.
  bool take_word(std::string_view word);
  // All that is left, with one blank between the words.
  std::string take_rest();
  // Throws where words are left.
  void end() const;

  // The value of an option, given once.
  std::optional<std::string> option(std::string_view key) const;

 private:
  std::vector<std::string> words_;
  std::size_t next_ = 0;
  std::map<std::string, std::string, std::less<>> options_;
};

// "a,b" as a list; empty elements are an error, the empty text is the empty list.
std::vector<std::string> read_list(std::string_view text);
// "250ms", "10s", "3m", "1h".
cluster::Duration read_duration(std::string_view text);
std::uint64_t read_number(std::string_view text);

}  // namespace clusterip::ctl
