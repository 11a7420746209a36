// Records in an SQLite database: the only door to SQLite is sqlite_disk.cpp.
//
// DIR/clusterip.db in write-ahead mode with full synchronisation; one transaction for each group of requests.
// DIR/lock keeps a second process out, while sqlite3 may read beside us at any time:
//   objects(row, resource, namespace, name, revision, document)   resource: "services",
//                                                                 "servicecidrs.networking.k8s.io", …
//   meta(key, value)                                              format, revision
// Throws DiskError. Used by one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/disk.hpp"

namespace clusterip::daemon {

class SqliteDisk : public Disk {
 public:
  using CheckDocument = bool (*)(std::string_view document);
  // `resources` names the resources in the order of their ids. Any program can write to the file: what it
  // holds is loaded only if all documents pass the check.
  SqliteDisk(const std::string& directory, std::vector<std::string> resources, CheckDocument check);
  ~SqliteDisk() override;
  Kept load() override;
  void commit(std::span<const Event> events, std::uint64_t revision) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace clusterip::daemon
