#include "daemon/store/sqlite_disk.hpp"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <future>
#include <iterator>
#include <limits>
#include <mutex>
#include <optional>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

#include <sqlite3.h>

namespace clusterip::daemon {
namespace {

// The row of an object is the revision of its creation, so that new objects are written one behind the other;
// who has which name is known to the store. Format 1 had an index of the names, of which every new object
// dirtied a page of its own.
constexpr std::string_view kFormat = "2";
constexpr const char* kObjects =
    "(row INTEGER PRIMARY KEY, resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,"
    " revision INTEGER NOT NULL, document TEXT NOT NULL);";
constexpr const char* kMeta =
    "CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;";
constexpr int kBusyMilliseconds = 10'000;

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

Database open_database(const std::string& path) {
  sqlite3* opened = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  Database database(opened);
  if (code != SQLITE_OK) {
    throw DiskError("store " + path + ": " + (opened != nullptr ? sqlite3_errmsg(opened) : "out of memory"));
  }
  sqlite3_busy_timeout(opened, kBusyMilliseconds);
  return database;
}

// Folds the write-ahead log back into the database, as far as nobody writes or reads meanwhile. How many
// pages of the log are folded back now. What fails is tried again later: the log has everything.
int fold(sqlite3* database) {
  int in_log = 0;
  int folded = 0;
  sqlite3_wal_checkpoint_v2(database, nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &folded);
  return folded;
}

// Folds on a thread of its own, so that requests need not wait for it. It never catches up with a busy
// writer, who folds the small rest himself; only then does the log begin anew. A log that has become long, on
// a disk that is slow, is folded by the writer whatever is left.
class Folding {
 public:
  explicit Folding(const std::string& path) : database_(open_database(path)), thread_([this] { loop(); }) {}
  ~Folding() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  Folding(const Folding&) = delete;
  Folding& operator=(const Folding&) = delete;

  // Called by the writer between two transactions, with the pages in the log.
  void tend(sqlite3* writer, int pages) {
    constexpr int kWorthIt = 4000;
    constexpr int kLong = 16 * kWorthIt;
    const int small_rest = pages >= kLong ? pages : pages / 8;
    const std::lock_guard lock(mutex_);
    if (busy_) return;
    if (folded_ > 0 && pages - folded_ <= small_rest) {
      fold(writer);
      folded_ = 0;
      begin_at_ = kWorthIt;
    } else if (pages >= begin_at_) {
      // A reader may hold it up: it is not tried with each transaction.
      begin_at_ = folded_ > 0 && folded_ == folded_before_ ? pages + kWorthIt : kWorthIt;
      folded_before_ = folded_;
      busy_ = true;
      wake_.notify_one();
    }
  }

 private:
  void loop() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return busy_ || ending_; });
      if (ending_) return;
      lock.unlock();
      const int folded = fold(database_.get());
      lock.lock();
      folded_ = folded;
      busy_ = false;
    }
  }

  Database database_;
  std::mutex mutex_;
  std::condition_variable wake_;
  int begin_at_ = 4000;
  int folded_ = 0;         // by the last time; 0: the writer has folded the rest since
  int folded_before_ = 0;  // by the time before
  bool busy_ = false;
  bool ending_ = false;
  std::thread thread_;
};

std::string_view column_text(sqlite3_stmt* statement, int column) {
  const auto* text = sqlite3_column_text(statement, column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

// A connection to the database whose every failure is a DiskError.
class Session {
 public:
  explicit Session(std::string path) : path_(std::move(path)), database_(open_database(path_)) {}

  const std::string& path() const { return path_; }
  sqlite3* database() const { return database_.get(); }

  [[noreturn]] void fail() const {
    throw DiskError("store " + path_ + ": " + sqlite3_errmsg(database_.get()));
  }

  void run(const char* sql) const {
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }

  Statement prepare(const char* sql) const {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
        SQLITE_OK) {
      fail();
    }
    return Statement(statement);
  }

  void bind(sqlite3_stmt* statement, int index, std::string_view text) const {
    if (sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8) !=
        SQLITE_OK) {
      fail();
    }
  }

  void bind(sqlite3_stmt* statement, int index, std::int64_t number) const {
    if (sqlite3_bind_int64(statement, index, number) != SQLITE_OK) fail();
  }

  // Whether there is a row.
  bool next(sqlite3_stmt* statement) const {
    const int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) fail();
    return code == SQLITE_ROW;
  }

  void step(sqlite3_stmt* statement) const {
    const int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    if (code != SQLITE_DONE) fail();
  }

 private:
  std::string path_;
  Database database_;
};

// Rows of the table from the first to the last.
struct RowSpan {
  std::int64_t first = std::numeric_limits<std::int64_t>::min();
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
};

// Spans that hold every row between them, of about the same size where few objects have been deleted: as many
// as there are processors, where there are enough rows.
std::vector<RowSpan> shares_of_rows(const Session& session) {
  constexpr std::uint64_t kWorthAThread = 10'000;
  constexpr unsigned kMostThreads = 4;
  // Each by itself is found without a scan.
  const Statement query =
      session.prepare("SELECT (SELECT min(row) FROM objects), (SELECT max(row) FROM objects)");
  session.next(query.get());
  const std::int64_t first = sqlite3_column_int64(query.get(), 0);
  const auto extent =
      static_cast<std::uint64_t>(sqlite3_column_int64(query.get(), 1)) - static_cast<std::uint64_t>(first);
  const std::uint64_t count = std::clamp<std::uint64_t>(
      extent / kWorthAThread, 1, std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads));
  std::vector<RowSpan> shares(count);
  for (std::size_t i = 1; i < count; ++i) {
    shares[i].first = first + static_cast<std::int64_t>(extent / count * i);
    shares[i - 1].last = shares[i].first - 1;
  }
  return shares;
}

// The records of each resource in these rows, read over a connection of its own.
std::vector<std::vector<RecordPtr>> read_rows(const std::string& path,
                                              const std::vector<std::string>& resources,
                                              SqliteDisk::CheckDocument check, const RowSpan& span) {
  const Session session(path);
  const Statement query = session.prepare(
      "SELECT resource, namespace, name, revision, document, row FROM objects WHERE row BETWEEN ?1 AND ?2");
  session.bind(query.get(), 1, span.first);
  session.bind(query.get(), 2, span.last);
  std::vector<std::vector<RecordPtr>> records(resources.size());
  while (session.next(query.get())) {
    const std::string_view resource = column_text(query.get(), 0);
    const auto known = std::find(resources.begin(), resources.end(), resource);
    if (known == resources.end()) {
      throw DiskError("store " + path + " holds an unknown resource \"" + std::string(resource) + "\"");
    }
    const auto index = static_cast<std::size_t>(known - resources.begin());
    auto record = std::make_shared<Record>();
    record->resource = static_cast<ResourceId>(index);
    record->key.name_space = column_text(query.get(), 1);
    record->key.name = column_text(query.get(), 2);
    record->revision = static_cast<std::uint64_t>(sqlite3_column_int64(query.get(), 3));
    record->document = column_text(query.get(), 4);
    record->row = static_cast<std::uint64_t>(sqlite3_column_int64(query.get(), 5));
    if (!check(record->document)) {
      throw DiskError("store " + path + ": the document of " + resources[index] + " " +
                      record->key.name_space + "/" + record->key.name + " cannot be read");
    }
    records[index].push_back(std::move(record));
  }
  return records;
}

}  // namespace

struct SqliteDisk::Impl {
  std::vector<std::string> resources;
  CheckDocument check;
  DirectoryLock lock;
  Session session;
  Statement begin, commit, rollback, insert, update, erase, set_meta;
  int log_pages = 0;  // in the write-ahead log since the last commit
  std::optional<Folding> folding;

  Impl(const std::string& directory, std::vector<std::string> names, CheckDocument check_document)
      : resources(std::move(names)),
        check(check_document),
        lock(make_directory(directory)),
        session(directory + "/clusterip.db") {
    // Full synchronisation: what was answered is on the disk.
    session.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;");
    session.run(kMeta);
    set_meta = session.prepare("INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)");
    take_format();
    begin = session.prepare("BEGIN IMMEDIATE");
    commit = session.prepare("COMMIT");
    rollback = session.prepare("ROLLBACK");
    insert = session.prepare(
        "INSERT INTO objects(row, revision, document, resource, namespace, name)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
    update = session.prepare("UPDATE objects SET revision = ?2, document = ?3 WHERE row = ?1");
    erase = session.prepare("DELETE FROM objects WHERE row = ?1");
    sqlite3_wal_hook(
        session.database(),
        [](void* self, sqlite3*, const char*, int pages) {
          static_cast<Impl*>(self)->log_pages = pages;
          return SQLITE_OK;
        },
        this);
    folding.emplace(session.path());
  }

  // A new store gets today's format, an old one is brought to it.
  void take_format() {
    const std::string format = read_meta("format");
    if (format == kFormat) return;
    if (!format.empty() && format != "1") {
      throw DiskError("store " + session.path() + " has format " + format + ", this program reads " +
                      std::string(kFormat));
    }
    session.run("BEGIN IMMEDIATE");
    if (format.empty()) {
      session.run(("CREATE TABLE IF NOT EXISTS objects" + std::string(kObjects)).c_str());
    } else {
      // Its rows were numbered from 1 on, so they lie below the revisions to come.
      session.run(
          ("CREATE TABLE new_objects" + std::string(kObjects) +
           "INSERT INTO new_objects SELECT rowid, resource, namespace, name, revision, document FROM objects;"
           "DROP TABLE objects;"
           "ALTER TABLE new_objects RENAME TO objects;")
              .c_str());
    }
    write_meta("format", kFormat);
    session.run("COMMIT");
  }

  void write(const Event& event) const {
    const Record& record = *event.object;
    sqlite3_stmt* statement = event.kind == Event::Kind::kAdded      ? insert.get()
                              : event.kind == Event::Kind::kModified ? update.get()
                                                                     : erase.get();
    session.bind(statement, 1, static_cast<std::int64_t>(record.row));
    if (event.kind != Event::Kind::kDeleted) {
      session.bind(statement, 2, static_cast<std::int64_t>(record.revision));
      session.bind(statement, 3, record.document);
    }
    if (event.kind == Event::Kind::kAdded) {
      session.bind(statement, 4, resources[record.resource]);
      session.bind(statement, 5, record.key.name_space);
      session.bind(statement, 6, record.key.name);
    }
    session.step(statement);
  }

  void write_meta(std::string_view key, std::string_view value) const {
    session.bind(set_meta.get(), 1, key);
    session.bind(set_meta.get(), 2, value);
    session.step(set_meta.get());
  }

  std::string read_meta(std::string_view key) const {
    const Statement query = session.prepare("SELECT value FROM meta WHERE key = ?1");
    session.bind(query.get(), 1, key);
    return session.next(query.get()) ? std::string(column_text(query.get(), 0)) : "";
  }
};

SqliteDisk::SqliteDisk(const std::string& directory, std::vector<std::string> resources, CheckDocument check)
    : impl_(std::make_unique<Impl>(directory, std::move(resources), check)) {}

SqliteDisk::~SqliteDisk() = default;

Kept SqliteDisk::load() {
  const std::string& path = impl_->session.path();
  const std::vector<std::string>& resources = impl_->resources;
  std::vector<std::future<std::vector<std::vector<RecordPtr>>>> parts;
  for (const RowSpan& span : shares_of_rows(impl_->session)) {
    parts.push_back(
        std::async(std::launch::async, [&, span] { return read_rows(path, resources, impl_->check, span); }));
  }
  Kept kept;
  kept.records.resize(resources.size());
  for (auto& part : parts) {
    auto records = part.get();
    for (std::size_t i = 0; i < records.size(); ++i) {
      std::move(records[i].begin(), records[i].end(), std::back_inserter(kept.records[i]));
    }
  }
  const std::string revision = impl_->read_meta("revision");
  if (revision.find_first_not_of("0123456789") != std::string::npos || revision.size() > 19) {
    throw DiskError("store " + path + " has a damaged revision \"" + revision + "\"");
  }
  kept.revision = revision.empty() ? 0 : std::stoull(revision);
  return kept;
}

void SqliteDisk::commit(std::span<const Event> events, std::uint64_t revision) {
  impl_->folding->tend(impl_->session.database(), impl_->log_pages);
  impl_->session.step(impl_->begin.get());
  try {
    for (const Event& event : events) impl_->write(event);
    impl_->write_meta("revision", std::to_string(revision));
    impl_->session.step(impl_->commit.get());
  } catch (const DiskError&) {
    sqlite3_step(impl_->rollback.get());
    sqlite3_reset(impl_->rollback.get());
    throw;
  }
}

}  // namespace clusterip::daemon
