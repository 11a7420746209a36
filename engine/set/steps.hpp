// The steps that make the lock-free structures right, by name.
//
// Code asks P::keeps(step), which is the constant true in the real engine. The catalogue of planted faults in
// tests/engine/planted drops one step after the other; a step that can go unnoticed is not proven needed.
#pragma once

#include <cstdint>

namespace clusterip::set {

enum class Step : std::uint8_t {
  kClaimVerdict,   // a claim that found the bit set is not a success
  kAnnounceClaim,  // who may fill a word names it first
  kRelook,         // and takes its mark back when the claim failed
  kRelookFence,    // looking at the word only after the mark can be seen
  kFailureTurn,    // in a turn, since it may name another word soon
  kReleaseFence,   // between clearing a bit and looking at the marks
  kUnmarkWord,     // a release takes back the mark of its word
  kUnmarkBlock,    // and those above it
  kUnmarkSuper,
  kMarksToldOf,        // who marks says first that there are marks
  kLeafRecheck,        // marks of blocks are checked against words, not against marks
  kBlockRecheck,       // marks of blocks are checked at all
  kTurnOpens,          // a release opens a turn before it clears
  kTurnCloses,         // and counts it after it repaired the marks
  kTurnsCompared,      // full is only believed if no turn moved
  kPendingLooked,      // words of open turns are looked at themselves
  kClaimsLooked,       // and words that claims announced
  kFirstEdge,          // the first word of a span is masked
  kLastEdge,           // the last word of a span is masked
  kWrapAround,         // a search goes on before its start
  kImageRepeated,      // a snapshot is read twice
  kImageTurns,         // and only believed if no turn moved
  kFrozenSeen,         // a claim notices that its table was frozen
  kWordsFrozen,        // the words of a table are frozen before it is copied
  kCopiedBeforeUse,    // nobody uses the next table before all is copied
  kKeptWhileRead,      // an old table lives while somebody may read it
  kFenceWaits,         // a change of ranges waits for the views of older tables
  kHeavyFence,         // and makes other processors show their views first
  kHintRechecked,      // who marked a range full searches it again
  kHintTakenBack,      // a release takes back the marks of its range
  kHintsAround,        // and of the ranges around it
  kReleaseTurn,        // in a turn that it opened before it cleared
  kMarkTurn,           // who marks a range says so first
  kHintTurnsLooked,    // ranges of open turns are searched themselves
  kHintTurnsCompared,  // full is only believed if no turn moved
  kMarkCounted,        // a mark is counted before it is set
  kMarksForgotten,     // a number that means another range loses its mark
  kOldLeftAlone,       // a table is changed when its last view has ended
};

}  // namespace clusterip::set
