// Memory that a run of the explorer has freed: kept as it was until the run ends, so that a late read of it
// is found and does no harm.
//
// Linked into a program, this replaces operator new and delete. Of what is freed inside a run only blocks
// with atomics in them are kept.
#pragma once

#include <cstddef>

namespace clusterip::test {

// An atomic's life ends; the block around it is about to be freed.
void freed_note(const void* atomic);
extern std::size_t g_freed_blocks;
bool freed_block_holds(const void* atomic);
inline bool freed_holds(const void* atomic) {
  return g_freed_blocks != 0 && freed_block_holds(atomic);
}
// The run has ended: frees what was kept.
void freed_clear();

}  // namespace clusterip::test
