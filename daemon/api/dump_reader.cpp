#include "daemon/api/dump_reader.hpp"

#include <utility>

#include "daemon/api/dump_items.hpp"
#include "daemon/api/dump_json.hpp"
#include "daemon/api/dump_yaml.hpp"
#include "daemon/input/clipped.hpp"
#include "daemon/input/window.hpp"

namespace clusterip::api {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

// What the first bytes look like; YAML is text, and anything that starts with a bracket is JSON.
enum class Format { kEmpty, kJson, kYaml, kBinary };

Format format_of(std::string_view front) {
  const std::size_t first = front.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return Format::kEmpty;
  if (front[first] == '{' || front[first] == '[') return Format::kJson;
  for (const char c : front) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && kSpace.find(c) == std::string_view::npos) || byte == 0x7f || byte == 0xff) {
      return Format::kBinary;
    }
  }
  return Format::kYaml;
}

}  // namespace

std::string DumpPlace::text() const {
  std::string text = file == nullptr ? "" : *file;
  if (line > 0) text += ":" + std::to_string(line);
  if (item) text += ": items[" + std::to_string(*item) + "]";
  return text;
}

void DumpOutcome::add_problem(const DumpLimits& limits, std::string text) {
  ++problem_count;
  if (problems.size() < limits.max_problems) problems.push_back(daemon::clipped(std::move(text)));
}

DumpOutcome read_dump(daemon::ByteSource& source, const DumpLimits& limits, DumpVisitor& visitor) {
  DumpItems items(source.name(), limits, visitor);
  daemon::Window window(source, limits.max_item_bytes);
  const DumpPlace start{&items.file(), 1, std::nullopt};
  while (window.front().find_first_not_of(kSpace) == std::string_view::npos) {
    window.drop(window.front().size());
    if (!window.grow()) break;
  }
  switch (format_of(window.front())) {
    case Format::kEmpty:
      if (source.failure().empty()) items.problem(start, "there is nothing in it");
      break;
    case Format::kBinary:
      items.problem(start, "this is neither JSON nor YAML");
      break;
    case Format::kJson:
      read_json_dump(window, items);
      break;
    case Format::kYaml:
      read_yaml_dump(window, items);
      break;
  }
  if (!source.failure().empty())
    items.problem({&items.file(), window.line(), std::nullopt}, source.failure());
  return std::move(items.outcome());
}

}  // namespace clusterip::api
