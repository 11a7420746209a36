#include "daemon/mirror/follower.hpp"

#include "daemon/mirror/event_lines.hpp"

namespace clusterip::daemon {
namespace {

using std::chrono::milliseconds;

// A list comes in hundreds of thousands of pieces: that the server is heard need not be told for each.
constexpr milliseconds kContactWhileListing{10};

FaultKind kind_of(ClientFaultKind kind) {
  switch (kind) {
    case ClientFaultKind::kCredentials:
      return FaultKind::kCredentials;
    case ClientFaultKind::kConnect:
      return FaultKind::kConnect;
    case ClientFaultKind::kTls:
      return FaultKind::kTls;
    case ClientFaultKind::kTimeout:
      return FaultKind::kTimeout;
    case ClientFaultKind::kTooLarge:
      return FaultKind::kTooLarge;
    case ClientFaultKind::kCut:
    case ClientFaultKind::kStopped:
      break;
  }
  return FaultKind::kCut;
}

}  // namespace

Follower::Follower(api::ObjectKind kind, Credentials& credentials, const ClientLimits& client,
                   const ReflectorOptions& reflector, const FollowLimits& limits, MirrorSink& sink,
                   FollowObserver& observer)
    : kind_(kind),
      limits_(limits),
      observer_(observer),
      client_(credentials, client),
      reflector_(kind, reflector, sink) {}

Follower::~Follower() {
  if (!thread_.joinable()) return;
  // A request that was about to begin when it was stopped is stopped again.
  std::unique_lock lock(mutex_);
  while (!ended_) {
    lock.unlock();
    stop();
    lock.lock();
    wake_.wait_for(lock, milliseconds(20), [&] { return ended_; });
  }
  lock.unlock();
  thread_.join();
}

void Follower::start() {
  thread_ = std::thread([this] {
    run();
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    wake_.notify_all();
  });
}

void Follower::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  client_.stop();
}

void Follower::run() {
  std::uniform_real_distribution<double> draw(0.0, 1.0);
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    const Reflector::Step step = reflector_.next(draw(random_));
    if (unreported_) {
      observer_.fault(*unreported_, step.wait);
      unreported_.reset();
    }
    switch (step.what) {
      case Reflector::Step::What::kWait:
        wait(step.wait);
        break;
      case Reflector::Step::What::kList:
        list(step.target);
        break;
      case Reflector::Step::What::kWatch:
        watch(step.target);
        break;
    }
  }
}

void Follower::wait(milliseconds time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, time, [&] { return stopping_; });
}

void Follower::contact() {
  status_.contact = Clock::now();
  publish();
}

void Follower::note_date(const ApiAnswer& answer) {
  if (!answer.date) return;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const cluster::Instant ours{std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
  status_.clock_offset = *answer.date - ours;
}

void Follower::publish() {
  status_.in_step = reflector_.in_step();
  if (status_.in_step) status_.trouble.reset();
  status_.version = reflector_.resource_version();
  status_.counters = reflector_.counters();
  observer_.status(status_);
}

void Follower::fail(const Fault& fault, std::optional<std::chrono::seconds> retry_after,
                    milliseconds lasted) {
  reflector_.failed(fault, retry_after, lasted);
  status_.trouble = fault;
  unreported_ = fault;
  publish();
}

void Follower::fail(const CallResult& result, milliseconds lasted) {
  if (const auto* fault = std::get_if<ClientFault>(&result)) {
    fail({kind_of(fault->kind), fault->message}, std::nullopt, lasted);
    return;
  }
  const auto& answer = std::get<ApiAnswer>(result);
  fail(reflector_.refused(read_server_status(answer.body, answer.status)), answer.retry_after, lasted);
}

void Follower::list(const std::string& target) {
  const CallResult result = client_.get(target);
  const auto* answer = std::get_if<ApiAnswer>(&result);
  if (answer == nullptr || !answer->ok()) {
    fail(result, milliseconds(0));
    return;
  }
  note_date(*answer);
  auto page = read_list_page(answer->body, kind_);
  std::optional<Fault> fault;
  if (auto* unreadable = std::get_if<Fault>(&page)) {
    fault = std::move(*unreadable);
  } else {
    fault = reflector_.listed(std::get<ListPage>(std::move(page)));
  }
  if (fault) {
    fail({fault->kind, "GET " + target + ": " + fault->message}, std::nullopt, milliseconds(0));
  } else {
    contact();
  }
}

void Follower::watch(const std::string& target) {
  EventLines lines(limits_.line_bytes);
  std::optional<Fault> fault;
  bool opened = false;
  const auto one_event = [&](std::string_view line) {
    auto event = read_watch_event(line, kind_);
    if (auto* unreadable = std::get_if<Fault>(&event)) {
      fault = std::move(*unreadable);
    } else {
      fault = reflector_.heard(std::get<WatchEvent>(std::move(event)));
    }
    return !fault.has_value();
  };
  const Clock::time_point begun = Clock::now();
  const ApiClient::StreamSink sink{
      .opened =
          [&](const ApiAnswer& answer) {
            opened = true;
            note_date(answer);
            reflector_.opened();
            contact();
          },
      .received =
          [&](std::string_view piece) {
            const EventLines::Outcome outcome = lines.feed(piece, one_event);
            if (outcome == EventLines::Outcome::kTooLong) {
              fault = Fault{FaultKind::kTooLarge,
                            "a line is longer than " + std::to_string(limits_.line_bytes) + " bytes"};
            }
            if (!reflector_.wants_list() || Clock::now() - *status_.contact >= kContactWhileListing)
              contact();
            return outcome == EventLines::Outcome::kMore;
          }};
  const CallResult result = client_.stream(target, sink, limits_.silence);
  const auto lasted = std::chrono::duration_cast<milliseconds>(Clock::now() - begun);
  const auto* answer = std::get_if<ApiAnswer>(&result);
  if (fault) {
    fail({fault->kind, "watch of " + target.substr(0, target.find('?')) + ": " + fault->message},
         std::nullopt, lasted);
  } else if (answer == nullptr || !answer->ok()) {
    fail(result, lasted);
  } else if (lines.pending() > 0) {
    fail({FaultKind::kCut, "watch of " + target.substr(0, target.find('?')) + ": it ended within a line"},
         std::nullopt, lasted);
  } else if (opened) {
    if (const auto unfinished = reflector_.ended(lasted)) {
      fail(*unfinished, std::nullopt, lasted);
    } else {
      publish();
    }
  }
}

}  // namespace clusterip::daemon
