// Random programs of allocator calls, IPv4 and IPv6, against the golden table: every answer must be equal.
//
// The input is a program: a byte chooses the call, the next ones its operands, inside 256 addresses and the
// CIDRs of the last eight bits, so that ranges nest, repeat and share words.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "engine/alloc/family_allocator.hpp"
#include "tests/support/golden_model.hpp"

namespace {

using clusterip::Address;
using clusterip::Cidr;
using clusterip::Family;
using clusterip::RangeState;
using clusterip::SeededDraws;

void require(bool holds) {
  if (!holds) std::abort();
}

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : at_(data), end_(data + size) {}
  bool empty() const { return at_ == end_; }
  std::uint8_t next() { return empty() ? std::uint8_t{0} : *at_++; }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

class Machine {
 public:
  Machine(Family family, Address base) : base_(base), ours_(family, set_), golden_(family) {}

  void step(Bytes& program) {
    const std::uint8_t call = program.next();
    const Address address{base_.family(), base_.bits() + program.next()};
    const Cidr cidr{address, clusterip::address_bits(base_.family()) - call / 16 % 9U};
    const std::uint64_t seed = program.next();
    SeededDraws a(seed);
    SeededDraws b(seed);
    const std::string name(1, static_cast<char>('a' + seed % 3));
    switch (call % 8) {
      case 0:
        static_cast<void>(ours_.ranges().put(name, cidr, static_cast<RangeState>(seed / 3 % 3)));
        golden_.put(name, cidr, static_cast<RangeState>(seed / 3 % 3));
        return;
      case 1:
        return require(ours_.ranges().terminate(name) == golden_.terminate(name));
      case 2:
        return require(ours_.ranges().remove(name, cidr) == golden_.remove(name, cidr));
      case 3:
        return require(ours_.allocate(address) == golden_.allocate(address));
      case 4:
        return require(ours_.release(address) == golden_.release(address));
      case 5:
        return require(ours_.allocate_in(cidr, a) == golden_.allocate_in(cidr, b));
      default:
        return require(ours_.allocate(a) == golden_.allocate(b));
    }
  }

 private:
  Address base_;
  clusterip::AddressSet set_;
  clusterip::FamilyAllocator ours_;
  clusterip::test::GoldenAllocator golden_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes program(data, size);
  const std::uint8_t where = program.next();
  const Address bases[] = {Address::v4(0x0a000000), Address::v6(0xfd00000000000000U, 0),
                           Address::v4(0xffffff00U), Address::v6(~std::uint64_t{0}, ~std::uint64_t{0xff})};
  Machine machine(bases[where % 4].family(), bases[where % 4]);
  while (!program.empty()) machine.step(program);
  return 0;
}
