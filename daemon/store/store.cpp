#include "daemon/store/store.hpp"

#include <algorithm>
#include <future>
#include <iterator>

namespace clusterip::daemon {

// A semaphore would do, but the library's spins and yields before it sleeps, and a commit takes long.
struct Store::Waiting {
  Transaction transaction;
  CommitOutcome outcome;

  explicit Waiting(Transaction t) : transaction(std::move(t)) {}

  void wait() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [&] { return over_; });
  }
  // Once the lock is free, this may be gone.
  void end() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    ended_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;
};

Store::Store(std::unique_ptr<Disk> disk, std::size_t resources, const StoreLimits& limits)
    : disk_(std::move(disk)), limits_(limits), tables_(resources) {
  Kept kept = disk_->load();
  revision_ = kept.revision;
  std::vector<std::future<Table>> filled;
  for (auto& records : kept.records) {
    filled.push_back(std::async(std::launch::async, [&records] { return table_of(std::move(records)); }));
  }
  for (std::size_t i = 0; i < filled.size(); ++i) tables_.at(i) = filled[i].get();
  // A fresh store begins at 1, because 0 means "any" to clients.
  revision_ = std::max<std::uint64_t>(revision_, 1);
  log_start_ = revision_;
  next_revision_ = revision_;
  writer_ = std::thread([this] { write_loop(); });
}

Store::Table Store::table_of(std::vector<RecordPtr> records) {
  // In the order of the keys each record goes to the end of its table, and lies there behind the one before.
  std::vector<std::pair<ObjectKey, RecordPtr>> entries;
  entries.reserve(records.size());
  for (RecordPtr& record : records) entries.emplace_back(record->key, std::move(record));
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return {std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end())};
}

Store::~Store() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queue_filled_.notify_all();
  writer_.join();
}

RecordPtr Store::get(ResourceId resource, const ObjectKey& key) const {
  const std::shared_lock lock(state_mutex_);
  const Table& table = tables_[resource];
  const auto found = table.find(key);
  return found == table.end() ? nullptr : found->second;
}

Listing Store::list(ResourceId resource, std::string_view name_space, std::string_view from,
                    std::size_t limit) const {
  const std::shared_lock lock(state_mutex_);
  const Table& table = tables_[resource];
  Listing listing;
  listing.revision = revision_;
  // Where there are no namespaces, or all are listed, the path is the key's own.
  auto at = name_space.empty() ? table.lower_bound(from)
                               : table.lower_bound(ObjectKey{std::string(name_space), std::string(from)});
  const auto inside = [&] {
    return at != table.end() && (name_space.empty() || at->first.name_space == name_space);
  };
  for (; inside(); ++at) {
    if (limit != 0 && listing.records.size() == limit) break;
    listing.records.push_back(at->second);
  }
  for (; inside(); ++at) ++listing.remaining;
  listing.more = listing.remaining > 0;
  return listing;
}

std::vector<std::vector<RecordPtr>> Store::list_together(const std::vector<ResourceId>& resources) const {
  const std::shared_lock lock(state_mutex_);
  std::vector<std::vector<RecordPtr>> lists;
  for (const ResourceId resource : resources) {
    std::vector<RecordPtr>& list = lists.emplace_back();
    list.reserve(tables_[resource].size());
    for (const auto& [key, record] : tables_[resource]) list.push_back(record);
  }
  return lists;
}

void Store::visit(ResourceId resource, const Visit& visit) const {
  const std::shared_lock lock(state_mutex_);
  for (const auto& [key, record] : tables_[resource]) visit(key, record);
}

std::size_t Store::count(ResourceId resource) const {
  const std::shared_lock lock(state_mutex_);
  return tables_[resource].size();
}

std::uint64_t Store::revision() const {
  const std::shared_lock lock(state_mutex_);
  return revision_;
}

void Store::on_commit(std::function<void(const std::vector<Event>&)> listener) {
  listeners_.push_back(std::move(listener));
}

std::string Store::failure() const {
  const std::lock_guard lock(queue_mutex_);
  return failure_;
}

CommitOutcome Store::commit(Transaction transaction) {
  Waiting waiting(std::move(transaction));
  {
    const std::lock_guard lock(queue_mutex_);
    if (!failure_.empty()) return CommitFailure{failure_};
    if (stopping_) return CommitFailure{"the server is stopping"};
    if (queue_.size() >= limits_.queue) return CommitFailure{"too many requests wait for the disk", true};
    queue_.push_back(&waiting);
  }
  queue_filled_.notify_one();
  waiting.wait();
  return std::move(waiting.outcome);
}

void Store::write_loop() {
  std::vector<Waiting*> group;
  for (;;) {
    group.clear();
    {
      std::unique_lock lock(queue_mutex_);
      queue_filled_.wait(lock, [&] { return !queue_.empty() || stopping_; });
      if (queue_.empty()) return;
      while (!queue_.empty() && group.size() < limits_.group) {
        group.push_back(queue_.front());
        queue_.pop_front();
      }
    }
    run_group(group);
  }
}

void Store::run_group(std::vector<Waiting*>& group) {
  std::vector<Event> events;
  for (Waiting* waiting : group) {
    const std::size_t before = events.size();
    if (auto conflict = stage(waiting->transaction, events)) {
      waiting->outcome = std::move(*conflict);
      continue;
    }
    std::vector<RecordPtr> records;
    for (std::size_t i = before; i < events.size(); ++i) records.push_back(events[i].object);
    waiting->outcome = std::move(records);
  }
  if (!events.empty()) {
    try {
      disk_->commit(events, next_revision_);
      publish(events);
    } catch (const DiskError& error) {
      // Nothing of the group was shown to anybody. Whether a later write would hold is unknown, so none is
      // tried.
      const std::lock_guard lock(queue_mutex_);
      failure_ = error.what();
      for (Waiting* waiting : group) waiting->outcome = CommitFailure{failure_};
      for (Waiting* waiting : queue_) {
        waiting->outcome = CommitFailure{failure_};
        waiting->end();
      }
      queue_.clear();
    }
  }
  overlay_.clear();
  for (Waiting* waiting : group) waiting->end();
}

RecordPtr Store::standing(ResourceId resource, const ObjectKey& key) const {
  const auto staged = overlay_.find({resource, key});
  if (staged != overlay_.end()) return staged->second;
  // Only this thread changes the tables, so it reads them without the lock.
  const auto found = tables_[resource].find(key);
  return found == tables_[resource].end() ? nullptr : found->second;
}

std::optional<CommitConflict> Store::stage(Transaction& transaction, std::vector<Event>& events) {
  for (std::size_t i = 0; i < transaction.size(); ++i) {
    const Write& write = transaction[i];
    const RecordPtr current = standing(write.resource, write.key);
    const bool fits = write.kind == Write::Kind::kCreate
                          ? current == nullptr
                          : current != nullptr && current->revision == write.expected_revision;
    if (!fits) return CommitConflict{i, current};
  }
  for (Write& write : transaction) {
    RecordPtr previous = standing(write.resource, write.key);
    auto record = std::make_shared<Record>();
    record->resource = write.resource;
    record->key = write.key;
    record->revision = ++next_revision_;
    record->row = previous ? previous->row : record->revision;
    record->document = std::move(write.document);
    const bool erased = write.kind == Write::Kind::kErase;
    overlay_[{write.resource, write.key}] = erased ? nullptr : record;
    const Event::Kind kind = erased                               ? Event::Kind::kDeleted
                             : write.kind == Write::Kind::kCreate ? Event::Kind::kAdded
                                                                  : Event::Kind::kModified;
    events.push_back({kind, std::move(record), std::move(previous), write.paired});
  }
  return std::nullopt;
}

void Store::publish(const std::vector<Event>& events) {
  {
    const std::unique_lock lock(state_mutex_);
    for (const Event& event : events) {
      Table& table = tables_[event.object->resource];
      if (event.kind == Event::Kind::kDeleted) {
        table.erase(event.object->key);
      } else {
        table[event.object->key] = event.object;
      }
      log_.push_back(event);
    }
    revision_ = next_revision_;
    while (log_.size() > limits_.watch_log_events) {
      log_start_ = log_.front().object->revision;
      log_.pop_front();
    }
  }
  for (const auto& listener : listeners_) listener(events);
}

bool Store::can_resume(std::uint64_t revision) const {
  const std::shared_lock lock(state_mutex_);
  return revision >= log_start_;
}

bool Store::events_after(std::uint64_t& revision, ResourceId resource, std::size_t most,
                         std::vector<Event>& events) const {
  const std::shared_lock lock(state_mutex_);
  if (revision < log_start_) return false;
  auto at = std::upper_bound(
      log_.begin(), log_.end(), revision,
      [](std::uint64_t wanted, const Event& event) { return wanted < event.object->revision; });
  for (; at != log_.end() && events.size() < most; ++at) {
    revision = at->object->revision;
    if (at->object->resource == resource) events.push_back(*at);
  }
  return true;
}

}  // namespace clusterip::daemon
