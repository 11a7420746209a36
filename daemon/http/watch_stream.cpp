#include "daemon/http/watch_stream.hpp"

namespace clusterip::daemon {
namespace {

// How much one call yields at most, so that all watches have their turn.
constexpr std::size_t kBytesAtOnce = 256 * 1024;
constexpr std::size_t kEventsAtOnce = 256;
constexpr std::chrono::minutes kBookmarkInterval{1};
constexpr std::chrono::seconds kLastBookmark{2};  // before the end

}  // namespace

WatchStream::WatchStream(const Store& store, ResourceId resource, Presentation presentation,
                         api::Selector selector, WatchRequest request)
    : store_(store),
      resource_(resource),
      presentation_(std::move(presentation)),
      selector_(std::move(selector)),
      request_(std::move(request)),
      ends_(Clock::now() + request_.timeout),
      next_bookmark_(bookmark_after(Clock::now())) {}

Clock::time_point WatchStream::deadline() const {
  return request_.bookmarks ? std::min(ends_, next_bookmark_) : ends_;
}

// Every minute, and once more shortly before the end, so that who comes again need not read everything anew.
Clock::time_point WatchStream::bookmark_after(Clock::time_point now) const {
  const Clock::time_point last = ends_ - kLastBookmark;
  return last > now ? std::min(last, now + kBookmarkInterval) : now + kBookmarkInterval;
}

void WatchStream::send_bookmark(std::string& out) {
  presentation_.append_bookmark(out, request_.after, request_.initial_events_end, first_);
  first_ = false;
}

bool WatchStream::matches(const RecordPtr& record) const {
  if (!record) return false;
  if (!request_.name_space.empty() && record->key.name_space != request_.name_space) return false;
  return selector_.everything() || selector_.matches(presentation_.served(*record));
}

void WatchStream::send_initial(std::string& out) {
  while (initial_sent_ < request_.initial.size() && out.size() < kBytesAtOnce) {
    presentation_.append_event(out, "ADDED", *request_.initial[initial_sent_++], first_);
    first_ = false;
  }
  if (initial_sent_ < request_.initial.size()) return;
  request_.initial.clear();
  initial_sent_ = 0;
  if (request_.initial_events_end) send_bookmark(out);
  request_.initial_events_end = false;
}

void WatchStream::send(std::string& out, const Event& event) {
  const bool now_matches = event.kind != Event::Kind::kDeleted && matches(event.object);
  const bool then_matched = event.kind != Event::Kind::kAdded && matches(event.previous);
  if (!now_matches && !then_matched) return;
  if (now_matches) {
    presentation_.append_event(out, then_matched ? "MODIFIED" : "ADDED", *event.object, first_);
  } else {
    // What has left: as it was last, with the revision at which it left.
    Record last = *event.previous;
    last.revision = event.object->revision;
    presentation_.append_event(out, "DELETED", last, first_);
  }
  first_ = false;
}

bool WatchStream::collect(std::string& out, Clock::time_point now) {
  if (request_.refusal) {
    presentation_.append_error(out, *request_.refusal);
    return false;
  }
  if (!request_.initial.empty() || request_.initial_events_end) {
    send_initial(out);
    return true;
  }
  std::vector<Event> events;
  if (!store_.events_after(request_.after, resource_, kEventsAtOnce, events)) {
    const api::Status gone = api::expired("too old resource version: " + std::to_string(request_.after));
    presentation_.append_error(out, gone);
    return false;
  }
  for (const Event& event : events) send(out, event);
  if (request_.bookmarks && now >= next_bookmark_) {
    send_bookmark(out);
    next_bookmark_ = bookmark_after(now);
  }
  return now < ends_;
}

}  // namespace clusterip::daemon
