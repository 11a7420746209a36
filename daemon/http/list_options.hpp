// The parameters of lists and watches, read and checked.
//
// Mirrors metav1.ListOptions and its validation (apimachinery pkg/apis/meta/internalversion/validation).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/api/continue_token.hpp"
#include "daemon/api/selector.hpp"
#include "daemon/http/exchange.hpp"

namespace clusterip::daemon {

struct ListOptions {
  api::Selector selector;
  bool watch = false;
  bool bookmarks = false;
  std::optional<bool> send_initial_events;
  bool any_revision = true;  // resourceVersion missing or 0
  std::uint64_t revision = 0;
  std::string match;  // "", "Exact", "NotOlderThan"
  std::size_t limit = 0;
  std::optional<api::ContinueToken> from;
  std::optional<std::chrono::seconds> timeout;
};

// `watch`: the path asks for one.
api::Result<ListOptions> read_list_options(const HttpRequest& request, const api::Resource& resource,
                                           std::string_view name, bool watch);

}  // namespace clusterip::daemon
