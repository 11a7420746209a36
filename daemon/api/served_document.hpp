// Stored documents in the form in which a resource serves them.
//
// Most resources serve what they store. events.k8s.io is a view: its objects are stored as core/v1 Events,
// and converted as they come and go.
#pragma once

#include "daemon/api/document.hpp"
#include "daemon/api/resources.hpp"

namespace clusterip::api {

// An object between the two forms.
nlohmann::json served_form(const Resource& resource, nlohmann::json stored);
nlohmann::json stored_form(const Resource& resource, nlohmann::json served);

// As in document.hpp, for objects in the form of the resource.
std::string write_served(const Resource& resource, const nlohmann::json& object);
nlohmann::json read_served(const Resource& resource, std::string_view document, std::uint64_t revision);
void append_served(std::string& out, const Resource& resource, std::string_view document,
                   std::uint64_t revision, std::string_view api_version = {}, std::string_view kind = {});

// An object of which nothing is set, as Go writes it; its metadata is that of a bookmark. In the stored form.
nlohmann::json unset_object(const Resource& resource, nlohmann::json metadata);

}  // namespace clusterip::api
