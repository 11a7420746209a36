// Between an object on the wire and its stored document, by splicing text where that is enough.
//
// The document is the object without apiVersion, kind and metadata.resourceVersion; it begins with
// {"metadata":{ . A read of an object or of a hundred thousand is then a copy of texts, in any served
// version.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace clusterip::api {

// The document of an object.
std::string write_document(const nlohmann::json& object);
// The object of a document, with its resourceVersion; apiVersion and kind are left out. Revision 0 stands for
// what was never stored and has none, here and below.
nlohmann::json read_document(std::string_view document, std::uint64_t revision);

// Whether a text that was kept by somebody else is a document; what read_document takes.
bool is_document(std::string_view text);

// Appends the object as JSON text. Without `kind`, as upstream prints the items of lists.
void append_object(std::string& out, std::string_view document, std::uint64_t revision,
                   std::string_view api_version = {}, std::string_view kind = {});

// Compact JSON; invalid UTF-8 becomes U+FFFD, as Go writes it.
std::string dump(const nlohmann::json& value);

}  // namespace clusterip::api
