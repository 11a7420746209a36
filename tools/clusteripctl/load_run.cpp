#include "tools/clusteripctl/load_run.hpp"

#include <algorithm>
#include <mutex>
#include <thread>

#include "daemon/mirror/watch_json.hpp"
#include "engine/net/text.hpp"
#include "tools/clusteripctl/load_requests_json.hpp"

namespace clusterip::ctl {
namespace {

using daemon::ApiAnswer;
using daemon::ApiClient;
using daemon::CallResult;
using Clock = std::chrono::steady_clock;

// A server that cannot be reached is not hammered.
constexpr std::chrono::milliseconds kPause{50};

std::string fault_of(const CallResult& result) {
  if (const auto* fault = std::get_if<daemon::ClientFault>(&result)) return fault->message;
  const auto& answer = std::get<ApiAnswer>(result);
  return answer.ok() ? "" : daemon::read_server_status(answer.body, answer.status).message;
}

class LoadClient {
 public:
  LoadClient(daemon::Credentials& credentials, const daemon::ClientLimits& limits, const LoadOptions& options,
             std::size_t number, Clock::time_point begin)
      : client_(credentials, limits),
        options_(options),
        plan_(options.seed, number, options.shape),
        begin_(begin) {
    if (options.rate > 0) {
      const double interval = static_cast<double>(options.clients) / options.rate;
      interval_ = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(interval));
      due_ =
          begin + interval_ * static_cast<std::int64_t>(number) / static_cast<std::int64_t>(options.clients);
    }
  }

  LoadFigures figures;

  void run(const std::atomic<bool>& stop) {
    const Clock::time_point end = begin_ + options_.duration;
    while (!stop && Clock::now() < end) {
      Clock::time_point asked = Clock::now();
      if (options_.rate > 0) {
        if (due_ >= end) return;
        std::this_thread::sleep_until(due_);
        asked = due_;
        due_ += interval_;
      }
      step(asked);
    }
  }

 private:
  void step(Clock::time_point asked) {
    const LoadStep next = plan_.next();
    const CallResult result = client_.call(request_of(next, options_.name_space));
    const auto* answer = std::get_if<ApiAnswer>(&result);
    const bool good = answer != nullptr && answer->ok();
    plan_.done(next, good);
    const Clock::time_point now = Clock::now();
    const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(now - asked).count();
    const auto us = static_cast<std::uint32_t>(std::min<std::int64_t>(taken, UINT32_MAX));
    (good ? figures.good : figures.refused).at(static_cast<std::size_t>(next.action)).push_back(us);
    const auto second =
        static_cast<std::size_t>(std::chrono::duration_cast<std::chrono::seconds>(now - begin_).count());
    if (figures.seconds.size() <= second) figures.seconds.resize(second + 1);
    LoadSecond& in = figures.seconds[second];
    ++in.done;
    in.slowest_us = std::max<std::uint64_t>(in.slowest_us, us);
    if (good) return;
    ++in.failed;
    if (answer != nullptr) {
      ++figures.errors[error_class(*answer)];
      return;
    }
    ++figures.errors["no answer: " + std::string(fault_name(std::get<daemon::ClientFault>(result).kind))];
    std::this_thread::sleep_for(kPause);
  }

  ApiClient client_;
  const LoadOptions& options_;
  LoadPlan plan_;
  const Clock::time_point begin_;
  Clock::duration interval_{};
  Clock::time_point due_;
};

// Deletes what a list names, as far as `wanted` says so. "" or the first fault.
std::string delete_all(ApiClient& client, const std::string& collection, const std::string& prefix) {
  const CallResult listed = client.get(collection);
  if (std::string fault = fault_of(listed); !fault.empty()) return fault;
  const auto items = read_items(std::get<ApiAnswer>(listed).body);
  if (const auto* fault = std::get_if<std::string>(&items)) return *fault;
  std::string first_fault;
  for (const ListedItem& item : std::get<0>(items)) {
    if (item.name.rfind(prefix, 0) != 0) continue;
    const CallResult gone = client.call({.method = "DELETE", .target = collection + "/" + item.name});
    const auto* answer = std::get_if<ApiAnswer>(&gone);
    const bool fine = answer != nullptr && (answer->ok() || answer->status == 404);
    if (!fine && first_fault.empty()) first_fault = item.name + ": " + fault_of(gone);
  }
  return first_fault;
}

}  // namespace

void LoadFigures::add(LoadFigures&& other) {
  for (std::size_t i = 0; i < kLoadActions; ++i) {
    good.at(i).insert(good.at(i).end(), other.good.at(i).begin(), other.good.at(i).end());
    refused.at(i).insert(refused.at(i).end(), other.refused.at(i).begin(), other.refused.at(i).end());
  }
  for (const auto& [name, count] : other.errors) errors[name] += count;
  if (seconds.size() < other.seconds.size()) seconds.resize(other.seconds.size());
  for (std::size_t i = 0; i < other.seconds.size(); ++i) {
    seconds[i].done += other.seconds[i].done;
    seconds[i].failed += other.seconds[i].failed;
    seconds[i].slowest_us = std::max(seconds[i].slowest_us, other.seconds[i].slowest_us);
  }
}

bool LoadFigures::all_failed() const {
  const auto is_empty = [](const std::vector<std::uint32_t>& steps) { return steps.empty(); };
  return !errors.empty() && std::all_of(good.begin(), good.end(), is_empty);
}

std::variant<std::vector<Cidr>, std::string> find_ranges(ApiClient& client) {
  const CallResult listed = client.get("/apis/networking.k8s.io/v1/servicecidrs");
  if (std::string fault = fault_of(listed); !fault.empty()) return fault;
  const auto items = read_items(std::get<ApiAnswer>(listed).body);
  if (const auto* fault = std::get_if<std::string>(&items)) return *fault;
  std::vector<Cidr> ranges;
  for (const ListedItem& item : std::get<0>(items)) {
    for (const std::string& text : item.cidrs) {
      if (const auto cidr = read_cidr_sloppy(text)) ranges.push_back(*cidr);
    }
  }
  return ranges;
}

std::string make_namespace(ApiClient& client, const std::string& name) {
  constexpr std::string_view kGoing = "object is being deleted: ";
  constexpr std::chrono::seconds kPatience{60};
  const Clock::time_point end = Clock::now() + kPatience;
  for (;;) {
    const CallResult made = client.call(namespace_request(name));
    const auto* answer = std::get_if<ApiAnswer>(&made);
    std::string fault = fault_of(made);
    if (answer == nullptr || answer->status != 409) return fault;
    if (!fault.starts_with(kGoing)) return "";
    if (Clock::now() > end) return fault;
    std::this_thread::sleep_for(kPause);
  }
}

LoadFigures run_load(daemon::Credentials& credentials, const daemon::ClientLimits& limits,
                     const LoadOptions& options, const std::atomic<bool>& stop) {
  const Clock::time_point begin = Clock::now();
  std::vector<std::unique_ptr<LoadClient>> clients;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < options.clients; ++i) {
    clients.push_back(std::make_unique<LoadClient>(credentials, limits, options, i, begin));
    threads.emplace_back([&client = *clients.back(), &stop] { client.run(stop); });
  }
  LoadFigures all;
  for (std::size_t i = 0; i < options.clients; ++i) {
    threads[i].join();
    all.add(std::move(clients[i]->figures));
  }
  all.elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
  return all;
}

std::string clean_up(ApiClient& client, const LoadOptions& options) {
  std::string fault = delete_all(client, "/api/v1/namespaces/" + options.name_space + "/services", "");
  const std::string ranges =
      delete_all(client, "/apis/networking.k8s.io/v1/servicecidrs", range_name(options.name_space, ""));
  if (fault.empty()) fault = ranges;
  const CallResult gone =
      client.call({.method = "DELETE", .target = "/api/v1/namespaces/" + options.name_space});
  return fault.empty() ? fault_of(gone) : fault;
}

}  // namespace clusterip::ctl
