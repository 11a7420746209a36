#include "daemon/input/line_reader.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace clusterip::daemon {
namespace {

// A source that yields its bytes in pieces of changing size.
class PieceSource final : public ByteSource {
 public:
  PieceSource(std::string bytes, std::size_t most)
      : ByteSource("pieces"), bytes_(std::move(bytes)), most_(most) {}
  std::size_t read(char* to, std::size_t capacity) override {
    const std::size_t wanted = 1 + turn_++ % most_;
    const std::size_t count = std::min({wanted, capacity, bytes_.size() - offset_});
    bytes_.copy(to, count, offset_);
    offset_ += count;
    return count;
  }

 private:
  std::string bytes_;
  std::size_t most_;
  std::size_t offset_ = 0;
  std::size_t turn_ = 0;
};

struct Seen {
  std::uint64_t number;
  std::string text;
  std::uint64_t length;
  bool too_long;
  bool terminated;
  friend bool operator==(const Seen&, const Seen&) = default;
};

std::vector<Seen> read(const std::string& bytes, std::size_t limit, std::size_t piece) {
  PieceSource source(bytes, piece);
  LineReader reader(source, limit);
  std::vector<Seen> lines;
  while (const auto line = reader.next()) {
    lines.push_back({line->number, std::string(line->text), line->length, line->too_long, line->terminated});
  }
  return lines;
}

// The same, written for a reader of the test and not for speed.
std::vector<Seen> golden(const std::string& bytes, std::size_t limit) {
  std::vector<Seen> lines;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t newline = bytes.find('\n', at);
    std::string text = bytes.substr(at, newline - at);
    if (!text.empty() && text.back() == '\r') text.pop_back();
    const bool too_long = text.size() > limit;
    lines.push_back(
        {lines.size() + 1, too_long ? "" : text, text.size(), too_long, newline != std::string::npos});
    if (newline == std::string::npos) break;
    at = newline + 1;
  }
  return lines;
}

TEST(LineReader, NumbersLinesAndDropsCarriageReturns) {
  const std::vector<Seen> expected{
      {1, "a", 1, false, true}, {2, "", 0, false, true}, {3, "b", 1, false, true}, {4, "c", 1, false, false}};
  EXPECT_EQ(read("a\n\nb\r\nc", 10, 3), expected);
}

TEST(LineReader, ReportsAnOverLongLineAndGoesOn) {
  const std::string bytes = std::string(1000, 'x') + "\nshort\n";
  const std::vector<Seen> expected{{1, "", 1000, true, true}, {2, "short", 5, false, true}};
  EXPECT_EQ(read(bytes, 10, 64), expected);
}

TEST(LineReader, TheLimitItselfPasses) {
  EXPECT_FALSE(read("0123456789\r\n", 10, 3).at(0).too_long);
  EXPECT_TRUE(read("0123456789a\n", 10, 3).at(0).too_long);
}

TEST(LineReader, AgreesWithAPlainReaderOnRandomText) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    const std::size_t size = random() % 60;
    // A carriage return stands only before a newline, so that no cut falls between the two.
    while (bytes.size() < size) bytes += random() % 4 == 0 ? (random() % 2 == 0 ? "\n" : "\r\n") : "x";
    const std::size_t limit = 1 + random() % 12;
    ASSERT_EQ(read(bytes, limit, 1 + random() % 9), golden(bytes, limit)) << "round " << round;
  }
}

}  // namespace
}  // namespace clusterip::daemon
