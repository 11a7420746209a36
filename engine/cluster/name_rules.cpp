#include "engine/cluster/name_rules.hpp"

#include <algorithm>

#include "engine/cluster/address_rules.hpp"

namespace clusterip::cluster {
namespace {

constexpr std::size_t kLabelLimit = 63;
constexpr std::size_t kSubdomainLimit = 253;
constexpr std::size_t kPortNameLimit = 15;

constexpr std::string_view kLabelKeyText =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr std::string_view kLabelValueText =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used "
    "for "
    "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
constexpr std::string_view kSubdomainText =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr std::string_view kDnsLabelText =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
    "and "
    "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view kDns1035Text =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
    "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for "
    "validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_lower_alphanumeric(char c) {
  return is_lower(c) || is_digit(c);
}
bool is_alphanumeric(char c) {
  return is_lower_alphanumeric(c) || (c >= 'A' && c <= 'Z');
}

bool is_dns_label(std::string_view text) {
  return !text.empty() && is_lower_alphanumeric(text.front()) && is_lower_alphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
}

bool is_dns_subdomain(std::string_view text) {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_dns_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_label_name(std::string_view text) {
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

std::string too_long_text(std::size_t limit, LengthWord word) {
  return "must be no more than " + std::to_string(limit) +
         (word == LengthWord::kBytes ? " bytes" : " characters");
}

// Upstream checks a prefix as if its last two characters were an "a", so that "a-" passes.
std::string mask_trailing_dash(std::string_view name) {
  if (name.size() > 1 && name.back() == '-') return std::string(name.substr(0, name.size() - 2)) + "a";
  return std::string(name);
}

}  // namespace

Reasons check_dns_subdomain(std::string_view text, LengthWord word) {
  Reasons reasons;
  if (text.size() > kSubdomainLimit) reasons.push_back(too_long_text(kSubdomainLimit, word));
  if (!is_dns_subdomain(text)) reasons.emplace_back(kSubdomainText);
  return reasons;
}

Reasons check_dns_label(std::string_view text) {
  Reasons reasons;
  if (text.size() > kLabelLimit) reasons.push_back(too_long_text(kLabelLimit, LengthWord::kCharacters));
  if (is_dns_label(text)) return reasons;
  reasons.emplace_back(is_dns_subdomain(text) ? "must not contain dots" : kDnsLabelText);
  return reasons;
}

Reasons check_dns1035_label(std::string_view text) {
  Reasons reasons;
  if (text.size() > kLabelLimit) reasons.push_back(too_long_text(kLabelLimit, LengthWord::kCharacters));
  if (!is_dns_label(text) || !is_lower(text.front())) reasons.emplace_back(kDns1035Text);
  return reasons;
}

Reasons check_label_key(std::string_view text) {
  Reasons reasons;
  const std::size_t slash = text.find('/');
  std::string_view name = text;
  if (slash != std::string_view::npos) {
    if (text.find('/', slash + 1) != std::string_view::npos) {
      return {"a valid label key " + std::string(kLabelKeyText) +
              " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"};
    }
    name = text.substr(slash + 1);
    if (slash == 0) reasons.emplace_back("prefix part must be non-empty");
    if (slash > 0) {
      for (const std::string& reason : check_dns_subdomain(text.substr(0, slash), LengthWord::kBytes)) {
        reasons.push_back("prefix part " + reason);
      }
    }
  }
  if (name.empty()) reasons.emplace_back("name part must be non-empty");
  if (name.size() > kLabelLimit) {
    reasons.push_back("name part " + too_long_text(kLabelLimit, LengthWord::kBytes));
  }
  if (!is_label_name(name)) reasons.push_back("name part " + std::string(kLabelKeyText));
  return reasons;
}

Reasons check_label_value(std::string_view text) {
  Reasons reasons;
  if (text.size() > kLabelLimit) reasons.push_back(too_long_text(kLabelLimit, LengthWord::kBytes));
  if (!text.empty() && !is_label_name(text)) reasons.emplace_back(kLabelValueText);
  return reasons;
}

Reasons check_path_segment(std::string_view text, bool prefix) {
  if (!prefix && text == ".") return {"may not be '.'"};
  if (!prefix && text == "..") return {"may not be '..'"};
  Reasons reasons;
  if (text.find('/') != std::string_view::npos) reasons.emplace_back("may not contain '/'");
  if (text.find('%') != std::string_view::npos) reasons.emplace_back("may not contain '%'");
  return reasons;
}

Reasons check_port_name(std::string_view text) {
  Reasons reasons;
  if (text.size() > kPortNameLimit) reasons.push_back(too_long_text(kPortNameLimit, LengthWord::kCharacters));
  if (text.empty() ||
      !std::all_of(text.begin(), text.end(), [](char c) { return is_lower_alphanumeric(c) || c == '-'; })) {
    reasons.emplace_back("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (std::none_of(text.begin(), text.end(), is_lower)) {
    reasons.emplace_back("must contain at least one letter (a-z)");
  }
  if (text.find("--") != std::string_view::npos) {
    reasons.emplace_back("must not contain consecutive hyphens");
  }
  if (!text.empty() && (text.front() == '-' || text.back() == '-')) {
    reasons.emplace_back("must not begin or end with a hyphen");
  }
  return reasons;
}

Reasons name_is_dns_subdomain(std::string_view name, bool prefix) {
  return check_dns_subdomain(prefix ? mask_trailing_dash(name) : name);
}
Reasons name_is_dns_label(std::string_view name, bool prefix) {
  return check_dns_label(prefix ? mask_trailing_dash(name) : name);
}
Reasons name_is_dns1035_label(std::string_view name, bool prefix) {
  return check_dns1035_label(prefix ? mask_trailing_dash(name) : name);
}
Reasons name_is_address(std::string_view name, bool /*prefix*/) {
  return check_address(name);
}
Reasons name_is_path_segment(std::string_view name, bool prefix) {
  return check_path_segment(name, prefix);
}

}  // namespace clusterip::cluster
