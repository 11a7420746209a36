// What a client takes, from its Accept header.
//
// (apiserver pkg/endpoints/handlers/negotiation, and the parser that it uses, munnerz/goautoneg)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/api/status.hpp"

namespace clusterip::daemon {

enum class BodyForm : std::uint8_t { kJson, kYaml, kProtobuf };
// What an answer is made into, beside what it is.
enum class Transform : std::uint8_t { kNone, kTable, kMetadata, kMetadataList };

struct Negotiated {
  BodyForm form = BodyForm::kJson;
  Transform transform = Transform::kNone;
  std::string meta_version = "v1";  // of meta.k8s.io, in which a transformed answer is
};

// 406 where no clause names a type that there is: upstream's router looks first, and knows no wildcard but
// */*. Where there are watches too, they are among the types that it names.
api::Refusal check_accept(std::string_view accept, bool watches);
// Absent where nothing that the client takes can be sent.
std::optional<Negotiated> negotiate(std::string_view accept);
// The form of a Status, which nothing transforms; JSON where the client takes none.
BodyForm negotiate_status(std::string_view accept);
// 406, with the types there are; those of watches when `streaming`.
api::Status not_acceptable(bool streaming);

}  // namespace clusterip::daemon
