// The shipped scenarios against recordings of the same procedures on a real control plane: the same
// decisions, conditions, refusals and bands in the same order. Which address of a band it was is left to the
// dice, and so is which family of two came first.
#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "daemon/input/line_reader.hpp"
#include "engine/net/bands.hpp"
#include "engine/net/text.hpp"
#include "tests/support/paths.hpp"
#include "tools/clusteripctl/scenario_runner.hpp"

namespace clusterip::ctl {
namespace {

using nlohmann::json;
using Decisions = std::vector<std::string>;

// Collects decisions as texts, in the way that both sides can be brought to.
class Collector {
 public:
  void cidr_created(const std::string& name, const std::vector<std::string>& cidrs) {
    ranges_[name] = cidrs;
    add("servicecidr " + name + " has" + joined(cidrs));
  }
  void finalizer(const std::string& name, bool added) {
    if (added == held_.contains(name)) return;
    if (added) {
      held_.insert(name);
    } else {
      held_.erase(name);
      ranges_.erase(name);
      conditions_.erase(name);
    }
    add("servicecidr " + name + (added ? " is held" : " goes"));
  }
  // Repeated writes of one condition are noise: when a visit sees what it wrote is a matter of time.
  void condition(const std::string& name, const std::string& text) {
    if (std::exchange(conditions_[name], text) != text) add("servicecidr " + name + " " + text);
  }
  void asked_to_go(const std::string& name) { add("servicecidr " + name + " asked to go"); }

  // IPAddresses of one Service in either order.
  void address_created(const std::string& address, const std::string& owner) {
    pending_.push_back("ipaddress for " + owner + " in " + place(address));
    std::sort(pending_.begin(), pending_.end());
  }
  void address_taken(const std::string& address) { add("ipaddress " + address + " is taken"); }
  void address_deleted(const std::string& address) { add("ipaddress deleted in " + place(address)); }
  void service(const std::string& name, int code, const std::string& text) {
    add("service " + name + " " + std::to_string(code) + " " + text);
  }

  Decisions take() {
    flush();
    return std::move(decisions_);
  }

 private:
  static std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += " " + text;
    return out;
  }
  void flush() {
    decisions_.insert(decisions_.end(), pending_.begin(), pending_.end());
    pending_.clear();
  }
  void add(std::string decision) {
    flush();
    decisions_.push_back(std::move(decision));
  }
  // The bands in which the address lies.
  std::string place(const std::string& text) const {
    const Address address = *read_address(text);
    std::set<std::string> bands;
    for (const auto& [name, cidrs] : ranges_) {
      for (const std::string& each : cidrs) {
        const Bands range = *bands_of(*read_cidr(each));
        if (!range.cidr.has_host(address)) continue;
        const bool in_static = range.static_band() && range.static_band()->contains(address);
        bands.insert(each + (in_static ? " static" : " dynamic"));
      }
    }
    return joined({bands.begin(), bands.end()});
  }

  std::map<std::string, std::vector<std::string>> ranges_;
  std::map<std::string, std::string> conditions_;
  std::set<std::string> held_;
  Decisions pending_;
  Decisions decisions_;
};

std::string condition_text(const json& object) {
  const json conditions = object.value("/status/conditions"_json_pointer, json::array());
  for (const json& condition : conditions) {
    if (condition.at("type") != "Ready") continue;
    const std::string reason = condition.value("reason", "");
    return "Ready=" + condition.at("status").get<std::string>() + (reason.empty() ? "" : " " + reason) +
           ": " + condition.value("message", "");
  }
  return "";
}

void collect_cidr_event(const std::string& verb, const std::string& name, const json& object, bool status,
                        Collector& to) {
  const json finalizers = object.value("/metadata/finalizers"_json_pointer, json::array());
  if (verb == "create" || verb == "update") {
    to.cidr_created(name, object.at("spec").at("cidrs"));
  } else if (verb == "delete") {
    to.asked_to_go(name);
  } else if (status) {
    to.condition(name, condition_text(object));
  } else {
    to.finalizer(name, !finalizers.empty());
  }
}

void collect_event(const json& event, Collector& to) {
  const json& ref = event.at("objectRef");
  const std::string resource = ref.at("resource");
  const std::string name = ref.value("name", "");
  const std::string verb = event.at("verb");
  const int code = event.at("responseStatus").at("code");
  const json object = event.value("responseObject", json::object());
  if (resource == "servicecidrs") {
    if (code < 300) collect_cidr_event(verb, name, object, ref.contains("subresource"), to);
  } else if (resource == "ipaddresses") {
    if (verb == "delete") return code < 300 ? to.address_deleted(name) : void();
    if (code == 409) return to.address_taken(name);
    const json& parent = object.at("spec").at("parentRef");
    to.address_created(
        name, parent.at("namespace").get<std::string>() + "/" + parent.at("name").get<std::string>());
  } else {
    const std::string key = ref.at("namespace").get<std::string>() + "/" + name;
    const json families = object.value("/spec/ipFamilies"_json_pointer, json::array());
    to.service(key, code, code < 300 ? std::to_string(families.size()) : object.value("message", ""));
  }
}

Decisions recorded(const std::string& name) {
  auto opened = daemon::open_source(testing::source_path("tests/recordings/" + name + "/audit0.log.gz"));
  auto* source = std::get_if<std::unique_ptr<daemon::ByteSource>>(&opened);
  EXPECT_NE(source, nullptr) << name;
  Collector collector;
  if (source == nullptr) return {};
  daemon::LineReader reader(**source);
  while (const auto line = reader.next()) collect_event(json::parse(line->text), collector);
  return collector.take();
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
  return parts;
}

void collect_write(const cluster::UpstreamRecord& record, Collector& to) {
  const std::size_t slash = record.object.find('/');
  const std::string resource = record.object.substr(0, slash);
  const std::string name = record.object.substr(slash + 1);
  const std::string& text = record.text;
  const auto behind = [&](std::string_view head) { return text.substr(head.size()); };
  if (resource == "servicecidrs") {
    if (text.starts_with("created ")) to.cidr_created(name, split(behind("created ")));
    if (text.starts_with("updated to ")) to.cidr_created(name, split(behind("updated to ")));
    if (text.starts_with("finalizer ")) to.finalizer(name, text == "finalizer added");
    if (text.starts_with("Ready=")) to.condition(name, text);
    if (text == "asked to go") to.asked_to_go(name);
  } else if (resource == "ipaddresses") {
    if (text.starts_with("created for ")) {
      const std::string owner = behind("created for ");
      to.address_created(name, owner.substr(0, owner.find(',')));
    }
    if (text.starts_with("exists already")) to.address_taken(name);
    if (text.starts_with("released")) to.address_deleted(name);
  }
}

Decisions simulated(const std::string& name) {
  std::ifstream file(testing::source_path("tools/scenarios/" + name + ".scenario"));
  std::ostringstream text;
  text << file.rdbuf();
  const ScenarioResult result = run_scenario(text.str());
  EXPECT_EQ(result.error.value_or(""), "");
  Collector collector;
  for (const TranscriptEntry& entry : result.transcript) {
    if (!entry.record) continue;
    const cluster::UpstreamRecord& record = *entry.record;
    if (record.kind == cluster::UpstreamRecord::Kind::kWrite) collect_write(record, collector);
    const bool about_service = record.object.starts_with("services/");
    if (record.kind != cluster::UpstreamRecord::Kind::kAnswer || !about_service) continue;
    const std::string key = record.object.substr(std::string("services/").size());
    collector.service(key, record.code,
                      record.code < 300 ? std::to_string(record.addresses.size()) : record.text);
  }
  return collector.take();
}

struct Procedure {
  const char* recording;
  const char* scenario;
};

class RecordedProcedure : public ::testing::TestWithParam<Procedure> {};

TEST_P(RecordedProcedure, GoesAsOnARealControlPlane) {
  const Decisions expected = recorded(GetParam().recording);
  Decisions actual = simulated(GetParam().scenario);
  ASSERT_GE(expected.size(), 10U);
  // A scenario may go on where the recording ends.
  ASSERT_GE(actual.size(), expected.size());
  actual.resize(expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(actual[i], expected[i]) << "decision " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Recordings, RecordedProcedure,
                         ::testing::Values(Procedure{"extend-1.36", "extend"},
                                           Procedure{"extend-1.33", "extend-1.33"},
                                           Procedure{"replace-default-1.36", "replace-default"},
                                           Procedure{"flags-upgrade-to-dual-1.36", "single-to-dual"},
                                           Procedure{"flags-back-to-single-1.36", "dual-to-single"},
                                           Procedure{"flags-mismatch-1.36", "other-range"}),
                         [](const auto& procedure) {
                           std::string name = procedure.param.scenario;
                           std::replace_if(
                               name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; },
                               '_');
                           return name;
                         });

}  // namespace
}  // namespace clusterip::ctl
