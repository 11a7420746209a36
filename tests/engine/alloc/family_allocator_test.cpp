// Random programs of one family's allocator against the golden table, and the answers that upstream's tests
// pin down.
#include "engine/alloc/family_allocator.hpp"

#include <gtest/gtest.h>

#include "engine/net/text.hpp"
#include "tests/support/golden_model.hpp"

namespace clusterip {
namespace {

using test::GoldenAllocator;

AllocateError error_of(const AllocateOutcome& outcome) {
  return std::get<AllocateError>(outcome);
}

Cidr cidr(std::string_view text) {
  return *read_cidr(text);
}

class Program {
 public:
  Program(Family family, std::string_view base, std::uint64_t seed)
      : family_(family),
        base_(*read_address(base)),
        choices_(seed),
        allocator_(family, set_),
        golden_(family) {}

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFatalFailure(); ++i) step();
    std::map<Cidr, RangeState> states;
    allocator_.ranges().view()->each([&](const Range& range) { states[range.bands.cidr] = range.state; });
    EXPECT_EQ(states, golden_.states());
  }

 private:
  Address any_address() { return {family_, base_.bits() + choices_.below(256)}; }
  Cidr any_cidr() {
    return {any_address(), address_bits(family_) - static_cast<unsigned>(choices_.below(9))};
  }
  std::string any_name() { return std::string(1, static_cast<char>('a' + choices_.below(3))); }

  void step() {
    const Cidr range = any_cidr();
    const Address address = any_address();
    const std::uint64_t seed = choices_.next();
    SeededDraws ours(seed);
    SeededDraws theirs(seed);
    switch (choices_.below(16)) {
      case 0:
      case 1:
        change(range);
        break;
      case 2:
      case 3:
      case 4:
        ASSERT_EQ(allocator_.allocate(address), golden_.allocate(address));
        break;
      case 5:
        ASSERT_EQ(allocator_.allocate_in(range, address), golden_.allocate_in(range, address));
        break;
      case 6:
        ASSERT_EQ(allocator_.allocate_in(range, ours), golden_.allocate_in(range, theirs));
        break;
      case 7:
      case 8:
      case 9:
      case 10:
        ASSERT_EQ(allocator_.release(address), golden_.release(address));
        break;
      default:
        ASSERT_EQ(allocator_.allocate(ours), golden_.allocate(theirs));
    }
  }

  void change(const Cidr& range) {
    const std::string name = any_name();
    const auto state = static_cast<RangeState>(choices_.below(3));
    switch (choices_.below(4)) {
      case 0:
        ASSERT_EQ(allocator_.ranges().remove(name, range), golden_.remove(name, range));
        break;
      case 1:
        ASSERT_EQ(allocator_.ranges().terminate(name), golden_.terminate(name));
        break;
      default:
        static_cast<void>(allocator_.ranges().put(name, range, state));
        golden_.put(name, range, state);
    }
  }

  Family family_;
  Address base_;
  SeededDraws choices_;
  AddressSet set_;
  FamilyAllocator allocator_;
  GoldenAllocator golden_;
};

TEST(FamilyAllocator, RandomProgramsEqualTheGoldenTable) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    Program(Family::kIPv4, "10.0.0.0", seed).run(1500);
    Program(Family::kIPv6, "fd00::", seed).run(1500);
    Program(Family::kIPv4, "255.255.255.0", seed).run(500);
    Program(Family::kIPv4, "0.0.0.0", seed).run(500);
    Program(Family::kIPv6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00", seed).run(500);
  }
}

TEST(FamilyAllocator, DynamicBandComesBeforeStaticBand) {
  AddressSet set;
  FamilyAllocator allocator(Family::kIPv4, set);
  ASSERT_FALSE(allocator.ranges().put("a", cidr("10.0.0.0/27"), RangeState::kReady));
  SeededDraws draws(3);
  for (int i = 0; i < 30; ++i) {
    const auto got = std::get<Allocation>(allocator.allocate(draws));
    EXPECT_EQ(got.band, i < 14 ? BandKind::kDynamic : BandKind::kStatic);
    EXPECT_EQ(got.band == BandKind::kStatic, got.address <= *read_address("10.0.0.16"));
  }
  EXPECT_EQ(error_of(allocator.allocate(draws)), AllocateError::kFull);
}

TEST(FamilyAllocator, TheFiveErrors) {
  AddressSet set;
  FamilyAllocator allocator(Family::kIPv4, set);
  const Cidr ready = cidr("10.0.0.0/28");
  const Cidr pending = cidr("10.1.0.0/28");
  ASSERT_FALSE(allocator.ranges().put("a", ready, RangeState::kReady));
  ASSERT_FALSE(allocator.ranges().put("b", pending, RangeState::kPending));
  SeededDraws draws(1);
  for (int i = 0; i < 14; ++i) ASSERT_EQ(allocator.allocate_in(ready, draws).index(), 0U);
  EXPECT_EQ(error_of(allocator.allocate_in(ready, draws)), AllocateError::kFull);
  EXPECT_EQ(error_of(allocator.allocate(*read_address("10.0.0.3"))), AllocateError::kAllocated);
  EXPECT_EQ(error_of(allocator.allocate_in(ready, *read_address("10.0.0.15"))), AllocateError::kNotInRange);
  EXPECT_EQ(error_of(allocator.allocate(*read_address("10.0.0.15"))), AllocateError::kMismatchedNetwork);
  EXPECT_EQ(error_of(allocator.allocate(*read_address("10.1.0.1"))), AllocateError::kMismatchedNetwork);
  EXPECT_EQ(error_of(allocator.allocate_in(pending, *read_address("10.1.0.1"))), AllocateError::kNotReady);
  EXPECT_EQ(to_text(AllocateError::kNotInRange, *read_address("10.0.0.15"), ready),
            "the provided IP (10.0.0.15) is not in the valid range. The range of valid IPs is 10.0.0.0/28");
  EXPECT_EQ(to_text(AllocateError::kFull), "range is full");
}

TEST(FamilyAllocator, ATerminatedRangeGivesNothingButTakesBack) {
  AddressSet set;
  FamilyAllocator allocator(Family::kIPv6, set);
  ASSERT_FALSE(allocator.ranges().put("a", cidr("fd00::/112"), RangeState::kReady));
  const Address held = *read_address("fd00::77");
  ASSERT_EQ(allocator.allocate(held).index(), 0U);
  ASSERT_TRUE(allocator.ranges().terminate("a"));
  SeededDraws draws(1);
  EXPECT_EQ(error_of(allocator.allocate(draws)), AllocateError::kFull);
  EXPECT_EQ(error_of(allocator.allocate(*read_address("fd00::78"))), AllocateError::kMismatchedNetwork);
  EXPECT_EQ(allocator.release(held), FamilyAllocator::Release::kReleased);
  EXPECT_EQ(allocator.release(held), FamilyAllocator::Release::kWasFree);
}

}  // namespace
}  // namespace clusterip
