#include "tests/engine/set/flat_rig.hpp"

namespace clusterip::test {

// Words hold the addresses 2w and 2w + 1; blocks 4b to 4b + 3; superblocks 8s to 8s + 7.
std::vector<Script> flat_scripts() {
  return {
      {"two claims of one address", 0b0, {{claim(5)}, {claim(5)}}},
      {"two claims fill one word", 0b0, {{claim(4)}, {claim(5)}}},
      {"two searches for the last address", 0b0111, {{claim_next(0, 3, 1)}, {claim_next(0, 3, 2)}}},
      {"claim against release", 0b0010, {{claim(1)}, {release(1)}}},
      {"last bit against release", 0b0010, {{claim(0)}, {release(1)}}},
      {"last bit of a block against release", 0b0111, {{claim(3)}, {release(1)}}},
      {"last bit of a superblock against release", 0b01111111, {{claim(7)}, {release(1)}}},
      {"claim release claim", 0b0010, {{claim(0), release(0)}, {release(1), claim(1)}}},
      {"full against release", 0b1111, {{claim_next(0, 3, 2)}, {release(1)}}},
      {"full against a moving hole", 0b0111, {{claim_next(0, 3, 2)}, {claim(3), release(0)}}},
      {"full against a hole that moves back", 0b1110, {{claim_next(0, 3, 0)}, {release(3), claim(0)}}},
      {"full of a part of words", 0b1010101110, {{claim_next(1, 4, 2)}, {claim(4), release(2)}}},
      {"edges belong to others", 0b0110, {{claim_next(1, 2, 1)}, {claim(0), release(0)}}},
      {"wrap around", 0b1100, {{claim_next(0, 3, 3)}, {claim_next(0, 3, 2)}}},
      {"snapshot against claim and release", 0b0001, {{snapshot(0, 3)}, {claim(2), release(0)}}},
      {"snapshot against two claims", 0b0000, {{snapshot(0, 7)}, {claim(1), claim(4)}}},
      {"snapshot against release and claim", 0b1000, {{snapshot(0, 3)}, {release(3), claim(3)}}},
      {"full while two fill", 0b1100, {{claim_next(0, 3, 1), claim_next(0, 3, 0)}, {claim(1), release(1)}}},
      {"full while a last bit is taken and others release",
       0b0111,
       {{claim_next(0, 3, 2)}, {claim(3)}, {claim(0), release(0)}}},
      {"full against two moving releases",
       0b1110,
       {{claim_next(0, 3, 1)}, {release(3)}, {claim(0), release(1)}}},
      {"full against one release, seen late", 0b1101, {{claim_next(0, 3, 0)}, {release(0)}, {claim(1)}}},
      {"snapshot against claims and a release",
       0b0001,
       {{snapshot(0, 3)}, {claim(1), claim(3)}, {release(0)}}},
      {"full against a last bit about to be taken", 0b0111, {{find(0, 3, 0), contains(3)}, {claim(3)}}},
      {"search against a moving hole", 0b1110, {{find(0, 3, 1)}, {release(3), claim(0)}}},
      {"search against a hole moved by two", 0b1110, {{find(0, 3, 1)}, {release(3)}, {claim(0)}}},
      {"search against two open releases",
       0b011111,
       {{find(0, 5, 0)}, {release(3)}, {release(0)}, {claim(5), claim(0)}}},
      {"snapshot against a moving address",
       0b0001,
       {{snapshot(0, 3)}, {release(0), claim(2), release(2), claim(0), release(0), claim(2)}}},
      {"a claim in the next block is in a snapshot", 0b1000, {{claim_next(0, 7, 3), snapshot(0, 7)}}},
      {"a claim before a claimed block is in a snapshot", 0b10000, {{claim_next(0, 7, 3), snapshot(0, 7)}}},
      {"full while a failed claim moves on", 0b011011, {{claim(2), claim(5)}, {release(3)}, {find(0, 5, 0)}}},
      {"long full against releases", 0xff, {{claim_next(0, 7, 5)}, {release(6), claim(6), release(0)}}},
  };
}

}  // namespace clusterip::test
