// 4000 creates and updates of Services, right and wrong in every field, against the answers of the real code
// of Kubernetes 1.36.3: defaulting, the steps of storage/alloc.go and storage.go, validation, and warnings.
//
// The real code ran with allocators that give 10.96.0.77 and fd00:96::77 to whoever asks for any address, and
// whatever was asked for to all others. Node ports are drawn, so they are left out of the comparison.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "daemon/api/object_json.hpp"
#include "daemon/input/line_reader.hpp"
#include "engine/cluster/node_ports.hpp"
#include "engine/cluster/service_normalization.hpp"
#include "engine/cluster/service_plan.hpp"
#include "engine/cluster/service_traits.hpp"
#include "engine/cluster/service_warnings.hpp"
#include "engine/net/text.hpp"
#include "tests/support/paths.hpp"

namespace clusterip::cluster {
namespace {

using nlohmann::json;

Service decode(const json& object) {
  auto decoded = api::decode_service(object);
  EXPECT_TRUE(std::holds_alternative<Service>(decoded));
  Service service = std::get<Service>(std::move(decoded));
  if (service.meta.name_space.empty()) service.meta.name_space = "default";
  return service;
}

// One recorded request, run through the rules.
class RecordedWrite {
 public:
  explicit RecordedWrite(const json& request)
      : service_(decode(request["service"])),
        families_{*family_of_name(request["families"][0].get<std::string>()),
                  request["families"].size() == 2} {
    if (request.contains("old")) {
      old_ = decode(request["old"]);
      set_defaults(*old_);
      set_defaults_on_read(*old_, families_.primary);
    } else if (service_.meta.name.empty() && !service_.meta.generate_name.empty()) {
      service_.meta.name = service_.meta.generate_name + "xxxxx";
    }
  }

  json answer() {
    auto begun = old_ ? begin_update(service_, *old_, families_, version_)
                      : begin_create(service_, families_, version_);
    if (auto* errors = std::get_if<FieldErrors>(&begun)) return refusal(refuse_invalid(std::move(*errors)));
    for (const AddressRequest& request : std::get<AddressPlan>(begun).requests) {
      place(service_, request, *read_address(request.family == Family::kIPv4 ? "10.96.0.77" : "fd00:96::77"));
    }
    NodePortOperation operation(ports_, false);
    if (auto refused = old_ ? take_ports_for_update(service_, *old_, operation, draws_)
                            : take_ports_for_create(service_, operation, draws_)) {
      return refusal(*refused);
    }
    FieldErrors errors = old_ ? finish_update(service_, *old_, version_) : finish_create(service_, version_);
    if (!errors.empty()) return refusal(refuse_invalid(std::move(errors)));
    return acceptance();
  }

 private:
  json refusal(const ServiceRefusal& refused) const {
    if (refused.kind == ServiceRefusal::Kind::kInternal) {
      return {{"code", 500}, {"message", "Internal error occurred: " + refused.message}};
    }
    if (refused.kind == ServiceRefusal::Kind::kUnknown) {
      // The port in it may have been drawn.
      return {{"error", refused.message.substr(0, refused.message.find(':'))}};
    }
    json causes = json::array();
    bool drawn = false;
    for (const FieldError& error : refused.errors) {
      const bool is_port = error.type == FieldErrorType::kDuplicate && error.field.ends_with("nodePort");
      drawn = drawn || is_port;
      causes.push_back({reason_name(error.type), error.field, is_port ? "?" : error.message()});
    }
    json out = {{"code", 422}, {"causes", std::move(causes)}};
    if (!drawn) {
      out["message"] =
          "Service " + go_quote(service_.meta.name) + " is invalid: " + aggregate_text(refused.errors);
    }
    return out;
  }

  json acceptance() const {
    json spec = api::encode(service_)["spec"];
    spec.erase("healthCheckNodePort");
    if (spec.contains("ports")) {
      for (json& port : spec["ports"]) port.erase("nodePort");
    }
    json out = {{"code", 200}, {"spec", std::move(spec)}};
    const auto warnings = service_warnings(service_, version_);
    if (!warnings.empty()) out["warnings"] = warnings;
    return out;
  }

  Service service_;
  std::optional<Service> old_;
  ClusterFamilies families_;
  VersionProfile version_ = *version_profile("1.36");
  NodePorts ports_;
  SeededDraws draws_{1};
};

TEST(ServiceRules, AnswerAsTheRealCode) {
  const std::string path = testing::source_path("tests/recordings/services/rules-1.36.jsonl.gz");
  auto opened = daemon::open_source(path);
  auto* source = std::get_if<std::unique_ptr<daemon::ByteSource>>(&opened);
  ASSERT_NE(source, nullptr) << path;
  daemon::LineReader reader(**source);
  std::size_t accepted = 0;
  std::size_t rows = 0;
  while (const auto line = reader.next()) {
    ++rows;
    const json row = json::parse(line->text);
    const json actual = RecordedWrite(row["request"]).answer();
    if (row["answer"].contains("crash")) {
      // The real server panics: a Service without a second family becomes headless.
      EXPECT_EQ(actual.value("code", 0), 422) << "row " << rows;
      continue;
    }
    if (actual.value("code", 0) == 200) ++accepted;
    ASSERT_EQ(actual, row["answer"]) << "row " << rows << ": " << row["request"].dump();
  }
  EXPECT_GE(rows, 4000U);
  EXPECT_GT(accepted, 1000U);
}

}  // namespace
}  // namespace clusterip::cluster
