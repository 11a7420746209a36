// The forms that names, label keys, label values and path segments must have.
//
// Each rule answers with the reasons why a text is refused, in upstream's order and words; none: it is right.
// Linear in the text. (apimachinery pkg/api/validate/content and pkg/util/validation)
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clusterip::cluster {

using Reasons = std::vector<std::string>;

// Upstream keeps two copies of some rules, which differ in the word for the length limit.
enum class LengthWord { kBytes, kCharacters };

Reasons check_dns_subdomain(std::string_view text, LengthWord word = LengthWord::kCharacters);
Reasons check_dns_label(std::string_view text);
Reasons check_dns1035_label(std::string_view text);
// "name" or "prefix.example.com/name": label keys, annotation keys, finalizers.
Reasons check_label_key(std::string_view text);
Reasons check_label_value(std::string_view text);
// A text that can be a segment of a URL; `prefix`: more will be appended to it.
Reasons check_path_segment(std::string_view text, bool prefix = false);
// The name of a port of a Pod.
Reasons check_port_name(std::string_view text);

// How the names of a kind are checked; `prefix`: the name is a generateName.
using NameRule = Reasons (*)(std::string_view name, bool prefix);

Reasons name_is_dns_subdomain(std::string_view name, bool prefix);
Reasons name_is_dns_label(std::string_view name, bool prefix);
Reasons name_is_dns1035_label(std::string_view name, bool prefix);
Reasons name_is_address(std::string_view name, bool prefix);
Reasons name_is_path_segment(std::string_view name, bool prefix);

}  // namespace clusterip::cluster
