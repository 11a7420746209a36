#include "daemon/input/byte_source.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterip::daemon {
namespace {

using ::testing::HasSubstr;

// "hello\n" and "world\n", each packed by gzip -n.
const std::string kHello(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00\x20\x30\x3a\x36\x06"
    "\x00\x00\x00",
    26);
const std::string kWorld(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2b\xcf\x2f\xca\x49\xe1\x02\x00\xa8\x61\x38\xdd\x06\x00\x00"
    "\x00",
    26);

std::string read_all(ByteSource& source, std::size_t piece = 7) {
  std::string text;
  std::string buffer(piece, '\0');
  for (std::size_t got = source.read(buffer.data(), piece); got > 0;
       got = source.read(buffer.data(), piece)) {
    text.append(buffer, 0, got);
  }
  return text;
}

std::string write_file(const std::string& name, const std::string& bytes) {
  std::string path = ::testing::TempDir() + name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

TEST(ByteSource, ReadsAFileInPieces) {
  const std::string path = write_file("plain", "some text of a file");
  auto opened = open_source(path);
  auto& source = std::get<0>(opened);
  EXPECT_EQ(read_all(*source), "some text of a file");
  EXPECT_EQ(source->failure(), "");
  EXPECT_EQ(source->name(), path);
}

TEST(ByteSource, NamesTheReasonWhyAFileCannotBeOpened) {
  EXPECT_EQ(std::get<1>(open_source("/no/such/file")), "No such file or directory");
  EXPECT_EQ(std::get<1>(open_source(::testing::TempDir())), "Is a directory");
}

TEST(ByteSource, KnowsGzipByItsContent) {
  auto opened = open_source(write_file("packed-without-suffix", kHello));
  EXPECT_EQ(read_all(*std::get<0>(opened)), "hello\n");
}

TEST(ByteSource, ReadsAPlainFileThatIsCalledGz) {
  auto opened = open_source(write_file("plain.gz", "{}"));
  EXPECT_EQ(read_all(*std::get<0>(opened)), "{}");
}

TEST(ByteSource, ReadsSeveralMembersAndPadding) {
  auto source = memory_source("two", kHello + std::string(5, '\0') + kWorld + std::string(9, '\0'));
  EXPECT_EQ(read_all(*source, 1), "hello\nworld\n");
  EXPECT_EQ(source->failure(), "");
}

TEST(ByteSource, EveryCutOfAPackedFileIsAFailure) {
  for (std::size_t length = 2; length < kHello.size(); ++length) {
    auto source = memory_source("cut", kHello.substr(0, length));
    read_all(*source);
    EXPECT_THAT(source->failure(), HasSubstr("ends in the middle")) << length;
  }
}

TEST(ByteSource, DamageIsAFailure) {
  std::string damaged = kHello;
  damaged[20] = static_cast<char>(damaged[20] ^ 1);
  auto source = memory_source("damaged", damaged);
  read_all(*source);
  EXPECT_THAT(source->failure(), HasSubstr("damaged gzip data"));

  auto trailing = memory_source("trailing", kHello + "text");
  EXPECT_EQ(read_all(*trailing), "hello\n");
  EXPECT_THAT(trailing->failure(), HasSubstr("damaged gzip data"));
}

TEST(ByteSource, EmptyAndShortInputsAreRead) {
  EXPECT_EQ(read_all(*memory_source("empty", "")), "");
  EXPECT_EQ(read_all(*memory_source("one", "\x1f")), "\x1f");
}

}  // namespace
}  // namespace clusterip::daemon
