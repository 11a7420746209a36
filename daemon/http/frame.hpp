// Where a request ends: the strict reading of an HTTP/1.1 head, and of a chunked body.
//
// HTTP libraries accept what different servers read differently (two lengths, a length and a transfer coding,
// folded lines, bare line feeds, encoded line breaks in header values), which lets one client's bytes pass
// for another's request. So what can be read in two ways is refused here, and every size has a limit. Pure
// functions of bytes; the fuzz target runs them as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace clusterip::daemon {

struct FrameLimits {
  std::size_t head_bytes = 64 * 1024;
  std::size_t header_lines = 100;
  std::size_t line_bytes = 8000;
  std::size_t body_bytes = 3 * 1024 * 1024;
};

struct Framing {
  bool chunked = false;
  std::uint64_t content_length = 0;
  bool expect_continue = false;
  bool keep_alive = true;
  bool version_11 = true;
};

struct RequestHead {
  Framing framing;
  std::string method;
  std::string target;
  // In the order of the lines; those without a value are left out, and %XX in a value is decoded.
  std::vector<std::pair<std::string, std::string>> headers;
};

// An answer that needs no handler: the connection is closed after it.
struct FrameRefusal {
  int status = 400;
  std::string message;
};

// `head` is a request line and header lines, each ended by CR LF, and the empty line.
std::variant<RequestHead, FrameRefusal> read_head(std::string_view head, const FrameLimits& limits);

// Whether bytes that do not yet hold a whole head can still become one; the message says why not.
std::string head_fault(std::string_view begun, const FrameLimits& limits);

// Takes a chunked body apart, piece by piece as it arrives.
class ChunkReader {
 public:
  explicit ChunkReader(std::size_t body_limit) : limit_(body_limit) {}

  enum class Progress : std::uint8_t { kMore, kDone, kMalformed, kTooLarge };
  // Reads from `bytes`, adds what belongs to the body to `body`, and says in `used` how many bytes it took:
  // after kDone the rest belongs to the next request.
  Progress feed(std::string_view bytes, std::string& body, std::size_t& used);

 private:
  enum class State : std::uint8_t { kSize, kData, kDataEnd, kTrailer };
  bool read_size();

  std::size_t limit_;
  State state_ = State::kSize;
  std::string line_;
  std::uint64_t left_ = 0;
};

}  // namespace clusterip::daemon
