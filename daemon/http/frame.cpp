#include "daemon/http/frame.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "daemon/http/exchange.hpp"

namespace clusterip::daemon {
namespace {

constexpr std::array<std::string_view, 7> kMethods{"GET",   "HEAD",   "POST",   "PUT",
                                                   "PATCH", "DELETE", "OPTIONS"};
constexpr std::size_t kLengthDigits = 18;

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_target(std::string_view text) {
  return !text.empty() && text.front() == '/' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

bool has_control(std::string_view value) {
  return std::any_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

// A value is decoded, so an encoded line break would become a real one.
bool has_encoded_break(std::string_view value) {
  for (std::size_t at = value.find('%'); at != std::string_view::npos; at = value.find('%', at + 1)) {
    const std::string_view code = value.substr(at + 1, 2);
    if (equal_ignoring_case(code, "0d") || equal_ignoring_case(code, "0a") || code == "00") return true;
    if (code.substr(0, 1) == "u" || code.substr(0, 1) == "U") return true;
  }
  return false;
}

std::string_view trim(std::string_view value) {
  const std::size_t first = value.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return value.substr(first, value.find_last_not_of(" \t") - first + 1);
}

FrameRefusal refuse(int status, std::string message) {
  return {status, std::move(message)};
}

// What the lines seen so far say.
struct HeadState {
  RequestHead head;
  int hosts = 0;
  int lengths = 0;
  int codings = 0;
};

std::optional<FrameRefusal> read_request_line(std::string_view line, HeadState& state) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return refuse(400, "malformed request line");
  const std::string_view version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return refuse(505, "only HTTP/1.1 is spoken here");
  state.head.framing.version_11 = version == "HTTP/1.1";
  state.head.framing.keep_alive = state.head.framing.version_11;
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (!is_target(target)) return refuse(400, "malformed request target");
  const std::string_view method = line.substr(0, first);
  if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end()) {
    return is_token(method) ? refuse(405, "unknown method") : refuse(400, "malformed method");
  }
  state.head.method = method;
  state.head.target = target;
  return std::nullopt;
}

std::optional<FrameRefusal> read_length(std::string_view value, HeadState& state, const FrameLimits& limits) {
  if (++state.lengths > 1) return refuse(400, "more than one Content-Length");
  const bool digits = !value.empty() && value.size() <= kLengthDigits &&
                      std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return refuse(400, "Content-Length is not a number");
  Framing& framing = state.head.framing;
  for (const char c : value) {
    framing.content_length = framing.content_length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (framing.content_length > limits.body_bytes) {
    return refuse(413, "limit is " + std::to_string(limits.body_bytes));
  }
  return std::nullopt;
}

std::optional<FrameRefusal> read_header(std::string_view line, HeadState& state, const FrameLimits& limits) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return refuse(400, "header line without a colon");
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (!is_token(name)) return refuse(400, "malformed header name");
  if (has_control(value) || has_encoded_break(value)) return refuse(400, "malformed header value");
  if (!value.empty()) state.head.headers.emplace_back(name, percent_decoded(value));
  Framing& framing = state.head.framing;
  const auto is = [&](std::string_view wanted) { return equal_ignoring_case(name, wanted); };
  if (is("Content-Length")) return read_length(value, state, limits);
  if (is("Host") && ++state.hosts > 1) return refuse(400, "more than one Host");
  if (is("Transfer-Encoding")) {
    if (++state.codings > 1 || !equal_ignoring_case(value, "chunked")) {
      return refuse(501, "unsupported transfer coding");
    }
    framing.chunked = true;
  }
  if (is("Expect")) {
    if (!equal_ignoring_case(value, "100-continue")) return refuse(417, "unknown expectation");
    framing.expect_continue = true;
  }
  if (is("Connection")) {
    if (equal_ignoring_case(value, "close")) framing.keep_alive = false;
    if (equal_ignoring_case(value, "keep-alive")) framing.keep_alive = true;
  }
  return std::nullopt;
}

}  // namespace

std::variant<RequestHead, FrameRefusal> read_head(std::string_view head, const FrameLimits& limits) {
  constexpr std::size_t kUsualLines = 8;
  HeadState state;
  state.head.headers.reserve(kUsualLines);
  std::size_t lines = 0;
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    if (end == std::string_view::npos) return refuse(400, "bare line feed");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (line.empty()) break;
    if (line.find_first_of("\r\n") != std::string_view::npos) return refuse(400, "bare line break");
    if (line.size() > limits.line_bytes) return refuse(lines == 0 ? 414 : 431, "line too long");
    if (lines > limits.header_lines) return refuse(431, "too many header lines");
    const auto refusal = lines == 0 ? read_request_line(line, state) : read_header(line, state, limits);
    if (refusal) return *refusal;
    ++lines;
  }
  if (!head.empty() || lines == 0) return refuse(400, "malformed head");
  const Framing& framing = state.head.framing;
  if (framing.version_11 && state.hosts != 1) return refuse(400, "missing Host");
  if (state.codings > 0 && (state.lengths > 0 || !framing.version_11)) {
    return refuse(400, "Transfer-Encoding beside Content-Length");
  }
  return std::move(state.head);
}

std::string head_fault(std::string_view begun, const FrameLimits& limits) {
  if (begun.size() > limits.head_bytes) return "request head too large";
  const std::size_t feed = begun.find('\n');
  if (feed != std::string_view::npos && (feed == 0 || begun[feed - 1] != '\r')) return "bare line feed";
  if (begun.find('\0') != std::string_view::npos) return "malformed head";
  if (!begun.empty() && (begun.front() < 'A' || begun.front() > 'Z')) return "malformed request line";
  return "";
}

bool ChunkReader::read_size() {
  constexpr std::size_t kMostDigits = 8;
  if (line_.empty() || line_.size() > kMostDigits) return false;
  left_ = 0;
  for (const char c : line_) {
    unsigned digit = 16;
    if (c >= '0' && c <= '9') digit = static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') digit = static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') digit = static_cast<unsigned>(c - 'A') + 10;
    if (digit > 15) return false;
    left_ = left_ * 16 + digit;
  }
  return true;
}

ChunkReader::Progress ChunkReader::feed(std::string_view bytes, std::string& body, std::size_t& used) {
  constexpr std::size_t kLongestLine = 16;
  used = 0;
  while (used < bytes.size()) {
    if (state_ == State::kData) {
      const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - used));
      body.append(bytes.substr(used, take));
      used += take;
      left_ -= take;
      if (left_ == 0) state_ = State::kDataEnd;
      continue;
    }
    const char c = bytes[used++];
    line_.push_back(c);
    if (line_.size() > kLongestLine) return Progress::kMalformed;
    if (c != '\n') continue;
    if (line_.size() < 2 || line_[line_.size() - 2] != '\r') return Progress::kMalformed;
    line_.resize(line_.size() - 2);
    if (state_ != State::kSize) {
      // What ends a chunk is an empty line; trailers are not taken.
      if (!line_.empty()) return Progress::kMalformed;
      if (state_ == State::kTrailer) return Progress::kDone;
      state_ = State::kSize;
      continue;
    }
    if (!read_size()) return Progress::kMalformed;
    if (left_ > limit_ - std::min(limit_, body.size())) return Progress::kTooLarge;
    state_ = left_ == 0 ? State::kTrailer : State::kData;
    line_.clear();
  }
  return Progress::kMore;
}

}  // namespace clusterip::daemon
