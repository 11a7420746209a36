#include "engine/set/flat_words.hpp"

#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>

namespace clusterip::set {
namespace {

constexpr std::size_t kWordBytes = FlatWords::kWords * sizeof(FlatWords::Word);
constexpr std::size_t kPages = FlatWords::kWords / FlatWords::kWordsPerPage;

void* reserve(std::size_t bytes) {
  void* memory =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    std::perror("clusterip: cannot reserve address space for the IPv4 map");
    std::abort();
  }
  return memory;
}

}  // namespace

FlatWords::FlatWords()
    : words_(static_cast<Word*>(reserve(kWordBytes))),
      touched_(static_cast<std::atomic<bool>*>(reserve(kPages))) {}

FlatWords::~FlatWords() {
  munmap(words_, kWordBytes);
  munmap(touched_, kPages);
}

std::uint64_t FlatWords::next(std::uint64_t number) const noexcept {
  while (number < kWords && !touched_[number / kWordsPerPage].load()) {
    number = (number / kWordsPerPage + 1) * kWordsPerPage;
  }
  return number;
}

}  // namespace clusterip::set
