// Answers as bytes.
#include "daemon/http/response_text.hpp"

#include <gtest/gtest.h>

namespace clusterip::daemon {
namespace {

HttpResponse response(int status, const std::string& body) {
  HttpResponse made;
  made.status = status;
  made.body = body;
  return made;
}

std::string text_of(const HttpResponse& response, const ResponseForm& form) {
  std::string text;
  append_response(text, response, form);
  return text;
}

TEST(ResponseText, SortsItsHeaderLinesAndKeepsTheOrderOfEqualOnes) {
  HttpResponse made = response(201, "{}");
  made.headers = {{"Warning", "2"}, {"audit-Id", "x"}, {"Warning", "1"}};
  EXPECT_EQ(text_of(made, {}),
            "HTTP/1.1 201 Created\r\naudit-Id: x\r\nContent-Length: 2\r\nContent-Type: application/json\r\n"
            "Warning: 2\r\nWarning: 1\r\n\r\n{}");
}

TEST(ResponseText, SaysHowLongABodyIsThatItLeavesOut) {
  EXPECT_EQ(text_of(response(404, "12345"), {false, true}),
            "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 5\r\n"
            "Content-Type: application/json\r\n\r\n");
}

TEST(ResponseText, NamesNoTypeWhereThereIsNone) {
  HttpResponse made = response(200, "");
  made.content_type.clear();
  EXPECT_EQ(text_of(made, {false, false}),
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

TEST(ResponseText, BeginsAStreamWithoutALength) {
  EXPECT_EQ(head_text(response(200, ""), true, "Transfer-Encoding: chunked"),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(head_text(response(429, "x"), false, "Content-Length: 1"),
            "HTTP/1.1 429 Refused\r\nContent-Type: application/json\r\nContent-Length: 1\r\n"
            "Connection: close\r\n\r\n");
}

}  // namespace
}  // namespace clusterip::daemon
