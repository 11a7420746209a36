#include "tests/support/dump.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "daemon/api/dump_reader.hpp"
#include "daemon/input/byte_source.hpp"
#include "tests/support/paths.hpp"

namespace clusterip::testing {
namespace {

class Collector final : public api::DumpVisitor {
 public:
  explicit Collector(Dump& dump) : dump_(dump) {}
  void visit(const cluster::Service& object, const api::DumpPlace&) override {
    dump_.services.push_back(object);
  }
  void visit(const cluster::IpAddress& object, const api::DumpPlace&) override {
    dump_.ip_addresses.push_back(object);
  }
  void visit(const cluster::ServiceCidr& object, const api::DumpPlace&) override {
    dump_.ranges.push_back(object);
  }

 private:
  Dump& dump_;
};

std::unique_ptr<daemon::ByteSource> open_or_abort(const std::string& path) {
  auto opened = daemon::open_source(path);
  if (const auto* reason = std::get_if<std::string>(&opened)) {
    std::cerr << path << ": " << *reason << '\n';
    std::abort();
  }
  return std::get<std::unique_ptr<daemon::ByteSource>>(std::move(opened));
}

}  // namespace

verify::State Dump::state() const {
  verify::State state;
  for (const auto& object : services) state.put(object);
  for (const auto& object : ranges) state.put(object);
  for (const auto& object : ip_addresses) state.put(object);
  return state;
}

std::vector<std::string> recorded_dumps() {
  std::vector<std::string> names;
  for (const auto& folder : std::filesystem::directory_iterator(source_path("tests/recordings"))) {
    if (std::filesystem::exists(folder.path() / "dump.json.gz")) names.push_back(folder.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string read_bytes(const std::string& path) {
  const auto source = open_or_abort(path);
  std::string bytes;
  std::string piece(65536, '\0');
  for (std::size_t got = source->read(piece.data(), piece.size()); got > 0;
       got = source->read(piece.data(), piece.size())) {
    bytes.append(piece, 0, got);
  }
  return bytes;
}

Dump load_recorded_dump(const std::string& name) {
  Dump dump;
  const auto source = open_or_abort(source_path("tests/recordings/" + name + "/dump.json.gz"));
  Collector collector(dump);
  const api::DumpOutcome outcome = api::read_dump(*source, {}, collector);
  for (const std::string& problem : outcome.problems) std::cerr << problem << '\n';
  if (outcome.problem_count > 0) std::abort();
  return dump;
}

std::string line_of(const verify::Finding& finding) {
  std::string line = std::string(verify::severity_name(finding.severity)) + " " + finding.rule;
  if (!finding.address.empty()) line += " " + finding.address;
  for (std::size_t i = 0; i < finding.objects.size(); ++i) {
    line += (i == 0 ? ": " : ", ") + verify::ref_text(finding.objects[i]);
  }
  return line;
}

Lines lines_of(const std::vector<verify::Finding>& findings) {
  Lines lines;
  for (const auto& finding : findings) lines.insert(line_of(finding));
  return lines;
}

}  // namespace clusterip::testing
