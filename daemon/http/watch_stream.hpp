// One watch: the events of a resource after a revision, as lines of JSON.
//
// Mirrors apiserver pkg/storage/cacher: an object that begins or ceases to match the selector is ADDED or
// DELETED to this watch; bookmarks tell how far it has come; a watch that falls behind what is kept gets an
// ERROR event with 410 and ends.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "daemon/api/selector.hpp"
#include "daemon/http/exchange.hpp"
#include "daemon/http/presentation.hpp"
#include "daemon/store/store.hpp"

namespace clusterip::daemon {

struct WatchRequest {
  std::string name_space;
  std::uint64_t after = 0;          // events after this revision
  std::vector<RecordPtr> initial;   // sent as ADDED before them
  bool initial_events_end = false;  // a bookmark marks their end
  bool bookmarks = false;
  std::optional<api::Status> refusal;  // all that is sent
  Clock::duration timeout = std::chrono::minutes(30);
};

class WatchStream : public EventStream {
 public:
  WatchStream(const Store& store, ResourceId resource, Presentation presentation, api::Selector selector,
              WatchRequest request);

  bool collect(std::string& out, Clock::time_point now) override;
  Clock::time_point deadline() const override;

 private:
  void send_initial(std::string& out);
  void send(std::string& out, const Event& event);
  void send_bookmark(std::string& out);
  Clock::time_point bookmark_after(Clock::time_point now) const;
  bool matches(const RecordPtr& record) const;

  const Store& store_;
  const ResourceId resource_;
  const Presentation presentation_;
  const api::Selector selector_;
  WatchRequest request_;
  std::size_t initial_sent_ = 0;
  bool first_ = true;
  Clock::time_point ends_;
  Clock::time_point next_bookmark_;
};

}  // namespace clusterip::daemon
