#include "daemon/http/collection_handler.hpp"

#include <random>

#include "daemon/api/document.hpp"
#include "daemon/http/answers.hpp"
#include "daemon/http/watch_stream.hpp"

namespace clusterip::daemon {
namespace {

using api::Status;

// What is newer than everything, and does not become true by waiting here.
Status too_large(std::uint64_t wanted, std::uint64_t current) {
  Status status = api::generic(504, "Timeout",
                               "Timeout: Too large resource version: " + std::to_string(wanted) +
                                   ", current: " + std::to_string(current));
  status.details.emplace();
  status.details->causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
  status.details->retry_after_seconds = 1;
  return status;
}

// Keeps what fits the selector.
void filter(Listing& listing, const api::Selector& selector, const Presentation& presentation) {
  if (selector.everything()) return;
  std::erase_if(listing.records,
                [&](const RecordPtr& record) { return !selector.matches(presentation.served(*record)); });
}

// A page of what fits the selector: pages of the store are read until it is full.
Listing read_page(const ResourceCall& call, const Store& store, const ListOptions& options) {
  std::optional<ObjectKey> after;
  if (options.from) after = ObjectKey{options.from->name_space, options.from->name};
  if (options.limit == 0 || options.selector.everything()) {
    Listing listing = store.list(call.id(), call.path.name_space, after, options.limit);
    filter(listing, options.selector, call.presentation);
    return listing;
  }
  Listing page;
  for (;;) {
    Listing more = store.list(call.id(), call.path.name_space, after, options.limit);
    if (page.revision == 0) page.revision = more.revision;
    const bool ended = !more.more;
    if (!more.records.empty()) after = more.records.back()->key;
    filter(more, options.selector, call.presentation);
    for (RecordPtr& record : more.records) {
      if (page.records.size() == options.limit) {
        page.more = true;
        return page;
      }
      page.records.push_back(std::move(record));
    }
    if (ended) return page;
  }
}

// A list as JSON, for the audit log.
std::string list_text(const Listing& listing) {
  std::string text = R"({"items":[)";
  for (const RecordPtr& record : listing.records) {
    if (text.back() != '[') text += ',';
    api::append_object(text, record->document, record->revision);
  }
  return text + "]}";
}

// Upstream spreads the ends of watches without a timeout over half an hour.
std::chrono::seconds default_timeout() {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::chrono::seconds(1800 + static_cast<int>(random() % 1800));
}

}  // namespace

HttpResponse list_collection(const ResourceCall& call, const Store& store, const ListOptions& options) {
  const std::uint64_t current = store.revision();
  if (!options.any_revision && options.revision > current) {
    return answer_status(too_large(options.revision, current));
  }
  if (options.match == "Exact" && options.revision < current) {
    return answer_status(api::expired("The resourceVersion for the provided list is too old."));
  }
  if (auto refusal = call.presentation.refuse(true)) return answer_status(*refusal);
  Listing listing = read_page(call, store, options);
  std::string token;
  // The pages of one list carry the revision of its first one: a watch from there misses nothing.
  if (options.from) listing.revision = options.from->revision;
  if (listing.more) {
    const ObjectKey& last = listing.records.back()->key;
    token = encode(api::ContinueToken{listing.revision, last.name_space, last.name});
  }
  if (!options.selector.everything()) listing.remaining = 0;
  HttpResponse response;
  response.content_type = call.presentation.content_type();
  call.presentation.append_list(response.body, listing, token);
  return response;
}

HttpResponse watch_collection(const ResourceCall& call, const Store& store, const ListOptions& options) {
  if (auto refusal = call.presentation.refuse_stream()) return answer_status(*refusal);
  WatchRequest request;
  request.name_space = call.path.name_space;
  request.bookmarks = options.bookmarks;
  request.timeout = options.timeout.value_or(default_timeout());
  request.after = options.revision;
  const bool from_now = options.any_revision || options.send_initial_events;
  if (request.timeout.count() == 0) {
    request.after = store.revision();
  } else if (from_now) {
    Listing listing = store.list(call.id(), call.path.name_space);
    if (options.send_initial_events && options.revision > listing.revision) {
      return answer_status(too_large(options.revision, listing.revision));
    }
    request.after = listing.revision;
    filter(listing, options.selector, call.presentation);
    request.initial = std::move(listing.records);
    request.initial_events_end = options.send_initial_events && options.bookmarks;
  }
  HttpResponse response;
  response.content_type = call.presentation.stream_type();
  response.stream = std::make_unique<WatchStream>(store, call.id(), call.presentation, options.selector,
                                                  std::move(request));
  return response;
}

HttpResponse erase_collection(const ResourceCall& call, const Verbs& verbs, const ListOptions& options,
                              const DeleteOptions& deletion) {
  Listing gone = read_page(call, verbs.store(), options);
  Listing answered;
  answered.revision = gone.revision;
  for (const RecordPtr& record : gone.records) {
    const auto erased = verbs.erase(call.resource, record->key, deletion, call.context);
    // What somebody else deleted in the meantime is deleted.
    if (!erased && erased.status().code != 404) return answer_status(erased.status());
    if (erased) answered.records.push_back(erased->record);
  }
  HttpResponse response;
  response.content_type = call.presentation.content_type();
  call.presentation.append_list(response.body, answered, "");
  if (call.audited != nullptr) {
    call.audited->response = call.presentation.is_protobuf() ? list_text(answered) : response.body;
  }
  return response;
}

}  // namespace clusterip::daemon
