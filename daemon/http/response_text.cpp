#include "daemon/http/response_text.hpp"

#include <algorithm>

namespace clusterip::daemon {
namespace {

using Line = std::pair<std::string_view, std::string_view>;

// (RFC 9110, 15)
std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Payload Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Internal Server Error";
  }
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

void append_response(std::string& out, const HttpResponse& response, const ResponseForm& form) {
  const std::string length = std::to_string(response.body.size());
  std::vector<Line> lines;
  lines.reserve(response.headers.size() + 4);
  if (!response.content_type.empty()) lines.emplace_back("Content-Type", response.content_type);
  for (const auto& [name, value] : response.headers) lines.emplace_back(name, value);
  if (!form.keep_alive) lines.emplace_back("Connection", "close");
  lines.emplace_back("Content-Length", length);
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line& a, const Line& b) { return precedes_ignoring_case(a.first, b.first); });
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_of(response.status)).append("\r\n");
  for (const auto& [name, value] : lines) append_line(out, name, value);
  out.append("\r\n");
  if (!form.head_only) out.append(response.body);
}

std::string head_text(const HttpResponse& response, bool keep_alive, std::string_view framing) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status);
  head += response.status < 400 ? " OK\r\n" : " Refused\r\n";
  append_line(head, "Content-Type", response.content_type);
  for (const auto& [name, value] : response.headers) append_line(head, name, value);
  head.append(framing).append("\r\n");
  if (!keep_alive) append_line(head, "Connection", "close");
  return head + "\r\n";
}

}  // namespace clusterip::daemon
