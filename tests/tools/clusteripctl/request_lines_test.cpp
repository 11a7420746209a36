#include "tools/clusteripctl/request_lines.hpp"

#include <array>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace clusterip::ctl {
namespace {

using More = RequestLines::More;

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  ~Pipe() {
    close_writer();
    ::close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reader() const { return ends_[0]; }
  void write(const std::string& text) {
    EXPECT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void close_writer() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{};
};

std::vector<std::string> waiting(RequestLines& lines) {
  std::vector<std::string> texts;
  while (const auto line = lines.next())
    texts.push_back(line->too_long ? "(too long)" : std::string(line->text));
  return texts;
}

using Texts = std::vector<std::string>;

TEST(RequestLines, HandsOutWhatIsWhollyHere) {
  Pipe pipe;
  RequestLines lines(pipe.reader(), 100);
  EXPECT_EQ(waiting(lines), Texts{});
  pipe.write("a\n\nb\r\nc");
  EXPECT_EQ(lines.more(), More::kRead);
  EXPECT_EQ(waiting(lines), (Texts{"a", "", "b\r"}));
  pipe.write("d\ne");
  EXPECT_EQ(lines.more(), More::kRead);
  EXPECT_EQ(waiting(lines), Texts{"cd"});
  pipe.close_writer();
  EXPECT_EQ(lines.more(), More::kEnd);
  EXPECT_EQ(waiting(lines), Texts{});
  ASSERT_TRUE(lines.rest());
  EXPECT_FALSE(lines.rest());
}

TEST(RequestLines, GivesTheLastLineWithoutItsEnd) {
  Pipe pipe;
  RequestLines lines(pipe.reader(), 100);
  pipe.write("last");
  pipe.close_writer();
  EXPECT_EQ(lines.more(), More::kRead);
  EXPECT_EQ(lines.more(), More::kEnd);
  const auto rest = lines.rest();
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->text, "last");
}

TEST(RequestLines, DropsALineThatIsTooLongAndGoesOn) {
  Pipe pipe;
  RequestLines lines(pipe.reader(), 4);
  pipe.write("1234\n12345\nok\n123");
  EXPECT_EQ(lines.more(), More::kRead);
  EXPECT_EQ(waiting(lines), (Texts{"1234", "(too long)", "ok"}));
  // A long line that comes in pieces, each of which would be short enough.
  for (const char* piece : {"45", "67", "89"}) {
    pipe.write(piece);
    EXPECT_EQ(lines.more(), More::kRead);
    EXPECT_EQ(waiting(lines), Texts{});
  }
  pipe.write("\nfine\nagain too long");
  EXPECT_EQ(lines.more(), More::kRead);
  EXPECT_EQ(waiting(lines), (Texts{"(too long)", "fine"}));
  pipe.close_writer();
  EXPECT_EQ(lines.more(), More::kEnd);
  const auto rest = lines.rest();
  ASSERT_TRUE(rest);
  EXPECT_TRUE(rest->too_long);
  EXPECT_FALSE(lines.rest());
}

TEST(RequestLines, TellsAFailureFromTheEnd) {
  RequestLines lines(-1, 100);
  EXPECT_EQ(lines.more(), More::kFailed);
}

}  // namespace
}  // namespace clusterip::ctl
