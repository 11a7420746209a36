// How one kind of object is followed, as a state machine without clock, socket or thread: it says what to ask
// the server next, is told what came of it, and passes on to a sink what may be believed.
//
//      ┌── list (pages, or a streamed list) ──► snapshot ──► watch from its version ──┐
//      └────────── gone, other history, content that cannot be right ◄────────────────┤
//                  connection lost, end of the watch: watch again from the last version
//
// What is believed. A list counts when all of its pages came, of the right kind, with a version not older
// than what was known; an event, when its version does not go back. A server that tells an older history (a
// restored backup) is asked twice, and believed when it stays with it. After a fault the machine waits: twice
// as long each time, up to a limit, times 0.5 to 1.5 (the draw is an argument), and at least as long as the
// server asked for.
//
// Mirrors client-go's reflector in what it asks; stricter in what it believes.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "daemon/mirror/mirror_fault.hpp"
#include "daemon/mirror/watch_json.hpp"

namespace clusterip::daemon {

// Takes what the reflector believes. Between begin_snapshot and end_snapshot, put names all objects there
// are.
class MirrorSink {
 public:
  MirrorSink() = default;
  MirrorSink(const MirrorSink&) = delete;
  MirrorSink& operator=(const MirrorSink&) = delete;
  virtual ~MirrorSink() = default;

  virtual void begin_snapshot() = 0;  // forgets a snapshot that was begun and not ended
  virtual void put(MirroredObject object) = 0;
  virtual void erase(const MirroredObject& object) = 0;
  virtual void end_snapshot() = 0;
};

struct ReflectorOptions {
  std::size_t page_limit = 500;
  // Short, since its end is a sign of life: a server may send no bookmarks while nothing happens.
  std::chrono::seconds watch_timeout{60};
  std::chrono::milliseconds first_wait{500};
  std::chrono::milliseconds longest_wait{30'000};
  // A connection that lasted this long was a good one: the next fault is the first again.
  std::chrono::milliseconds steady_after{5'000};
  bool streamed_lists = true;  // while the server agrees
};

class Reflector {
 public:
  struct Step {
    enum class What : std::uint8_t { kList, kWatch, kWait };
    What what = What::kWait;
    std::string target;  // of kList and kWatch: path and query
    std::chrono::milliseconds wait{0};
  };

  struct Counters {
    std::uint64_t lists = 0;      // snapshots completed
    std::uint64_t watches = 0;    // opened
    std::uint64_t events = 0;     // believed, bookmarks apart
    std::uint64_t histories = 0;  // an older history was accepted
  };

  Reflector(api::ObjectKind kind, ReflectorOptions options, MirrorSink& sink);

  // What to do now. `draw` is uniform in [0, 1).
  Step next(double draw);

  // What came of kList; a fault in the page is reported back.
  std::optional<Fault> listed(ListPage&& page);
  // What came of kWatch, until a fault, or until it ended as it should.
  void opened();
  std::optional<Fault> heard(WatchEvent event);
  std::optional<Fault> ended(std::chrono::milliseconds lasted);
  // What came of either: an answer that is no success, or no answer or a wrong one. Every fault that listed
  // and heard report comes back here too.
  Fault refused(const ServerStatus& status);
  void failed(const Fault& fault, std::optional<std::chrono::seconds> retry_after,
              std::chrono::milliseconds lasted);

  // The sink holds all that the server has told, and the server is being listened to.
  bool in_step() const { return in_step_; }
  // A list is under way or wanted; until its end the sink is not a state that ever was.
  bool wants_list() const { return wants_list_; }
  const std::string& resource_version() const { return version_; }
  const Counters& counters() const { return counters_; }

 private:
  std::string collection() const;
  std::string list_target() const;
  std::string watch_target() const;
  // A fault when `version` is older than what is known; the second time in a row it is accepted.
  std::optional<Fault> check_history(const std::string& version);
  void begin_anew();

  const api::ObjectKind kind_;
  const ReflectorOptions options_;
  MirrorSink& sink_;
  Counters counters_;
  std::string version_;
  std::string continue_token_;
  std::string page_version_;  // of the first page of the list under way
  bool wants_list_ = true;
  bool in_step_ = false;
  bool streaming_;     // lists are asked for as streams
  bool paged_ = true;  // lists are asked for in pages
  bool beta_ = false;  // networking.k8s.io/v1beta1 in place of v1
  bool doubts_history_ = false;
  bool wait_is_due_ = false;
  unsigned failures_ = 0;
  std::optional<std::chrono::seconds> retry_after_;
};

// Whether version a is older than b; false where one of them is no decimal number (versions are opaque then).
bool is_older_version(const std::string& a, const std::string& b);

}  // namespace clusterip::daemon
