// Heads and chunked bodies as any client may send them: no crash, no read beyond the bytes, no body beyond
// the limit, and the same answer in whatever pieces the bytes arrive.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "daemon/http/frame.hpp"

namespace {

using clusterip::daemon::ChunkReader;

constexpr std::size_t kBodyLimit = 4096;

struct Read {
  ChunkReader::Progress progress = ChunkReader::Progress::kMore;
  std::string body;
  std::size_t used = 0;
};

Read read_chunks(std::string_view bytes, std::size_t piece) {
  ChunkReader reader(kBodyLimit);
  Read read;
  while (read.used < bytes.size() && read.progress == ChunkReader::Progress::kMore) {
    std::size_t used = 0;
    read.progress = reader.feed(bytes.substr(read.used, piece), read.body, used);
    read.used += used;
  }
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const clusterip::daemon::FrameLimits limits;
  const auto checked = clusterip::daemon::read_head(bytes, limits);
  if (const auto* head = std::get_if<clusterip::daemon::RequestHead>(&checked)) {
    if (head->framing.content_length > limits.body_bytes) std::abort();
    if (head->framing.chunked && head->framing.content_length != 0) std::abort();
    if (head->headers.size() > limits.header_lines) std::abort();
  }
  (void)clusterip::daemon::head_fault(bytes, limits);
  const Read whole = read_chunks(bytes, bytes.size() + 1);
  const Read pieces = read_chunks(bytes, 1);
  if (whole.body.size() > kBodyLimit || whole.progress != pieces.progress || whole.used != pieces.used)
    std::abort();
  if (whole.progress == ChunkReader::Progress::kDone && whole.body != pieces.body) std::abort();
  return 0;
}
