// Where records are kept: the seam between the store and SQLite, or nothing at all (--in-memory).
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "daemon/store/record.hpp"

namespace clusterip::daemon {

// The directory is in use, cannot be read, or a write failed. After a failed write nothing can be trusted but
// what had been committed before it.
struct DiskError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What was kept when a program ended.
struct Kept {
  std::vector<std::vector<RecordPtr>>
      records;                 // of each resource, in no order; fewer where the last have none
  std::uint64_t revision = 0;  // the last one that was given out
};

class Disk {
 public:
  virtual ~Disk() = default;
  virtual Kept load() = 0;
  // Makes the events durable, all or none. Returns when they are.
  virtual void commit(std::span<const Event> events, std::uint64_t revision) = 0;
};

class MemoryDisk : public Disk {
 public:
  Kept load() override { return {}; }
  void commit(std::span<const Event>, std::uint64_t) override {}
};

}  // namespace clusterip::daemon
