#include "daemon/mirror/reflector.hpp"

#include <algorithm>
#include <string_view>

#include "daemon/mirror/api_client.hpp"

namespace clusterip::daemon {
namespace {

using std::chrono::milliseconds;

constexpr unsigned kMostDoublings = 12;
// A server that asks for more is asked again after this long all the same.
constexpr std::chrono::seconds kLongestRetryAfter{300};

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

std::string_view without_zeros(std::string_view digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? std::string_view{} : digits.substr(first);
}

FaultKind kind_of_status(int code) {
  switch (code) {
    case 401:
      return FaultKind::kUnauthorized;
    case 403:
      return FaultKind::kForbidden;
    case 404:
      return FaultKind::kNotFound;
    case 410:
      return FaultKind::kGone;
    case 429:
    case 503:
      return FaultKind::kThrottled;
    default:
      return code >= 500 ? FaultKind::kServerError : FaultKind::kRefused;
  }
}

// Faults of the connection: what came before them stays true.
bool keeps_the_version(FaultKind kind) {
  switch (kind) {
    case FaultKind::kConnect:
    case FaultKind::kTls:
    case FaultKind::kCredentials:
    case FaultKind::kTimeout:
    case FaultKind::kCut:
    case FaultKind::kUnauthorized:
    case FaultKind::kForbidden:
    case FaultKind::kThrottled:
    case FaultKind::kServerError:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool is_older_version(const std::string& a, const std::string& b) {
  if (!is_number(a) || !is_number(b)) return false;
  const std::string_view x = without_zeros(a);
  const std::string_view y = without_zeros(b);
  return x.size() != y.size() ? x.size() < y.size() : x < y;
}

Reflector::Reflector(api::ObjectKind kind, ReflectorOptions options, MirrorSink& sink)
    : kind_(kind), options_(options), sink_(sink), streaming_(options.streamed_lists) {}

std::string Reflector::collection() const {
  if (kind_ == api::ObjectKind::kService) return "/api/v1/services";
  const std::string version = beta_ ? "v1beta1" : "v1";
  return "/apis/networking.k8s.io/" + version +
         (kind_ == api::ObjectKind::kServiceCidr ? "/servicecidrs" : "/ipaddresses");
}

std::string Reflector::list_target() const {
  std::string target = collection();
  if (paged_) target += "?limit=" + std::to_string(options_.page_limit);
  if (!continue_token_.empty()) target += "&continue=" + encode_query(continue_token_);
  return target;
}

std::string Reflector::watch_target() const {
  const std::string from = wants_list_ ? "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
                                       : "&resourceVersion=" + encode_query(version_);
  return collection() + "?watch=1&allowWatchBookmarks=true&timeoutSeconds=" +
         std::to_string(options_.watch_timeout.count()) + from;
}

Reflector::Step Reflector::next(double draw) {
  if (wait_is_due_) {
    wait_is_due_ = false;
    const unsigned doublings = std::min(failures_ == 0 ? 0U : failures_ - 1, kMostDoublings);
    const milliseconds full = std::min(options_.first_wait * (1U << doublings), options_.longest_wait);
    milliseconds wait{static_cast<std::int64_t>(static_cast<double>(full.count()) * (0.5 + draw))};
    if (retry_after_) wait = std::max(wait, milliseconds(std::min(*retry_after_, kLongestRetryAfter)));
    retry_after_.reset();
    return {Step::What::kWait, "", wait};
  }
  if (wants_list_ && !streaming_) return {Step::What::kList, list_target(), milliseconds(0)};
  return {Step::What::kWatch, watch_target(), milliseconds(0)};
}

std::optional<Fault> Reflector::check_history(const std::string& version) {
  if (!is_older_version(version, version_)) {
    doubts_history_ = false;
    return std::nullopt;
  }
  if (!doubts_history_) {
    doubts_history_ = true;
    return Fault{FaultKind::kVersionWentBack,
                 "the list is of version " + version + ", though " + version_ + " was seen before"};
  }
  doubts_history_ = false;
  ++counters_.histories;
  return std::nullopt;
}

std::optional<Fault> Reflector::listed(ListPage&& page) {
  if (continue_token_.empty()) {
    if (auto fault = check_history(page.resource_version)) return fault;
    page_version_ = page.resource_version;
    sink_.begin_snapshot();
  } else if (page.resource_version != page_version_) {
    return Fault{FaultKind::kVersionWentBack,
                 "a page is of version " + page.resource_version + ", the first one of " + page_version_};
  }
  for (MirroredObject& item : page.items) sink_.put(std::move(item));
  continue_token_ = std::move(page.continue_token);
  if (!continue_token_.empty()) return std::nullopt;
  version_ = page_version_;
  wants_list_ = false;
  paged_ = true;
  ++counters_.lists;
  sink_.end_snapshot();
  return std::nullopt;
}

void Reflector::opened() {
  ++counters_.watches;
  if (wants_list_) {
    sink_.begin_snapshot();
  } else {
    in_step_ = true;
  }
}

std::optional<Fault> Reflector::heard(WatchEvent event) {
  if (event.type == WatchEvent::Type::kError) {
    const FaultKind kind = event.status.code == 410 ? FaultKind::kGone : FaultKind::kErrorEvent;
    return Fault{kind,
                 std::to_string(event.status.code) + " " + event.status.reason + ": " + event.status.message};
  }
  if (wants_list_) {
    if (event.type == WatchEvent::Type::kPut) sink_.put(std::move(*event.object));
    if (event.type == WatchEvent::Type::kErased) sink_.erase(*event.object);
    if (event.type != WatchEvent::Type::kBookmark) return std::nullopt;
    if (!event.ends_initial_events)
      return Fault{FaultKind::kUnfinishedList, "a bookmark within the streamed list"};
    if (auto fault = check_history(event.resource_version)) return fault;
    version_ = event.resource_version;
    wants_list_ = false;
    in_step_ = true;
    failures_ = 0;
    ++counters_.lists;
    sink_.end_snapshot();
    return std::nullopt;
  }
  if (is_older_version(event.resource_version, version_)) {
    return Fault{FaultKind::kVersionWentBack,
                 "an event is of version " + event.resource_version + ", after " + version_};
  }
  if (event.type == WatchEvent::Type::kPut) sink_.put(std::move(*event.object));
  if (event.type == WatchEvent::Type::kErased) sink_.erase(*event.object);
  if (event.type != WatchEvent::Type::kBookmark) ++counters_.events;
  version_ = event.resource_version;
  failures_ = 0;
  return std::nullopt;
}

std::optional<Fault> Reflector::ended(milliseconds lasted) {
  if (wants_list_) return Fault{FaultKind::kUnfinishedList, "the watch ended within the streamed list"};
  // A server that ends each watch at once would be asked without end.
  if (lasted >= options_.steady_after) {
    failures_ = 0;
  } else if (++failures_ > 1) {
    wait_is_due_ = true;
  }
  return std::nullopt;
}

Fault Reflector::refused(const ServerStatus& status) {
  return {kind_of_status(status.code), std::to_string(status.code) +
                                           (status.reason.empty() ? "" : " " + status.reason) +
                                           (status.message.empty() ? "" : ": " + status.message)};
}

void Reflector::begin_anew() {
  wants_list_ = true;
  continue_token_.clear();
}

void Reflector::failed(const Fault& fault, std::optional<std::chrono::seconds> retry_after,
                       milliseconds lasted) {
  in_step_ = false;
  if (lasted >= options_.steady_after) failures_ = 0;
  ++failures_;
  retry_after_ = retry_after;
  wait_is_due_ = true;
  if (wants_list_ && streaming_) {
    // Servers before 1.32 do not know streamed lists and some are told not to give them.
    streaming_ = keeps_the_version(fault.kind) && fault.kind != FaultKind::kTimeout;
    wait_is_due_ = streaming_ || failures_ > 1;
  } else if (fault.kind == FaultKind::kGone) {
    // Pages that expire twice are asked for at once: the list is larger than the time the server keeps it.
    if (!continue_token_.empty() && failures_ > 1) paged_ = false;
    wait_is_due_ = failures_ > 1;
  } else if (fault.kind == FaultKind::kNotFound && kind_ != api::ObjectKind::kService) {
    beta_ = !beta_;
    wait_is_due_ = failures_ > 1;
  }
  if (!keeps_the_version(fault.kind)) begin_anew();
  if (retry_after_) wait_is_due_ = true;
}

}  // namespace clusterip::daemon
