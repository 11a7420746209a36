#include "daemon/http/collection_handler.hpp"

#include <random>

#include "daemon/api/document.hpp"
#include "daemon/http/answers.hpp"
#include "daemon/http/resource_version.hpp"
#include "daemon/http/watch_stream.hpp"

namespace clusterip::daemon {
namespace {

using api::Status;

// Whether upstream answers a list from its cache, or asks its storage.
bool is_cached(const ListOptions& options, const ResourceCall& call) {
  const bool at_one_revision = options.match == "Exact" || (options.limit > 0 && options.match.empty());
  return call.resource.is_cached() && !at_one_revision && !options.from && call.request.method == "GET";
}

// No state but the newest is there to be listed.
api::Refusal check_revision(const ListOptions& options, const ResourceCall& call, std::uint64_t current) {
  const bool goes_on = options.from && options.from->revision > 0;
  const std::uint64_t wanted =
      goes_on ? static_cast<std::uint64_t>(options.from->revision) : options.revision;
  if (wanted > current) return too_large(wanted, current, is_cached(options, call));
  if (options.match != "Exact" || wanted == current) return std::nullopt;
  return api::expired("The resourceVersion for the provided list is too old.");
}

// Keeps what fits the selector.
void filter(Listing& listing, const api::Selector& selector, const Presentation& presentation) {
  if (selector.everything()) return;
  std::erase_if(listing.records,
                [&](const RecordPtr& record) { return !selector.matches(presentation.served(*record)); });
}

// The first path below what is listed that comes after an object's.
std::string path_after(const ResourceCall& call, const Record& record) {
  return (call.path.name_space.empty() ? record.key.path() : record.key.name) + '\0';
}

// A page of what fits the selector: pages of the store are read until it is full.
Listing read_page(const ResourceCall& call, const Store& store, const ListOptions& options) {
  std::string from = options.from ? options.from->from : "";
  if (options.limit == 0 || options.selector.everything()) {
    Listing listing = store.list(call.id(), call.path.name_space, from, options.limit);
    filter(listing, options.selector, call.presentation);
    return listing;
  }
  Listing page;
  for (;;) {
    Listing more = store.list(call.id(), call.path.name_space, from, options.limit);
    if (page.revision == 0) page.revision = more.revision;
    const bool ended = !more.more;
    if (!more.records.empty()) from = path_after(call, *more.records.back());
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
  if (auto refusal = check_revision(options, call, store.revision())) return answer_status(*refusal);
  if (auto refusal = call.presentation.refuse(true)) return answer_status(*refusal);
  Listing listing = read_page(call, store, options);
  std::string token;
  // The pages of one list carry the revision of its first one: a watch from there misses nothing.
  if (options.from && options.from->revision > 0) {
    listing.revision = static_cast<std::uint64_t>(options.from->revision);
  }
  if (listing.more) {
    token = encode(api::ContinueToken{static_cast<std::int64_t>(listing.revision),
                                      path_after(call, *listing.records.back())});
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
  const bool whole_state = options.send_initial_events.value_or(options.any_revision);
  const bool nothing_before = options.any_revision && !whole_state;
  if (request.timeout.count() == 0 || nothing_before) {
    request.after = store.revision();
  } else if (whole_state) {
    Listing listing = store.list(call.id(), call.path.name_space);
    if (options.revision > listing.revision) {
      request.refusal = too_large(options.revision, listing.revision, true);
    }
    request.after = listing.revision;
    filter(listing, options.selector, call.presentation);
    request.initial = std::move(listing.records);
    request.initial_events_end = options.bookmarks;
  }
  HttpResponse response;
  response.content_type = call.presentation.stream_type();
  response.stream = std::make_unique<WatchStream>(store, call.id(), call.presentation, options.selector,
                                                  std::move(request));
  return response;
}

HttpResponse erase_collection(const ResourceCall& call, const Verbs& verbs, const ListOptions& options,
                              const DeleteOptions& deletion) {
  if (auto refusal = check_revision(options, call, verbs.store().revision())) return answer_status(*refusal);
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
