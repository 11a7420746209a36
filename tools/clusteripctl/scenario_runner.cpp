#include "tools/clusteripctl/scenario_runner.hpp"

#include <algorithm>
#include <array>

#include "tools/clusteripctl/scenario_expectations.hpp"
#include "tools/clusteripctl/scenario_requests.hpp"

namespace clusterip::ctl {
namespace {

using namespace cluster;
using Words = std::vector<std::string>;

std::optional<StoredKind> read_kind(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  for (const StoredKind kind : {StoredKind::kService, StoredKind::kServiceCidr, StoredKind::kIpAddress}) {
    if (*text == resource_name(kind)) return kind;
  }
  throw ScenarioError("\"" + *text + "\" is not services, servicecidrs or ipaddresses");
}

VersionProfile read_version(const std::string& text) {
  const auto version = version_profile(text);
  if (!version) throw ScenarioError("version \"" + text + "\" is not modelled");
  return *version;
}

std::string replace_all(std::string text, std::string_view mark, const std::string& value) {
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) {
    text.replace(at, mark.size(), value);
  }
  return text;
}

class Runner {
 public:
  explicit Runner(const ScenarioOptions& options) : options_(options), version_(options.version) {
    seed_ = options.seed;
    start_ = *read_instant("2026-01-01T00:00:00Z");
  }

  ScenarioResult run(std::string_view text) {
    std::size_t line = 0;
    try {
      // Outlives the loop: a refusal by the last line is settled after it.
      const std::vector<ScenarioLine> lines = read_scenario(text, line);
      for (const ScenarioLine& each : lines) {
        line = each.number;
        run_line(each);
      }
      settle_refusal(nullptr);
    } catch (const ScenarioError& error) {
      result_.error = std::to_string(line) + ": " + error.what();
    }
    result_.start = start_;
    if (upstream_) {
      collect();
      result_.findings = findings_of(*upstream_);
    }
    return std::move(result_);
  }

 private:
  struct Directive {
    std::string_view name;
    void (Runner::*run)(ScenarioWords words);
  };

  void run_line(const ScenarioLine& line) {
    if (line.words.front() == "expect") return expect(line);
    settle_refusal(nullptr);
    line_ = &line;
    current_line_ = line.number;
    if (is_request_verb(line.words.front())) {
      request(line.words);
      return;
    }
    static constexpr std::array kDirectives{
        Directive{"title", &Runner::title},   Directive{"note", &Runner::note},
        Directive{"seed", &Runner::seed},     Directive{"clock", &Runner::clock},
        Directive{"timing", &Runner::timing}, Directive{"version", &Runner::version},
        Directive{"start", &Runner::start},   Directive{"stop", &Runner::stop},
        Directive{"lag", &Runner::lag},       Directive{"freeze", &Runner::freeze},
        Directive{"thaw", &Runner::thaw},     Directive{"wait", &Runner::wait},
        Directive{"repeat", &Runner::repeat}, Directive{"begin", &Runner::begin},
        Directive{"step", &Runner::step},     Directive{"finish", &Runner::finish},
    };
    const auto* const directive =
        std::find_if(kDirectives.begin(), kDirectives.end(),
                     [&](const Directive& each) { return each.name == line.words.front(); });
    if (directive == kDirectives.end()) {
      throw ScenarioError("\"" + line.words.front() + "\" is no directive");
    }
    (this->*directive->run)(
        ScenarioWords({line.words.begin() + 1, line.words.end()}, keys_of(directive->name)));
    collect();
  }

  static std::vector<std::string_view> keys_of(std::string_view directive) {
    if (directive == "timing") return {"request-step", "controller-write", "cache-lag", "start-up"};
    if (directive == "start") return {"--service-cluster-ip-range"};
    return {};
  }

  // --- settings ---

  void title(ScenarioWords words) { result_.title = words.take_rest(); }
  void note(ScenarioWords words) { result_.transcript.push_back({std::nullopt, words.take_rest()}); }
  void version(ScenarioWords words) {
    version_ = read_version(words.take("a version"));
    words.end();
  }
  void seed(ScenarioWords words) {
    before_start("seed");
    seed_ = read_number(words.take("a number"));
    words.end();
  }
  void clock(ScenarioWords words) {
    before_start("clock");
    const std::string text = words.take("a time");
    const auto instant = read_instant(text);
    if (!instant) throw ScenarioError("\"" + text + "\" is no time such as 2026-01-01T00:00:00Z");
    start_ = *instant;
    words.end();
  }
  void timing(ScenarioWords words) {
    before_start("timing");
    const auto set = [&](std::string_view key, Duration& to) {
      if (const auto text = words.option(key)) to = read_duration(*text);
    };
    set("request-step", timing_.request_step);
    set("controller-write", timing_.controller_write);
    set("cache-lag", timing_.cache_lag);
    set("start-up", timing_.start_up);
    words.end();
  }
  void before_start(const std::string& what) const {
    if (upstream_) throw ScenarioError(what + " comes before the first start");
  }

  // --- processes ---

  Upstream& world() {
    if (!upstream_) upstream_.emplace(start_, seed_, timing_);
    return *upstream_;
  }
  Upstream& running() {
    if (!upstream_) throw ScenarioError("nothing has been started yet");
    return *upstream_;
  }

  void start(ScenarioWords words) {
    const std::string name = words.take("a name");
    const auto flag = words.option("--service-cluster-ip-range");
    words.end();
    if (name == "controller-manager") {
      world().start_controller_manager(version_);
      return;
    }
    if (!flag) throw ScenarioError("--service-cluster-ip-range= is missing");
    ServiceClusterIpRangeRules rules;
    rules.limit_host_bits = version_.limits_flag_size;
    const auto read = read_service_cluster_ip_range(*flag, rules);
    if (const auto* refusal = std::get_if<std::string>(&read)) throw ScenarioError(*refusal);
    world().start_server(name, std::get<ServiceClusterIpRange>(read), version_);
    settle();
  }
  void stop(ScenarioWords words) {
    const std::size_t watcher = read_watcher(running(), words.take("a name"));
    words.end();
    if (watcher == kControllerManager) {
      running().stop_controller_manager();
    } else {
      running().stop_server(watcher);
    }
  }
  void lag(ScenarioWords words) {
    const std::size_t watcher = read_watcher(running(), words.take("a name"));
    std::string last = words.take("a duration");
    std::optional<StoredKind> kind;
    if (!words.empty()) {
      kind = read_kind(last);
      last = words.take("a duration");
    }
    words.end();
    running().set_lag(watcher, kind, read_duration(last));
  }
  void freeze(ScenarioWords words) {
    const std::size_t watcher = read_watcher(running(), words.take("a name"));
    running().freeze(watcher, read_kind(words.take_if_any()));
    words.end();
  }
  void thaw(ScenarioWords words) {
    const std::size_t watcher = read_watcher(running(), words.take("a name"));
    running().thaw(watcher, read_kind(words.take_if_any()));
    words.end();
    settle();
  }

  // --- time and requests ---

  void wait(ScenarioWords words) {
    const Duration duration = read_duration(words.take("a duration"));
    words.end();
    run_until(running().now() + duration);
  }

  // What is due at this very moment.
  void settle() { run_until(running().now()); }

  void run_until(Instant end) {
    Upstream& upstream = running();
    check_time(end);
    while (upstream.waiting() > 0 && upstream.due(0) <= end) {
      count_step();
      static_cast<void>(upstream.take_next_step());
    }
    upstream.run_for(end - upstream.now());
  }

  void count_step() {
    if (++steps_ > options_.most_steps) throw ScenarioError("more steps than --max-steps allows");
    check_time(running().now());
  }
  static void check_time(Instant time) {
    static const Instant kEnd = *read_instant("9999-12-31T23:59:59Z");
    if (time > kEnd) throw ScenarioError("virtual time ends with the year 9999");
  }

  void request(const Words& words) {
    const RequestId id = running().begin(read_request(words, running()));
    answer_of(id);
  }

  void answer_of(RequestId id) {
    Upstream& upstream = running();
    while (!upstream.request(id).answer) {
      count_step();
      if (!upstream.take_next_step()) throw ScenarioError("the request is never answered");
    }
    answer_ = upstream.request(id).answer;
    unexpected_ = !answer_->ok();
    collect();
  }

  void repeat(ScenarioWords words) {
    const std::uint64_t count = read_number(words.take("a number"));
    Words rest;
    while (!words.empty()) rest.push_back(words.take("a request"));
    for (std::uint64_t i = 0; i < count; ++i) {
      settle_refusal(nullptr);
      Words each = rest;
      for (std::string& word : each) word = replace_all(std::move(word), "{}", std::to_string(i));
      request(each);
    }
  }
  void begin(ScenarioWords words) {
    const std::string name = words.take("a name for the request");
    Words rest;
    while (!words.empty()) rest.push_back(words.take("a request"));
    const auto open = held_.find(name);
    if (open != held_.end() && !running().request(open->second).answer) {
      throw ScenarioError("request \"" + name + "\" has begun and is not finished");
    }
    held_[name] = running().begin(read_request(rest, running()), /*held=*/true);
  }
  RequestId held(ScenarioWords& words) {
    const std::string name = words.take("the name of a request");
    words.end();
    const auto found = held_.find(name);
    if (found == held_.end()) throw ScenarioError("no request \"" + name + "\" has begun");
    return found->second;
  }
  void step(ScenarioWords words) {
    const RequestId id = held(words);
    running().step(id);
    if (running().request(id).answer) answer_of(id);
  }
  void finish(ScenarioWords words) {
    const RequestId id = held(words);
    running().let_go(id);
    answer_of(id);
  }

  // --- expectations ---

  void expect(const ScenarioLine& line) {
    const Words words(line.words.begin() + 1, line.words.end());
    settle_refusal(&words);
    ++result_.expectations;
    collect();
    const std::string found = check_expectation(words, {running(), records_, answer_ ? &*answer_ : nullptr});
    if (!found.empty()) fail(line, found);
  }

  // A refusal that the next line does not speak about is a failure of the request's own line.
  void settle_refusal(const Words* next) {
    const bool spoken_of = next != nullptr && is_about_answer(*next);
    if (unexpected_ && !spoken_of) {
      result_.failures.push_back(
          {current_line_, trimmed(line_->text), std::to_string(answer_->code) + " " + answer_->message});
    }
    unexpected_ = false;
  }

  void fail(const ScenarioLine& line, const std::string& found) {
    result_.failures.push_back({line.number, trimmed(line.text), found});
  }
  static std::string trimmed(std::string text) {
    text.erase(0, std::min(text.find_first_not_of(" \t"), text.size()));
    text.erase(text.find_last_not_of(" \t\r") + 1);
    return text;
  }

  void collect() {
    if (!upstream_) return;
    for (UpstreamRecord& record : upstream_->take_records()) {
      records_.push_back(record);
      result_.transcript.push_back({std::move(record), ""});
    }
  }

  const ScenarioOptions& options_;
  VersionProfile version_;
  std::uint64_t seed_ = 1;
  Instant start_;
  UpstreamTiming timing_;
  std::optional<Upstream> upstream_;
  std::uint64_t steps_ = 0;
  std::map<std::string, RequestId> held_;
  std::optional<ApiAnswer> answer_;
  bool unexpected_ = false;
  const ScenarioLine* line_ = nullptr;
  std::size_t current_line_ = 0;
  std::vector<UpstreamRecord> records_;
  ScenarioResult result_;
};

}  // namespace

ScenarioResult run_scenario(std::string_view text, const ScenarioOptions& options) {
  return Runner(options).run(text);
}

}  // namespace clusterip::ctl
