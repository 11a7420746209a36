// The store: what a transaction may expect, what readers and watches see, and when.
#include "daemon/store/store.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace clusterip::daemon {
namespace {

constexpr ResourceId kFirst = 0;
constexpr ResourceId kSecond = 1;

std::string document(const std::string& text) {
  return R"({"metadata":{"name":")" + text + "\"}}";
}

Write create(ResourceId resource, const std::string& name_space, const std::string& name) {
  return {Write::Kind::kCreate, resource, {name_space, name}, 0, document(name), false};
}
Write update(const RecordPtr& record, const std::string& text) {
  return {Write::Kind::kUpdate, record->resource, record->key, record->revision, document(text), false};
}
Write erase(const RecordPtr& record) {
  return {Write::Kind::kErase, record->resource, record->key, record->revision, record->document, false};
}

std::vector<RecordPtr> committed(Store& store, Transaction transaction) {
  CommitOutcome outcome = store.commit(std::move(transaction));
  auto* records = std::get_if<std::vector<RecordPtr>>(&outcome);
  return records == nullptr ? std::vector<RecordPtr>() : *records;
}

std::unique_ptr<Store> in_memory(const StoreLimits& limits = {}) {
  return std::make_unique<Store>(std::make_unique<MemoryDisk>(), 2, limits);
}

// A disk that fails when told to, and counts its groups.
class BrittleDisk : public Disk {
 public:
  explicit BrittleDisk(std::atomic<bool>& broken) : broken_(broken) {}
  Kept load() override { return {{}, 41}; }
  void commit(std::span<const Event>, std::uint64_t) override {
    if (broken_) throw DiskError("disk full");
  }

 private:
  std::atomic<bool>& broken_;
};

TEST(Store, GivesEachWriteARevisionOfItsOwn) {
  const auto store = in_memory();
  const auto first = committed(*store, {create(kFirst, "a", "x"), create(kSecond, "", "y")});
  ASSERT_EQ(first.size(), 2U);
  EXPECT_LT(first[0]->revision, first[1]->revision);
  EXPECT_EQ(store->revision(), first[1]->revision);
  const auto second = committed(*store, {update(first[0], "x2")});
  ASSERT_EQ(second.size(), 1U);
  EXPECT_GT(second[0]->revision, first[1]->revision);
  EXPECT_EQ(store->get(kFirst, {"a", "x"})->document, document("x2"));
}

TEST(Store, TakesATransactionWholeOrNotAtAll) {
  const auto store = in_memory();
  const auto standing = committed(*store, {create(kFirst, "a", "x")});
  CommitOutcome outcome = store->commit({create(kSecond, "", "new"), create(kFirst, "a", "x")});
  const auto* conflict = std::get_if<CommitConflict>(&outcome);
  ASSERT_NE(conflict, nullptr);
  EXPECT_EQ(conflict->write, 1U);
  EXPECT_EQ(conflict->current, standing[0]);
  EXPECT_EQ(store->get(kSecond, {"", "new"}), nullptr);
  EXPECT_EQ(store->revision(), standing[0]->revision);
}

TEST(Store, RefusesWhatExpectedAnotherRevision) {
  const auto store = in_memory();
  const auto first = committed(*store, {create(kFirst, "a", "x")});
  const auto second = committed(*store, {update(first[0], "x2")});
  EXPECT_TRUE(committed(*store, {update(first[0], "x3")}).empty());
  EXPECT_TRUE(committed(*store, {erase(first[0])}).empty());
  EXPECT_EQ(committed(*store, {erase(second[0])}).size(), 1U);
  EXPECT_TRUE(committed(*store, {erase(second[0])}).empty());
}

TEST(Store, ListsInOrderByNamespaceAndPage) {
  const auto store = in_memory();
  for (const char* name : {"c", "a", "b"}) {
    ASSERT_FALSE(committed(*store, {create(kFirst, "one", name), create(kFirst, "two", name)}).empty());
  }
  EXPECT_EQ(store->list(kFirst, "").records.size(), 6U);
  const Listing one = store->list(kFirst, "one");
  ASSERT_EQ(one.records.size(), 3U);
  EXPECT_EQ(one.records[0]->key.name, "a");
  EXPECT_EQ(one.records[2]->key.name, "c");
  const Listing page = store->list(kFirst, "", std::string_view("one/b\0", 6), 2);
  ASSERT_EQ(page.records.size(), 2U);
  EXPECT_EQ(page.records[0]->key, (ObjectKey{"one", "c"}));
  EXPECT_EQ(page.records[1]->key, (ObjectKey{"two", "a"}));
  EXPECT_TRUE(page.more);
  EXPECT_EQ(page.remaining, 2U);
}

TEST(Store, ListsAsEtcdOrdersPaths) {
  const auto store = in_memory();
  for (const char* name_space : {"a", "a-b", "ab"}) {
    ASSERT_FALSE(committed(*store, {create(kFirst, name_space, "x")}).empty());
  }
  const auto names_from = [&](std::string_view from) {
    std::string names;
    for (const RecordPtr& record : store->list(kFirst, "", from).records)
      names += record->key.name_space + ' ';
    return names;
  };
  EXPECT_EQ(names_from(""), "a-b a ab ");
  EXPECT_EQ(names_from("a"), "a-b a ab ");
  EXPECT_EQ(names_from("a/x"), "a ab ");
  EXPECT_EQ(names_from("a/x/y"), "ab ");
  EXPECT_EQ(store->list(kFirst, "a", "a/x").records.size(), 1U);
  EXPECT_EQ(store->list(kFirst, "a", "y").records.size(), 0U);
}

TEST(Store, TellsWatchesWhatHappenedSince) {
  const auto store = in_memory();
  const auto first = committed(*store, {create(kFirst, "a", "x")});
  std::uint64_t from = store->revision();
  const auto second = committed(*store, {update(first[0], "x2"), create(kSecond, "", "other")});
  ASSERT_FALSE(committed(*store, {erase(second[0])}).empty());
  std::vector<Event> events;
  ASSERT_TRUE(store->events_after(from, kFirst, 100, events));
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].kind, Event::Kind::kModified);
  EXPECT_EQ(events[0].previous, first[0]);
  EXPECT_EQ(events[1].kind, Event::Kind::kDeleted);
  EXPECT_EQ(events[1].object->revision, store->revision());
  EXPECT_EQ(from, store->revision());
}

TEST(Store, ForgetsOldEventsAndSaysSo) {
  StoreLimits limits;
  limits.watch_log_events = 3;
  const auto store = in_memory(limits);
  std::uint64_t from = store->revision();
  for (int i = 0; i < 5; ++i) {
    ASSERT_FALSE(committed(*store, {create(kFirst, "a", std::to_string(i))}).empty());
  }
  std::vector<Event> events;
  EXPECT_FALSE(store->can_resume(from));
  EXPECT_FALSE(store->events_after(from, kFirst, 100, events));
  std::uint64_t later = store->revision() - 3;
  EXPECT_TRUE(store->events_after(later, kFirst, 100, events));
  EXPECT_EQ(events.size(), 3U);
}

TEST(Store, LetsOneOfManyWin) {
  const auto store = in_memory();
  constexpr int kThreads = 8;
  constexpr int kNames = 200;
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kNames; ++i) {
        if (!committed(*store, {create(kFirst, "a", std::to_string(i))}).empty()) ++won;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, kNames);
  EXPECT_EQ(store->count(kFirst), static_cast<std::size_t>(kNames));
}

TEST(Store, GoesOnFromTheLastRevision) {
  std::atomic<bool> broken{false};
  Store store(std::make_unique<BrittleDisk>(broken), 2, {});
  EXPECT_EQ(store.revision(), 41U);
  EXPECT_EQ(committed(store, {create(kFirst, "a", "x")}).at(0)->revision, 42U);
}

TEST(Store, ShowsNothingOfAGroupThatTheDiskRefused) {
  std::atomic<bool> broken{false};
  Store store(std::make_unique<BrittleDisk>(broken), 2, {});
  broken = true;
  CommitOutcome outcome = store.commit({create(kFirst, "a", "x")});
  ASSERT_TRUE(std::holds_alternative<CommitFailure>(outcome));
  EXPECT_EQ(store.get(kFirst, {"a", "x"}), nullptr);
  EXPECT_EQ(store.failure(), "disk full");
  // What a failed disk holds is unknown, so it is not written to again.
  broken = false;
  EXPECT_TRUE(std::holds_alternative<CommitFailure>(store.commit({create(kFirst, "a", "y")})));
}

}  // namespace
}  // namespace clusterip::daemon
