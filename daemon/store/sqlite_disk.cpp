#include "daemon/store/sqlite_disk.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <unistd.h>

#include <sqlite3.h>

namespace clusterip::daemon {
namespace {

constexpr std::string_view kFormat = "1";
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS objects("
    " resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,"
    " revision INTEGER NOT NULL, document TEXT NOT NULL,"
    " PRIMARY KEY(resource, namespace, name));"
    "CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;";

// One process for a directory. The lock goes with the process, however it ends.
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::string& directory) {
    const std::string path = directory + "/lock";
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0) throw DiskError("cannot open " + path + ": " + std::strerror(errno));
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
      ::close(file_);
      throw DiskError("data directory " + directory + " is in use by another clusteripd");
    }
  }
  ~DirectoryLock() { ::close(file_); }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  int file_ = -1;
};

std::string make_directory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw DiskError("cannot create data directory " + directory + ": " + error.message());
  return directory;
}

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

std::string_view column_text(sqlite3_stmt* statement, int column) {
  const auto* text = sqlite3_column_text(statement, column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

}  // namespace

struct SqliteDisk::Impl {
  std::string path;
  std::vector<std::string> resources;
  DirectoryLock lock;
  Database database;
  Statement begin, commit, rollback, put, erase, set_meta;

  Impl(const std::string& directory, std::vector<std::string> names)
      : path(directory + "/clusterip.db"), resources(std::move(names)), lock(make_directory(directory)) {
    sqlite3* opened = nullptr;
    const int code =
        sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    database.reset(opened);
    if (code != SQLITE_OK) fail();
    sqlite3_busy_timeout(opened, 10'000);
    // Full synchronisation: what was answered is on the disk. The log is folded back in larger steps than the
    // default, because each step stops the writer.
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;");
    run(kSchema);
    begin = prepare("BEGIN IMMEDIATE");
    commit = prepare("COMMIT");
    rollback = prepare("ROLLBACK");
    put = prepare(
        "INSERT INTO objects(resource, namespace, name, revision, document) VALUES(?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT(resource, namespace, name) DO UPDATE SET revision = ?4, document = ?5");
    erase = prepare("DELETE FROM objects WHERE resource = ?1 AND namespace = ?2 AND name = ?3");
    set_meta = prepare("INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)");
  }

  [[noreturn]] void fail() const {
    throw DiskError("store " + path + ": " + (database ? sqlite3_errmsg(database.get()) : "out of memory"));
  }

  void run(const char* sql) {
    if (sqlite3_exec(database.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }

  Statement prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(database.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
        SQLITE_OK) {
      fail();
    }
    return Statement(statement);
  }

  void bind(sqlite3_stmt* statement, int index, std::string_view text) {
    if (sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8) !=
        SQLITE_OK) {
      fail();
    }
  }

  void step(sqlite3_stmt* statement) {
    const int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    if (code != SQLITE_DONE) fail();
  }

  void write(const Event& event) {
    const Record& record = *event.object;
    sqlite3_stmt* statement = event.kind == Event::Kind::kDeleted ? erase.get() : put.get();
    bind(statement, 1, resources[record.resource]);
    bind(statement, 2, record.key.name_space);
    bind(statement, 3, record.key.name);
    if (event.kind != Event::Kind::kDeleted) {
      if (sqlite3_bind_int64(statement, 4, static_cast<sqlite3_int64>(record.revision)) != SQLITE_OK) fail();
      bind(statement, 5, record.document);
    }
    step(statement);
  }

  void write_meta(std::string_view key, std::string_view value) {
    bind(set_meta.get(), 1, key);
    bind(set_meta.get(), 2, value);
    step(set_meta.get());
  }

  std::string read_meta(std::string_view key) {
    const Statement query = prepare("SELECT value FROM meta WHERE key = ?1");
    bind(query.get(), 1, key);
    const int code = sqlite3_step(query.get());
    if (code == SQLITE_DONE) return "";
    if (code != SQLITE_ROW) fail();
    return std::string(column_text(query.get(), 0));
  }
};

SqliteDisk::SqliteDisk(const std::string& directory, std::vector<std::string> resources)
    : impl_(std::make_unique<Impl>(directory, std::move(resources))) {}

SqliteDisk::~SqliteDisk() = default;

std::uint64_t SqliteDisk::load(const std::function<void(Record)>& take) {
  const std::string format = impl_->read_meta("format");
  if (format.empty()) {
    impl_->write_meta("format", kFormat);
  } else if (format != kFormat) {
    throw DiskError("store " + impl_->path + " has format " + format + ", this program reads " +
                    std::string(kFormat));
  }
  const Statement query = impl_->prepare("SELECT resource, namespace, name, revision, document FROM objects");
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(query.get())) == SQLITE_ROW) {
    const std::string_view resource = column_text(query.get(), 0);
    const auto known = std::find(impl_->resources.begin(), impl_->resources.end(), resource);
    if (known == impl_->resources.end()) {
      throw DiskError("store " + impl_->path + " holds an unknown resource \"" + std::string(resource) +
                      "\"");
    }
    Record record;
    record.resource = static_cast<ResourceId>(known - impl_->resources.begin());
    record.key = {std::string(column_text(query.get(), 1)), std::string(column_text(query.get(), 2))};
    record.revision = static_cast<std::uint64_t>(sqlite3_column_int64(query.get(), 3));
    record.document = column_text(query.get(), 4);
    take(std::move(record));
  }
  if (code != SQLITE_DONE) impl_->fail();
  const std::string revision = impl_->read_meta("revision");
  if (revision.find_first_not_of("0123456789") != std::string::npos || revision.size() > 19) {
    throw DiskError("store " + impl_->path + " has a damaged revision \"" + revision + "\"");
  }
  return revision.empty() ? 0 : std::stoull(revision);
}

void SqliteDisk::commit(std::span<const Event> events, std::uint64_t revision) {
  impl_->step(impl_->begin.get());
  try {
    for (const Event& event : events) impl_->write(event);
    impl_->write_meta("revision", std::to_string(revision));
    impl_->step(impl_->commit.get());
  } catch (const DiskError&) {
    sqlite3_step(impl_->rollback.get());
    sqlite3_reset(impl_->rollback.get());
    throw;
  }
}

}  // namespace clusterip::daemon
