// The database: what it keeps, what it refuses, and that others can read it.
#include "daemon/store/sqlite_disk.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "daemon/store/store.hpp"
#include "tests/support/daemon_process.hpp"

namespace clusterip::daemon {
namespace {

const std::vector<std::string> kResources{"services", "namespaces"};

bool is_any(std::string_view) {
  return true;
}

std::unique_ptr<Store> open(const std::string& directory) {
  return std::make_unique<Store>(std::make_unique<SqliteDisk>(directory, kResources, is_any),
                                 kResources.size(), StoreLimits{});
}

RecordPtr create(Store& store, const std::string& name) {
  CommitOutcome outcome = store.commit(
      {{Write::Kind::kCreate, 0, {"default", name}, 0, R"({"metadata":{"name":")" + name + "\"}}", false}});
  return std::get<std::vector<RecordPtr>>(outcome).front();
}

TEST(SqliteDisk, KeepsObjectsAndRevisions) {
  const testing::TemporaryDirectory directory;
  std::uint64_t last = 0;
  {
    const auto store = open(directory.path() + "/new");
    create(*store, "a");
    const RecordPtr gone = create(*store, "b");
    (void)store->commit({{Write::Kind::kErase, 0, gone->key, gone->revision, gone->document, false}});
    last = store->revision();
  }
  const auto store = open(directory.path() + "/new");
  EXPECT_EQ(store->revision(), last);
  EXPECT_EQ(store->count(0), 1U);
  EXPECT_EQ(store->get(0, {"default", "a"})->document, R"({"metadata":{"name":"a"}})");
  EXPECT_GT(create(*store, "c")->revision, last);
  EXPECT_FALSE(store->can_resume(last - 1));
}

TEST(SqliteDisk, KeepsTheLastStateOfWhatWasChanged) {
  const testing::TemporaryDirectory directory;
  {
    const auto store = open(directory.path());
    create(*store, "a");
    RecordPtr record = create(*store, "b");
    for (const char* text :
         {R"({"metadata":{"name":"b","uid":"1"}})", R"({"metadata":{"name":"b","uid":"2"}})"}) {
      CommitOutcome outcome =
          store->commit({{Write::Kind::kUpdate, 0, record->key, record->revision, text, false}});
      record = std::get<std::vector<RecordPtr>>(outcome).front();
    }
    // A name that is used again is another object.
    (void)store->commit({{Write::Kind::kErase, 0, record->key, record->revision, record->document, false}});
    create(*store, "b");
  }
  const auto store = open(directory.path());
  EXPECT_EQ(store->count(0), 2U);
  const RecordPtr again = store->get(0, {"default", "b"});
  EXPECT_EQ(again->document, R"({"metadata":{"name":"b"}})");
  (void)store->commit({{Write::Kind::kErase, 0, again->key, again->revision, again->document, false}});
  EXPECT_EQ(store->count(0), 1U);
}

// More rows than one thread reads, with gaps where objects have gone, and of two resources in turn.
TEST(SqliteDisk, ReadsManyRowsInTheOrderOfTheirKeys) {
  constexpr int kMany = 30'000;
  const testing::TemporaryDirectory directory;
  std::vector<std::vector<std::string>> documents;
  {
    const auto store = open(directory.path());
    Transaction transaction;
    for (int i = 0; i < kMany; ++i) {
      const std::string name = "n" + std::to_string(i);
      transaction.push_back({Write::Kind::kCreate,
                             static_cast<ResourceId>(i % 2),
                             {"default", name},
                             0,
                             R"({"metadata":{"name":")" + name + "\"}}"});
    }
    CommitOutcome outcome = store->commit(std::move(transaction));
    const auto records = std::get<std::vector<RecordPtr>>(outcome);
    Transaction erasures;
    for (std::size_t i = 0; i < records.size(); i += i < kMany / 2 ? 3 : 7) {
      const Record& gone = *records[i];
      erasures.push_back({Write::Kind::kErase, gone.resource, gone.key, gone.revision, gone.document});
    }
    (void)store->commit(std::move(erasures));
    for (const auto& list : store->list_together({0, 1})) {
      std::vector<std::string>& texts = documents.emplace_back();
      for (const RecordPtr& record : list) texts.push_back(record->document);
    }
  }
  const auto store = open(directory.path());
  for (const ResourceId resource : {ResourceId{0}, ResourceId{1}}) {
    std::vector<std::string> texts;
    store->visit(resource, [&](const auto&, const RecordPtr& record) { texts.push_back(record->document); });
    EXPECT_GT(texts.size(), std::size_t{kMany / 4});
    EXPECT_EQ(texts, documents[resource]);
  }
}

TEST(SqliteDisk, BringsAnOldStoreToTodaysFormat) {
  const testing::TemporaryDirectory directory;
  sqlite3* old = nullptr;
  ASSERT_EQ(sqlite3_open((directory.path() + "/clusterip.db").c_str(), &old), SQLITE_OK);
  const char* format_1 =
      "PRAGMA journal_mode=WAL;"
      "CREATE TABLE objects(resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,"
      " revision INTEGER NOT NULL, document TEXT NOT NULL, PRIMARY KEY(resource, namespace, name));"
      "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
      "INSERT INTO meta VALUES('format', '1'), ('revision', '7');"
      "INSERT INTO objects VALUES('services', 'default', 'a', 5, '{\"metadata\":{\"name\":\"a\"}}'),"
      " ('namespaces', '', 'default', 7, '{\"metadata\":{\"name\":\"default\"}}');";
  ASSERT_EQ(sqlite3_exec(old, format_1, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(old);
  for (int time = 0; time < 2; ++time) {
    const auto store = open(directory.path());
    ASSERT_EQ(store->revision(), 7U + static_cast<unsigned>(time));
    ASSERT_EQ(store->count(0), 1U + static_cast<unsigned>(time));
    EXPECT_EQ(store->get(0, {"default", "a"})->revision, 5U);
    EXPECT_EQ(store->get(1, {"", "default"})->document, R"({"metadata":{"name":"default"}})");
    create(*store, "new" + std::to_string(time));
  }
}

TEST(SqliteDisk, RefusesAFormatOfTheFuture) {
  const testing::TemporaryDirectory directory;
  open(directory.path());
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((directory.path() + "/clusterip.db").c_str(), &database), SQLITE_OK);
  sqlite3_exec(database, "UPDATE meta SET value = '3' WHERE key = 'format'", nullptr, nullptr, nullptr);
  sqlite3_close(database);
  EXPECT_THROW(SqliteDisk(directory.path(), kResources, is_any), DiskError);
}

TEST(SqliteDisk, FoldsItsLogWhileItIsWrittenTo) {
  constexpr std::size_t kDocument = std::size_t{1} << 20U;
  constexpr std::size_t kWrites = 150;
  const testing::TemporaryDirectory directory;
  const auto store = open(directory.path());
  RecordPtr record = create(*store, "a");
  for (std::size_t i = 0; i < kWrites; ++i) {
    std::string text = R"({"metadata":{"name":"a","uid":")" + std::string(kDocument, 'x') + "\"}}";
    CommitOutcome outcome =
        store->commit({{Write::Kind::kUpdate, 0, record->key, record->revision, std::move(text), false}});
    record = std::get<std::vector<RecordPtr>>(outcome).front();
  }
  EXPECT_LT(std::filesystem::file_size(directory.path() + "/clusterip.db-wal"), kWrites * kDocument * 2 / 3);
}

TEST(SqliteDisk, LetsOneProcessIn) {
  const testing::TemporaryDirectory directory;
  const SqliteDisk first(directory.path(), kResources, is_any);
  EXPECT_THROW(SqliteDisk(directory.path(), kResources, is_any), DiskError);
}

TEST(SqliteDisk, IsReadableBesideTheOwner) {
  const testing::TemporaryDirectory directory;
  const auto store = open(directory.path());
  create(*store, "a");
  sqlite3* reader = nullptr;
  ASSERT_EQ(
      sqlite3_open_v2((directory.path() + "/clusterip.db").c_str(), &reader, SQLITE_OPEN_READONLY, nullptr),
      SQLITE_OK);
  sqlite3_stmt* query = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(reader,
                               "SELECT json_extract(document, '$.metadata.name') FROM objects"
                               " WHERE resource = 'services' AND namespace = 'default'",
                               -1, &query, nullptr),
            SQLITE_OK);
  ASSERT_EQ(sqlite3_step(query), SQLITE_ROW);
  EXPECT_STREQ(reinterpret_cast<const char*>(sqlite3_column_text(query, 0)), "a");
  sqlite3_finalize(query);
  sqlite3_close(reader);
}

TEST(SqliteDisk, RefusesWhatItCannotRead) {
  const testing::TemporaryDirectory directory;
  std::ofstream(directory.path() + "/clusterip.db")
      << "this is no database, and long enough to be sure of that";
  EXPECT_THROW(SqliteDisk(directory.path(), kResources, is_any), DiskError);
  EXPECT_THROW(SqliteDisk("/proc/nowhere", kResources, is_any), DiskError);
}

TEST(SqliteDisk, RefusesAnUnknownResource) {
  const testing::TemporaryDirectory directory;
  create(*open(directory.path()), "a");
  SqliteDisk other(directory.path(), {"namespaces"}, is_any);
  EXPECT_THROW(other.load(), DiskError);
}

}  // namespace
}  // namespace clusterip::daemon
