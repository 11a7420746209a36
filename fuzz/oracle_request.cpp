// Lines for the oracle: each gets exactly one line of JSON, whatever it is and whatever came before it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tools/clusteripctl/oracle_session.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  clusterip::ctl::OracleSession session;
  clusterip::ctl::JsonObject reply;
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    std::string out;
    session.answer(input.substr(0, end), out);
    if (out.find('\n') != out.size() - 1) std::abort();
    if (!reply.scan(out).empty()) std::abort();
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  return 0;
}
