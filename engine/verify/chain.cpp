#include "engine/verify/chain.hpp"

#include <algorithm>
#include <set>

#include "engine/net/text.hpp"

namespace clusterip::verify {
namespace {

bool contains(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

// A chain longer than this keeps its begin, where the cause stands, and its end.
constexpr std::size_t kLongestChain = 40;

void shorten(std::vector<ChainLink>& links) {
  if (links.size() <= kLongestChain) return;
  const auto half = static_cast<std::ptrdiff_t>(kLongestChain / 2);
  const std::size_t left_out = links.size() - kLongestChain;
  ChainLink gap{"", links[kLongestChain / 2].time, std::to_string(left_out) + " more events"};
  links.erase(links.begin() + half, links.end() - half);
  links.insert(links.begin() + half, std::move(gap));
}

}  // namespace

Chains::Chains(const History& history) : history_(history) {
  const auto& requests = history.record.requests;
  for (std::uint32_t i = 0; i < requests.size(); ++i) {
    const AuditedRequest& request = requests[i];
    if (!request.took_effect()) continue;
    if (request.subject == Subject::kService) add_service_events(i);
    if (request.subject != Subject::kIpAddress) continue;
    if (request.verb == Verb::kCreate) add(request.name, i, Kind::kCreated);
    if (request.verb == Verb::kDelete) add(request.name, i, Kind::kDeleted);
  }
}

void Chains::add(const std::string& text, std::uint32_t request, Kind kind) {
  if (const auto address = read_address_sloppy(text)) events_[*address].push_back({request, kind});
}

void Chains::add_service_events(std::uint32_t index) {
  const AuditedRequest& request = history_.record.requests[index];
  const ServiceFacts* given = request.given_service();
  if (given == nullptr) return;
  const bool ends = given->is_gone() || (request.verb == Verb::kDelete && !given->has_finalizers);
  if (ends) {
    for (const std::string& text : given->addresses()) add(text, index, Kind::kGivenUp);
    return;
  }
  const bool creates = request.verb == Verb::kCreate || request.code == 201;
  const ServiceFacts* old = creates ? nullptr : history_.services.before(request, index);
  const auto before = old != nullptr ? old->addresses() : std::vector<std::string>{};
  const auto after = given->addresses();
  if (!creates && old == nullptr) return;
  for (const std::string& text : after) {
    if (!contains(before, text)) add(text, index, Kind::kGiven);
  }
  for (const std::string& text : before) {
    if (!contains(after, text)) add(text, index, Kind::kGivenUp);
  }
}

std::string Chains::deletion_words(const Address& address, std::uint32_t index) const {
  const AuditedRequest& request = history_.record.requests[index];
  std::string text = "IPAddress deleted by " + request.user;
  // The request for a Service that ran meanwhile and was about the address.
  const auto events = events_.find(address);
  for (const Event& other : events->second) {
    const AuditedRequest& around = history_.record.requests[other.request];
    if (around.subject != Subject::kService || !around.during.meets(request.during)) continue;
    const bool gives = other.kind == Kind::kGiven;
    const std::string_view doing = around.verb == Verb::kDelete   ? "deleted"
                                   : around.verb == Verb::kCreate ? "created"
                                                                  : "updated";
    if (gives || history_.nesting.outer(index) == other.request) {
      text += " while " + around.object() + " was being " + std::string(doing);
      break;
    }
  }
  const AddressLife* life = history_.addresses.of_request(address, index);
  const std::uint32_t outer = history_.nesting.outer(index);
  if (outer != kNoRequest && life != nullptr && life->parent) {
    const std::string owner = life->parent->name_space + "/" + life->parent->name;
    if (owner != history_.record.requests[outer].key())
      text += ", though it was the one of services/" + owner;
  }
  return text;
}

std::string Chains::words(const Address& address, const Event& event) const {
  const AuditedRequest& request = history_.record.requests[event.request];
  switch (event.kind) {
    case Kind::kGiven:
      return address.to_string() + " given to " + request.object() +
             (request.verb == Verb::kCreate ? ", which was created" : ", which was updated");
    case Kind::kGivenUp:
      return request.object() + (request.verb == Verb::kDelete ? " deleted; it held " : " gave up ") +
             address.to_string();
    case Kind::kCreated: {
      const AddressLife* life = history_.addresses.of_request(address, event.request);
      const std::string owner =
          life != nullptr && life->parent
              ? " for " + life->parent->resource + "/" + life->parent->name_space + "/" + life->parent->name
              : "";
      const bool repaired = history_.nesting.outer(event.request) == kNoRequest;
      return "IPAddress created" + owner + (repaired ? " by " + request.user : "");
    }
    case Kind::kDeleted:
      return deletion_words(address, event.request);
  }
  return {};
}

Chains::Story Chains::story(const Address& address) const {
  Story story;
  const auto found = events_.find(address);
  if (found == events_.end()) return story;
  std::set<std::string> holders;
  bool object = false;
  for (const Event& event : found->second) {
    const AuditedRequest& request = history_.record.requests[event.request];
    if (event.kind == Kind::kGiven) holders.insert(request.key());
    if (event.kind == Kind::kGivenUp) holders.erase(request.key());
    if (event.kind == Kind::kCreated) object = true;
    if (event.kind == Kind::kDeleted) object = false;
    story.links.push_back({request.audit_id, request.during.to, words(address, event)});
    if (holders.empty() && !object) {
      story = Story{};
      continue;
    }
    const bool sound = holders.size() == 1 && object;
    if (sound) story.unsound_since.reset();
    if (!sound && !story.unsound_since) story.unsound_since = request.during.to;
    if (holders.size() < 2) story.shared_since.reset();
    if (holders.size() > 1 && !story.shared_since) story.shared_since = request.during.to;
  }
  shorten(story.links);
  return story;
}

}  // namespace clusterip::verify
