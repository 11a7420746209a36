// The state of the server: every object in memory, every change on disk before it is answered.
//
// Transactions of concurrent requests are taken together: one thread checks them in order against what stands
// and what is about to stand, gives each write the next revision, writes the whole group to disk in one
// synchronised step, and only then shows it to readers and watches and lets the requests answer. So nothing
// unacknowledged is ever seen, and a hundred waiting requests cost one synchronisation.
//
// Revisions are one sequence over all resources; it goes on growing after a restart. Readers share a lock
// that the writer holds only to show a finished group. All functions may be called from any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "daemon/store/disk.hpp"
#include "daemon/store/record.hpp"

namespace clusterip::daemon {

struct StoreLimits {
  // Events kept for watches that resume; older ones answer 410 Gone.
  std::size_t watch_log_events = 100'000;
  // The most transactions in one group.
  std::size_t group = 1024;
  // How many transactions may wait; beyond it the server is overloaded.
  std::size_t queue = 16'384;
};

// Which write of a transaction did not fit, and what stands there (null: nothing).
struct CommitConflict {
  std::size_t write = 0;
  RecordPtr current;
};
// The disk failed, or too much is waiting.
struct CommitFailure {
  std::string message;
  bool overloaded = false;
};
using CommitOutcome = std::variant<std::vector<RecordPtr>, CommitConflict, CommitFailure>;

struct Listing {
  std::vector<RecordPtr> records;
  std::uint64_t revision = 0;
  bool more = false;
  std::size_t remaining = 0;
};

class Store {
 public:
  // Reads everything from `disk`; throws DiskError.
  Store(std::unique_ptr<Disk> disk, std::size_t resources, const StoreLimits& limits);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  RecordPtr get(ResourceId resource, const ObjectKey& key) const;
  // In order; all namespaces when `name_space` is empty; from the path `from` on, which is one below
  // `name_space`; at most `limit` when not 0.
  Listing list(ResourceId resource, std::string_view name_space, std::string_view from = "",
               std::size_t limit = 0) const;
  // Everything of several resources, as it was at one instant.
  std::vector<std::vector<RecordPtr>> list_together(const std::vector<ResourceId>& resources) const;
  // In order. Nothing can be committed meanwhile: `visit` has to be short, where others wait.
  using Visit = std::function<void(const ObjectKey&, const RecordPtr&)>;
  void visit(ResourceId resource, const Visit& visit) const;
  std::size_t count(ResourceId resource) const;
  std::uint64_t revision() const;

  // Waits until the transaction is durable, or says why it is not.
  [[nodiscard]] CommitOutcome commit(Transaction transaction);

  // The events after `revision` of one resource, at most `most`; moves `revision` to the last one looked at.
  // False: they are no longer kept, or revision lies in the future.
  [[nodiscard]] bool events_after(std::uint64_t& revision, ResourceId resource, std::size_t most,
                                  std::vector<Event>& events) const;
  // Whether a watch may begin after `revision`.
  [[nodiscard]] bool can_resume(std::uint64_t revision) const;

  // Called after each group, on the writer's thread. Set before the first commit.
  void on_commit(std::function<void(const std::vector<Event>&)> listener);
  // Empty while the disk works.
  std::string failure() const;

 private:
  struct Waiting;
  using Table = std::map<ObjectKey, RecordPtr, KeyOrder>;

  static Table table_of(std::vector<RecordPtr> records);
  void write_loop();
  void run_group(std::vector<Waiting*>& group);
  std::optional<CommitConflict> stage(Transaction& transaction, std::vector<Event>& events);
  RecordPtr standing(ResourceId resource, const ObjectKey& key) const;
  void publish(const std::vector<Event>& events);

  std::unique_ptr<Disk> disk_;
  const StoreLimits limits_;
  std::vector<std::function<void(const std::vector<Event>&)>> listeners_;

  mutable std::shared_mutex state_mutex_;
  std::vector<Table> tables_;
  std::deque<Event> log_;
  std::uint64_t log_start_ = 0;  // events after this revision are kept
  std::uint64_t revision_ = 0;

  // The writer's own: what the group so far has made of the tables.
  std::map<std::pair<ResourceId, ObjectKey>, RecordPtr> overlay_;
  std::uint64_t next_revision_ = 0;

  mutable std::mutex queue_mutex_;
  std::condition_variable queue_filled_;
  std::deque<Waiting*> queue_;
  std::string failure_;
  bool stopping_ = false;
  std::thread writer_;
};

}  // namespace clusterip::daemon
