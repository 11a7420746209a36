// Objects as rows of a Table, as kubectl asks for them.
//
// Mirrors pkg/printers/internalversion. Columns and cells: Table of meta.k8s.io/v1.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "daemon/api/resources.hpp"
#include "engine/cluster/instant.hpp"

namespace clusterip::api {

// What a row carries of its object (parameter includeObject).
enum class RowObject : std::uint8_t { kNone, kMetadata, kObject };

// Column definitions.
nlohmann::json table_columns(const Resource& resource);
// One row. `object` has apiVersion and kind where rows are to carry it as a whole.
nlohmann::json table_row(const Resource& resource, const nlohmann::json& object, cluster::Instant now,
                         RowObject carried);
// The Table around rows; `version` is that of meta.k8s.io.
nlohmann::json table(std::string_view version, nlohmann::json metadata, nlohmann::json columns,
                     nlohmann::json rows);

// "99s", "5m30s", "2d": kubectl's short form.
std::string age_text(cluster::Duration age);

}  // namespace clusterip::api
