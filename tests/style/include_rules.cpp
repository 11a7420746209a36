#include "tests/style/include_rules.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace clusterip::style {
namespace {

using Names = std::vector<std::string>;

// Bottom-up: a rung may include itself and what stands before it.
const Names kEngineRungs{"net", "set", "ranges", "alloc", "cluster", "verify"};

// Which of the daemon's folders a folder may include beside itself. Everything may include the engine.
const std::map<std::string, Names> kDaemonEdges{
    {"input", {}},
    {"api", {"input"}},
    {"observe", {"input", "api"}},
    {"store", {"api"}},
    {"audit", {}},
    {"control", {"api", "store", "observe", "audit"}},
    {"mirror", {"input", "api", "observe"}},
    {"http", {"api", "observe", "store", "audit", "control"}},
};

// What the engine must not know: the outside world.
const Names kWorldHeaders{"thread", "iostream", "fstream",      "filesystem", "random",
                          "ctime",  "unistd.h", "sys/socket.h", "fcntl.h",    "condition_variable"};
// The seam to the machine: fences and yields that only the system can give.
const std::string kPlatformFile = "engine/set/platform.cpp";

struct ThirdParty {
  std::string header_prefix;
  // Path prefixes of the files that may include it.
  Names allowed;
};

const std::vector<ThirdParty> kThirdParty{
    {"httplib", {"daemon/http/", "daemon/mirror/", "tests/", "bench/", "tools/clusteripctl/"}},
    {"boost/program_options", {"daemon/options", "tools/clusteripctl/options"}},
    {"sqlite3", {"daemon/store/", "tests/", "bench/"}},
    {"yaml-cpp", {"daemon/api/yaml_events.cpp"}},
    {"zlib", {"daemon/input/", "tests/"}},
};

bool starts_with_any(const std::string& text, const Names& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return text.rfind(prefix, 0) == 0; });
}

std::string component(const std::string& path, std::size_t index) {
  std::istringstream parts(path);
  std::string part;
  for (std::size_t i = 0; std::getline(parts, part, '/'); ++i) {
    if (i == index) return part;
  }
  return "";
}

std::size_t rung_of(const std::string& path) {
  const auto found = std::find(kEngineRungs.begin(), kEngineRungs.end(), component(path, 1));
  return static_cast<std::size_t>(found - kEngineRungs.begin());
}

// Why a project file may not include another one; empty when it may.
std::string project_fault(const std::string& from, const std::string& to) {
  const std::string from_top = component(from, 0);
  const std::string to_top = component(to, 0);
  if (from_top == "engine") {
    if (to_top != "engine") return "engine looks up";
    return rung_of(to) > rung_of(from) ? "a rung looks up" : "";
  }
  if (from_top == "daemon") {
    if (to_top == "engine") return "";
    if (to_top != "daemon") return "daemon looks up";
    const std::string part = component(from, 1);
    const auto edges = kDaemonEdges.find(part);
    if (edges == kDaemonEdges.end()) return "";  // daemon/*.cpp: main wires everything
    const std::string target = component(to, 1);
    const bool known = std::find(edges->second.begin(), edges->second.end(), target) != edges->second.end();
    return target == part || known ? "" : "not an edge of the daemon's table";
  }
  if (to_top == "engine" || to_top == "daemon" || to_top == from_top) return "";
  if (to_top == "tests" && component(to, 1) == "support" && from_top == "fuzz") return "";
  if (to_top == "tests" && component(to, 1) == "support" && from_top == "bench") return "";
  if (to_top == "tools" && from_top == "tests") return "";
  if (to_top == "tools" && from_top == "fuzz") return "";
  return to_top + " is included by nobody";
}

std::string system_fault(const std::string& from, const std::string& header) {
  if (component(from, 0) == "engine") {
    if (header.rfind("boost/", 0) == 0 && header.rfind("boost/container/", 0) != 0)
      return "only Boost.Container";
    if (starts_with_any(header, {"nlohmann", "httplib", "sqlite3", "yaml-cpp", "zlib"}))
      return "engine has no packages";
    const bool world = std::find(kWorldHeaders.begin(), kWorldHeaders.end(), header) != kWorldHeaders.end();
    if (world && from != kPlatformFile) return "engine has no world";
  }
  for (const ThirdParty& package : kThirdParty) {
    if (header.rfind(package.header_prefix, 0) == 0 && !starts_with_any(from, package.allowed)) {
      return "only " + package.allowed.front() + " includes it";
    }
  }
  return "";
}

}  // namespace

std::vector<std::string> include_violations(const Sources& sources) {
  std::vector<std::string> found;
  for (const auto& [path, text] : sources) {
    std::istringstream lines(text);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
      if (line.rfind("#include ", 0) != 0 || line.size() < 12) continue;
      const bool quoted = line[9] == '"';
      const std::string target = line.substr(10, line.find_first_of(quoted ? "\"" : ">", 10) - 10);
      const std::string fault = quoted ? project_fault(path, target) : system_fault(path, target);
      if (!fault.empty()) {
        std::string& message = found.emplace_back(path + ":" + std::to_string(number));
        message.append(" includes ").append(target).append(": ").append(fault);
      }
    }
  }
  return found;
}

Sources read_sources(const std::string& root) {
  Sources sources;
  for (const char* top : {"engine", "daemon", "tools", "bench", "fuzz", "tests"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root + "/" + top)) {
      const std::string extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      std::ifstream file(entry.path());
      sources[std::filesystem::relative(entry.path(), root)] = {std::istreambuf_iterator<char>(file), {}};
    }
  }
  return sources;
}

}  // namespace clusterip::style
