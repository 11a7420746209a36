// The strict reading of heads and chunked bodies: what two servers could read in two ways is refused.
#include "daemon/http/frame.hpp"

#include <gtest/gtest.h>

namespace clusterip::daemon {
namespace {

const FrameLimits kLimits;

int refused(const std::string& head) {
  const auto read = read_head(head, kLimits);
  const auto* refusal = std::get_if<FrameRefusal>(&read);
  return refusal == nullptr ? 0 : refusal->status;
}

std::string head(const std::string& lines, const std::string& start = "POST /api HTTP/1.1") {
  return start + "\r\nHost: a\r\n" + lines + "\r\n";
}

TEST(Frame, TakesOrdinaryHeads) {
  const auto read =
      read_head(head("Content-Length: 12\r\nConnection: close\r\nExpect: 100-continue\r\n"), kLimits);
  ASSERT_TRUE(std::holds_alternative<RequestHead>(read));
  const Framing& framing = std::get<RequestHead>(read).framing;
  EXPECT_EQ(framing.content_length, 12U);
  EXPECT_FALSE(framing.keep_alive);
  EXPECT_TRUE(framing.expect_continue);
  EXPECT_FALSE(framing.chunked);
  EXPECT_EQ(refused(head("Transfer-Encoding: chunked\r\n")), 0);
  EXPECT_EQ(refused(head("", "GET /a%20b?x=%2F HTTP/1.1")), 0);
  EXPECT_EQ(refused("GET / HTTP/1.0\r\n\r\n"), 0);
}

TEST(Frame, GivesWhatAHeadSays) {
  const auto read = read_head(
      head("accept:  a, b \r\nX: \t\r\nX: 1%41%4%\r\nx: 2\r\n", "PATCH /a%20b?x=%2F&y=1?2 HTTP/1.1"),
      kLimits);
  ASSERT_TRUE(std::holds_alternative<RequestHead>(read));
  const auto& sent = std::get<RequestHead>(read);
  EXPECT_EQ(sent.method, "PATCH");
  EXPECT_EQ(sent.target, "/a%20b?x=%2F&y=1?2");
  const std::vector<std::pair<std::string, std::string>> headers{
      {"Host", "a"}, {"accept", "a, b"}, {"X", "1A%4%"}, {"x", "2"}};
  EXPECT_EQ(sent.headers, headers);
}

TEST(Frame, RefusesWhatCanBeReadInTwoWays) {
  const std::pair<std::string, int> table[] = {
      {head("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), 400},
      {head("Content-Length: 1\r\nContent-Length: 2\r\n"), 400},
      {head("Content-Length: 1\r\nContent-Length: 1\r\n"), 400},
      {head("Content-Length: 4abc\r\n"), 400},
      {head("Content-Length: -1\r\n"), 400},
      {head("Content-Length: +1\r\n"), 400},
      {head("Content-Length: 1, 1\r\n"), 400},
      {head("Content-Length:\r\n"), 400},
      {head("Content-Length: 99999999999999999999\r\n"), 400},
      {head("Transfer-Encoding: gzip, chunked\r\n"), 501},
      {head("Transfer-Encoding: identity\r\n"), 501},
      {head("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 501},
      {head("Transfer-Encoding : chunked\r\n"), 400},
      {head(" folded: line\r\n"), 400},
      {head("X: a\r\n\tfolded\r\n"), 400},
      {head("X: a%0d%0aY: b\r\n"), 400},
      {head("X: a%0Ab\r\n"), 400},
      {head(std::string("X: a\0b\r\n", 8)), 400},
      {head("X: a\nY: b\r\n"), 400},
      {head("X: a\rY: b\r\n"), 400},
      {head("no colon\r\n"), 400},
      {head("Host: b\r\n"), 400},
      {head("Expect: something\r\n"), 417},
      {head("", "GET http://other/ HTTP/1.1"), 400},
      {head("", "GET  / HTTP/1.1"), 400},
      {head("", "GET / HTTP/2.0"), 505},
      {head("", "GET /\x7f HTTP/1.1"), 400},
      {head("", "FOO / HTTP/1.1"), 405},
      {head("", "F(O / HTTP/1.1"), 400},
      {head("", "GET /"), 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"\r\n", 400},
      {"", 400},
  };
  for (const auto& [text, status] : table) EXPECT_EQ(refused(text), status) << text;
}

TEST(Frame, KeepsItsLimits) {
  EXPECT_EQ(refused(head("Content-Length: 3145728\r\n")), 0);
  EXPECT_EQ(refused(head("Content-Length: 3145729\r\n")), 413);
  EXPECT_EQ(refused(head("", "GET /" + std::string(8000, 'a') + " HTTP/1.1")), 414);
  EXPECT_EQ(refused(head("X: " + std::string(8000, 'a') + "\r\n")), 431);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "X: a\r\n";
  EXPECT_EQ(refused(head(many)), 431);
  EXPECT_FALSE(head_fault(std::string(kLimits.head_bytes + 1, 'G'), kLimits).empty());
}

TEST(Frame, SeesEarlyThatAHeadCannotBecomeOne) {
  EXPECT_EQ(head_fault("GET / HT", kLimits), "");
  EXPECT_EQ(head_fault("GET / HTTP/1.1\r\nA: b", kLimits), "");
  EXPECT_NE(head_fault("GET / HTTP/1.1\nA: b", kLimits), "");
  EXPECT_NE(head_fault("\x16\x03\x01", kLimits), "");
}

ChunkReader::Progress read_all(const std::string& bytes, std::size_t piece, std::string& body,
                               std::size_t& total, std::size_t limit = 1000) {
  ChunkReader reader(limit);
  total = 0;
  auto progress = ChunkReader::Progress::kMore;
  while (total < bytes.size() && progress == ChunkReader::Progress::kMore) {
    std::size_t used = 0;
    progress = reader.feed(std::string_view(bytes).substr(total, piece), body, used);
    total += used;
  }
  return progress;
}

TEST(Chunks, ReadTheSameInAnyPieces) {
  const std::string bytes = "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    std::string body;
    std::size_t total = 0;
    EXPECT_EQ(read_all(bytes, piece, body, total), ChunkReader::Progress::kDone) << piece;
    EXPECT_EQ(body, "hello world");
    EXPECT_EQ(bytes.substr(total), "GET");
  }
}

TEST(Chunks, AreRefusedWhenMalformedOrTooLarge) {
  const std::pair<std::string, ChunkReader::Progress> table[] = {
      {"-2\r\nab", ChunkReader::Progress::kMalformed},
      {"\r\n", ChunkReader::Progress::kMalformed},
      {"1;x=y\r\na\r\n", ChunkReader::Progress::kMalformed},
      {"1\na", ChunkReader::Progress::kMalformed},
      {"1\r\nab\r\n", ChunkReader::Progress::kMalformed},
      {"0\r\nTrailer: x\r\n\r\n", ChunkReader::Progress::kMalformed},
      {"fffffffff\r\n", ChunkReader::Progress::kMalformed},
      {"0x1\r\na", ChunkReader::Progress::kMalformed},
      {"ffffffff\r\n", ChunkReader::Progress::kTooLarge},
      {"3e9\r\n", ChunkReader::Progress::kTooLarge},
      {"3e8\r\n", ChunkReader::Progress::kMore},
  };
  for (const auto& [bytes, expected] : table) {
    std::string body;
    std::size_t total = 0;
    EXPECT_EQ(read_all(bytes, bytes.size(), body, total), expected) << bytes;
  }
}

}  // namespace
}  // namespace clusterip::daemon
