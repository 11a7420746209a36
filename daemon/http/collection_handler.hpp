// Requests for collections: lists, watches, and the deletion of what they hold.
#pragma once

#include "daemon/control/verbs.hpp"
#include "daemon/http/list_options.hpp"
#include "daemon/http/request_call.hpp"

namespace clusterip::daemon {

HttpResponse list_collection(const ResourceCall& call, const Store& store, const ListOptions& options);
HttpResponse watch_collection(const ResourceCall& call, const Store& store, const ListOptions& options);
HttpResponse erase_collection(const ResourceCall& call, const Verbs& verbs, const ListOptions& options,
                              const DeleteOptions& deletion);

}  // namespace clusterip::daemon
