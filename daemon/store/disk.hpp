// Where records are kept: the seam between the store and SQLite, or nothing at all (--in-memory).
#pragma once

#include <functional>
#include <span>
#include <stdexcept>
#include <string>

#include "daemon/store/record.hpp"

namespace clusterip::daemon {

// The directory is in use, cannot be read, or a write failed. After a failed write nothing can be trusted but
// what had been committed before it.
struct DiskError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Disk {
 public:
  virtual ~Disk() = default;
  // Calls `take` for every record; answers with the last revision that was given out.
  virtual std::uint64_t load(const std::function<void(Record)>& take) = 0;
  // Makes the events durable, all or none. Returns when they are.
  virtual void commit(std::span<const Event> events, std::uint64_t revision) = 0;
};

class MemoryDisk : public Disk {
 public:
  std::uint64_t load(const std::function<void(Record)>&) override { return 0; }
  void commit(std::span<const Event>, std::uint64_t) override {}
};

}  // namespace clusterip::daemon
