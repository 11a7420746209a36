// Address and CIDR text: nothing crashes, strict is a part of sloppy, and canonical text reads back as
// itself. inet_pton is the second opinion on what strict reading takes.
#include <arpa/inet.h>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "engine/net/bands.hpp"
#include "engine/net/text.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_address(const std::string& text) {
  const clusterip::AddressText read = clusterip::examine_address(text);
  const auto strict = read.strict();
  require(!strict || read.sloppy == strict);
  if (strict) require(clusterip::read_address(strict->to_string()) == strict);

  if (text.find('\0') != std::string::npos) return;
  in_addr v4{};
  in6_addr v6{};
  const bool posix =
      inet_pton(AF_INET, text.c_str(), &v4) == 1 || inet_pton(AF_INET6, text.c_str(), &v6) == 1;
  if (strict) require(posix);
  if (posix) require(read.sloppy.has_value());
}

void check_cidr(const std::string& text) {
  const clusterip::CidrText read = clusterip::examine_cidr(text);
  const auto strict = read.strict();
  require(!strict || read.sloppy == strict);
  if (!read.sloppy) return;
  require(clusterip::read_cidr_sloppy(read.sloppy->to_string()).has_value());
  const auto bands = clusterip::bands_of(*read.sloppy);
  if (!bands || bands->size == 0) return;
  require(bands->usable()->size() == bands->size);
  require(bands->static_size + bands->dynamic_size() == bands->size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_address(text);
  check_cidr(text);
  return 0;
}
