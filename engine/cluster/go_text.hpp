// Text as Go prints it: upstream's messages quote values with strconv.Quote (%q), encoding/json and %U, and
// the three differ from each other.
//
// Any bytes may come in; nothing throws; linear in the text. (Go's strconv, encoding/json, unicode/utf8)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clusterip::cluster {

// Whether Go's unicode.IsPrint takes it: letters, marks, numbers, punctuation, symbols, the ASCII blank.
bool is_printable(char32_t code_point);

// The next character of a text, as Go's range loop reads it.
struct Rune {
  char32_t code_point = 0;  // U+FFFD where the bytes are no UTF-8
  std::size_t size = 0;     // bytes taken; 1 where the bytes are no UTF-8
  bool valid = false;
};
// `text` is not empty.
Rune first_rune(std::string_view text);

// strconv.Quote: "a\tb", with \x.., \u.... and \U........ for what does not print.
std::string go_quote(std::string_view text);
// []string{"a", "b"}: %#v of a list.
std::string go_syntax(const std::vector<std::string>& texts);
// "U+000A": %#U of a character that does not print.
std::string go_code_point(char32_t code_point);
// strconv.ParseInt of a decimal number in 64 bits, with or without a sign.
std::optional<std::int64_t> read_go_int(std::string_view text);
// A text as json.Marshal writes it, its HTML escapes included.
std::string json_quote(std::string_view text);
// A list of texts as a compact JSON array; null for an absent list is the caller's business.
std::string json_list(const std::vector<std::string>& texts);

}  // namespace clusterip::cluster
