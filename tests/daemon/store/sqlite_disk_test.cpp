// The database: what it keeps, what it refuses, and that others can read it.
#include "daemon/store/sqlite_disk.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "daemon/store/store.hpp"
#include "tests/support/daemon_process.hpp"

namespace clusterip::daemon {
namespace {

const std::vector<std::string> kResources{"services", "namespaces"};

std::unique_ptr<Store> open(const std::string& directory) {
  return std::make_unique<Store>(std::make_unique<SqliteDisk>(directory, kResources), kResources.size(),
                                 StoreLimits{});
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

TEST(SqliteDisk, LetsOneProcessIn) {
  const testing::TemporaryDirectory directory;
  const SqliteDisk first(directory.path(), kResources);
  EXPECT_THROW(SqliteDisk(directory.path(), kResources), DiskError);
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
  EXPECT_THROW(SqliteDisk(directory.path(), kResources), DiskError);
  EXPECT_THROW(SqliteDisk("/proc/nowhere", kResources), DiskError);
}

TEST(SqliteDisk, RefusesAnUnknownResource) {
  const testing::TemporaryDirectory directory;
  create(*open(directory.path()), "a");
  SqliteDisk other(directory.path(), {"namespaces"});
  EXPECT_THROW(other.load([](const Record&) {}), DiskError);
}

}  // namespace
}  // namespace clusterip::daemon
