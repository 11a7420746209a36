// The crate sbitmap as a peer: a port of the Linux kernel's lock-free bitmap, one word a cache line. It is
// built by cargo (peers/sbitmap) and loaded when the benchmark starts, so that nothing else needs cargo.
//
// It searches from the start's word on, and takes the lowest free bit of a word. It cannot claim a bit by
// name. A call leaves the program, which takes about a nanosecond.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <dlfcn.h>
#include <string>

namespace clusterip::bench {

class Sbitmap {
 public:
  static constexpr const char* kName = "sbitmap";

  // What is wrong with the library, or nothing.
  static std::string load(const std::string& path) {
    void* library = dlopen(path.c_str(), RTLD_NOW);
    if (library == nullptr) return dlerror();
    const auto find = [&](const char* name) { return dlsym(library, name); };
    calls() = {reinterpret_cast<void* (*)(std::size_t)>(find("peer_sbitmap_new")),
               reinterpret_cast<void (*)(void*)>(find("peer_sbitmap_delete")),
               reinterpret_cast<std::size_t (*)(void*, std::size_t)>(find("peer_sbitmap_get")),
               reinterpret_cast<void (*)(void*, std::size_t)>(find("peer_sbitmap_put")),
               reinterpret_cast<bool (*)(void*, std::size_t)>(find("peer_sbitmap_test"))};
    const Calls& all = calls();
    const bool whole = all.make && all.destroy && all.get && all.put && all.test;
    return whole ? "" : path + ": lacks a call";
  }
  static bool is_loaded() { return calls().make != nullptr; }

  // Made only once load() has filled the calls.
  // NOLINTBEGIN(clang-analyzer-core.CallAndMessage)
  explicit Sbitmap(std::uint64_t size) : map_(calls().make(size)) {}
  ~Sbitmap() { calls().destroy(map_); }
  Sbitmap(const Sbitmap&) = delete;
  Sbitmap& operator=(const Sbitmap&) = delete;

  std::uint64_t claim_next(std::uint64_t start) { return calls().get(map_, start); }
  bool release(std::uint64_t offset) {
    calls().put(map_, offset);
    return true;
  }
  bool contains(std::uint64_t offset) { return calls().test(map_, offset); }
  // NOLINTEND(clang-analyzer-core.CallAndMessage)

 private:
  struct Calls {
    void* (*make)(std::size_t) = nullptr;
    void (*destroy)(void*) = nullptr;
    std::size_t (*get)(void*, std::size_t) = nullptr;
    void (*put)(void*, std::size_t) = nullptr;
    bool (*test)(void*, std::size_t) = nullptr;
  };
  static Calls& calls() {
    static Calls loaded;
    return loaded;
  }
  void* map_;
};

}  // namespace clusterip::bench
