// Holds what a reflector believes, by name, so that a test can compare it with the server.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "daemon/mirror/reflector.hpp"

namespace clusterip::testing {

class ObjectSink : public daemon::MirrorSink {
 public:
  void begin_snapshot() override {
    const std::lock_guard lock(mutex_);
    coming_.clear();
    in_snapshot_ = true;
  }
  void put(daemon::MirroredObject object) override {
    const std::lock_guard lock(mutex_);
    (in_snapshot_ ? coming_ : versions_)[key(object)] = daemon::meta_of(object).resource_version;
  }
  void erase(const daemon::MirroredObject& object) override {
    const std::lock_guard lock(mutex_);
    (in_snapshot_ ? coming_ : versions_).erase(key(object));
  }
  void end_snapshot() override {
    const std::lock_guard lock(mutex_);
    versions_ = std::move(coming_);
    coming_.clear();
    in_snapshot_ = false;
  }

  // name → resourceVersion
  std::map<std::string, std::string> versions() const {
    const std::lock_guard lock(mutex_);
    return versions_;
  }

 private:
  static std::string key(const daemon::MirroredObject& object) {
    const auto& meta = daemon::meta_of(object);
    return meta.name_space.empty() ? meta.name : meta.name_space + "/" + meta.name;
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::string> versions_;
  std::map<std::string, std::string> coming_;
  bool in_snapshot_ = false;
};

}  // namespace clusterip::testing
