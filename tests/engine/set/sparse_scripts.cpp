#include "tests/engine/set/sparse_rig.hpp"

namespace clusterip::test {

// Words hold the addresses 0 to 31 and 32 to 63.
std::vector<Script> sparse_scripts() {
  constexpr std::uint64_t kAllButLast = 0x7fff'ffff;
  return {
      {"two claims of one address, new word", 0, {{claim(5)}, {claim(5)}}},
      {"claim while the table is replaced", 0b1, {{claim(1)}, {claim(40)}}},
      {"release while the table is replaced", 0b11, {{release(1)}, {claim(40)}}},
      {"release and claim while it is replaced", 0b1, {{release(0), claim(0)}, {claim(40)}}},
      {"look-up while the table is replaced", 0b1, {{contains(0), claim(2), contains(2)}, {claim(40)}}},
      {"look-up of one that moved", 0b1, {{contains(2)}, {claim(40), claim(2), contains(2)}}},
      {"two look-ups around a claim", 0b1, {{contains(2), contains(2)}, {claim(2), claim(40), release(2)}}},
      {"two new words", 0, {{claim(5), contains(5)}, {claim(40), release(40)}}},
      {"three new words", 0, {{claim(5)}, {claim(40)}, {claim(6), contains(5)}}},
      {"two replace the table", 0b1, {{claim(33)}, {claim(40), release(40)}}},
      {"last bit against release", kAllButLast, {{claim(31)}, {release(3)}}},
      {"last bit of the second word against release", ~std::uint64_t{0} >> 1, {{claim(63)}, {release(40)}}},
      {"full beside a mark that is being set",
       ~std::uint64_t{0} >> 1,
       {{claim(63)}, {release(40), post()}, {peek(), find(0, 63, 0)}}},
      {"full against release", 0xffff'ffff, {{claim_next(0, 31, 7)}, {release(3)}}},
      {"search against a moving hole", 0xffff'fffe, {{find(0, 31, 1)}, {release(31), claim(0)}}},
      {"claims in two words seen in order", 0b1, {{claim(1), claim(40)}, {contains(40), contains(1)}}},
      {"releases seen in order",
       0b1 | std::uint64_t{1} << 40,
       {{release(0), release(40)}, {contains(40), contains(0)}}},
      {"a release told elsewhere is found",
       0xffff'ffff,
       {{release(3), post()}, {peek(), claim_next(0, 31, 7)}}},
      {"a claim in a new word told elsewhere", 0b1, {{claim(40), post()}, {peek(), contains(40), claim(33)}}},
      {"a claim that is refused sees what came before",
       0b1,
       {{claim(1), claim(40)}, {claim(40), contains(1)}}},
      {"a claim in an old word that is refused sees what came before",
       0b1 | std::uint64_t{1} << 41,
       {{claim(1), claim(40)}, {claim(40), contains(1)}}},
      {"a release that is refused sees what came before",
       0b1 | std::uint64_t{1} << 40,
       {{release(0), release(40)}, {release(40), contains(0)}}},
      {"what came before a claim is known behind a copy",
       0b1,
       {{post(), claim(1)}, {claim(40)}, {contains(1), peek()}}},
      {"what came before a claim is known to who copies second",
       0b1,
       {{post(), claim(1)}, {claim(40)}, {claim(41), contains(1), peek()}}},
      {"what came before a claim is known behind a copy of what another froze",
       0b1,
       {{claim(41)}, {post(), claim(1), claim(40)}, {contains(1), peek()}}},
      {"snapshot against claims that replace the table", 0b1, {{snapshot(0, 63)}, {claim(1), claim(40)}}},
      {"snapshot against a release and a claim", 0b1, {{snapshot(0, 63)}, {release(0), claim(40)}}},
      {"snapshot against a claim and a release", 0b1, {{snapshot(0, 63)}, {claim(40), release(0)}}},
  };
}

}  // namespace clusterip::test
