// The judge of audit events and the recorded logs of real apiservers that it is fed with.
#pragma once

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "daemon/input/line_reader.hpp"
#include "daemon/mirror/audit_judge.hpp"
#include "tests/support/empty_folder.hpp"
#include "tests/support/paths.hpp"

namespace clusterip::daemon {

struct RecordedLine {
  cluster::Instant answered;
  std::size_t server = 0;
  std::string text;
};

// The lines of both servers, by the time of their answers.
inline std::vector<RecordedLine> recording(const std::string& name, std::size_t servers) {
  std::vector<RecordedLine> lines;
  for (std::size_t server = 0; server < servers; ++server) {
    auto opened = open_source(
        testing::source_path("tests/recordings/" + name + "/audit" + std::to_string(server) + ".log.gz"));
    auto& source = std::get<std::unique_ptr<ByteSource>>(opened);
    LineReader reader(*source);
    while (const auto line = reader.next()) {
      const auto event = nlohmann::json::parse(line->text);
      lines.push_back({*cluster::read_instant(event["stageTimestamp"].get<std::string>()), server,
                       std::string(line->text)});
    }
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const RecordedLine& a, const RecordedLine& b) { return a.answered < b.answered; });
  return lines;
}

// The creation of a Service gives it an address outside of every range.
inline bool plant_foreign_address(RecordedLine& line) {
  nlohmann::json event = nlohmann::json::parse(line.text);
  const bool creates = event["verb"] == "create" && event["objectRef"]["resource"] == "services" &&
                       event["responseStatus"]["code"] == 201 &&
                       event["user"]["username"] != "system:apiserver" &&
                       event["responseObject"]["spec"].contains("clusterIPs");
  if (!creates || event["responseObject"]["spec"]["clusterIPs"][0] == "None") return false;
  nlohmann::json& spec = event["responseObject"]["spec"];
  spec["clusterIP"] = "172.16.99.99";
  spec["clusterIPs"][0] = "172.16.99.99";
  line.text = event.dump();
  return true;
}

class AuditJudgeTest : public ::testing::Test {
 protected:
  AuditJudgeTest() {
    const std::string folder = testing::empty_folder("audit_judge");
    for (const char* name : {"/audit0.log", "/audit1.log"}) {
      options.files.push_back(folder + name);
      std::ofstream(options.files.back()) << "";
    }
    options.rest = 0;
  }

  void begin() {
    judge = std::make_unique<AuditJudge>(options, [this](std::string_view severity, const std::string& line) {
      log += std::string(severity) + " " + line + "\n";
    });
  }

  // Everything up to the last line is there and old enough.
  void finish(const std::vector<RecordedLine>& lines) const {
    const cluster::Instant later = lines.back().answered + cluster::Duration::seconds(600);
    while (judge->round(later)) continue;
  }

  AuditOptions options;
  std::string log;
  std::unique_ptr<AuditJudge> judge;
};

}  // namespace clusterip::daemon
