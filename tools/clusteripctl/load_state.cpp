#include "tools/clusteripctl/load_state.hpp"

#include <iostream>
#include <utility>
#include <variant>

#include "daemon/input/byte_source.hpp"
#include "daemon/observe/text_line.hpp"
#include "tools/clusteripctl/progress.hpp"

namespace clusterip::ctl {
namespace {

// Repeated objects that are named; the rest is only counted.
constexpr std::uint64_t kNamedRepeats = 5;

class StateBuilder final : public api::DumpVisitor {
 public:
  StateBuilder(verify::State& state, bool quiet) : state_(state), quiet_(quiet) {}

  void visit(const cluster::Service& service, const api::DumpPlace& place) override {
    take(service, "services", place);
  }
  void visit(const cluster::ServiceCidr& range, const api::DumpPlace& place) override {
    take(range, "servicecidrs", place);
  }
  void visit(const cluster::IpAddress& address, const api::DumpPlace& place) override {
    take(address, "ipaddresses", place);
  }

  void end() const {
    if (repeats_ > kNamedRepeats && !quiet_) {
      std::cerr << "clusteripctl: " << repeats_ << " objects came twice in all\n";
    }
  }

 private:
  template <class Object>
  void take(const Object& object, const char* plural, const api::DumpPlace& place) {
    if (state_.put(object)) return;
    if (++repeats_ > kNamedRepeats || quiet_) return;
    const std::string what = place.text() + ": " + cluster::object_path(plural, object.meta);
    std::cerr << "clusteripctl: " << daemon::harmless(what) << " came before; this one counts\n";
  }

  verify::State& state_;
  bool quiet_;
  std::uint64_t repeats_ = 0;
};

// What is missing from the input as a whole is more likely a forgotten list than a fault of the cluster.
void note_missing_kinds(const verify::State& state) {
  const auto note = [](const char* kind) {
    std::cerr
        << "clusteripctl: there is no " << kind
        << " in the input; a dump for this is made by \"kubectl get services,servicecidrs,ipaddresses -A -o "
           "json\"\n";
  };
  const bool any =
      state.service_count() > 0 || state.ip_address_count() > 0 || !state.ranges().objects().empty();
  if (!any) return;
  if (state.service_count() == 0) note("Service");
  if (state.ip_address_count() == 0) note("IPAddress");
  if (state.ranges().objects().empty()) note("ServiceCIDR");
}

}  // namespace

LoadedState load_state(const std::vector<std::string>& files, const LoadStateOptions& options) {
  LoadedState loaded;
  StateBuilder builder(loaded.state, options.quiet);
  const auto problem = [&](const std::string& text) {
    std::cerr << "clusteripctl: " << daemon::harmless(text) << '\n';
    loaded.unread.push_back(text);
  };
  for (const std::string& file : files) {
    auto opened = daemon::open_source(file);
    if (const auto* reason = std::get_if<std::string>(&opened)) {
      problem(file + ": " + *reason);
      continue;
    }
    const auto source = with_progress(std::get<std::unique_ptr<daemon::ByteSource>>(std::move(opened)));
    const api::DumpOutcome outcome = api::read_dump(*source, options.limits, builder);
    loaded.state.see(outcome.newest);
    for (const std::string& text : outcome.problems) problem(text);
    if (outcome.problem_count > outcome.problems.size()) {
      problem(source->name() + ": " + std::to_string(outcome.problem_count - outcome.problems.size()) +
              " more problems");
    }
  }
  builder.end();
  if (!options.quiet && loaded.unread.empty()) note_missing_kinds(loaded.state);
  return loaded;
}

}  // namespace clusterip::ctl
