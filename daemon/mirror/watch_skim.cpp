#include "daemon/mirror/watch_skim.hpp"

#include "daemon/api/item_skim.hpp"

namespace clusterip::daemon {
namespace {

using api::ItemSkim;
using api::JsonSkim;
using api::ObjectKind;

// What is read for the object; nothing where it is not surely one of that kind with all that it needs.
std::optional<MirroredObject> object_of(ItemSkim& item, ObjectKind kind, bool may_be_untyped) {
  const bool untyped = item.kind().empty() && item.api_version().empty();
  if (untyped ? !may_be_untyped : api::find_kind(item.api_version(), item.kind()) != kind)
    return std::nullopt;
  std::optional<MirroredObject> object;
  switch (kind) {
    case ObjectKind::kService:
      object = item.service();
      break;
    case ObjectKind::kServiceCidr:
      object = item.service_cidr();
      break;
    case ObjectKind::kIpAddress:
      object = item.ip_address();
      break;
  }
  const cluster::ObjectMeta& meta = meta_of(*object);
  const bool is_whole = !meta.name.empty() && !meta.resource_version.empty() &&
                        (kind != ObjectKind::kService || !meta.name_space.empty());
  return is_whole ? object : std::nullopt;
}

// One walk over one answer.
class Walk {
 public:
  Walk(std::string_view text, ObjectKind kind)
      : kind_(kind), end_(text.data() + text.size()), skim_(text.data(), end_) {}

  std::optional<ListPage> page() {
    const bool read = skim_.object([this](std::string_view name) { return page_member(name); });
    const bool is_list = list_kind_ == std::string(api::kind_name(kind_)) + "List" &&
                         api::find_kind(list_version_, api::kind_name(kind_)) == kind_;
    if (!read || !is_at_end() || !is_list || version_.empty()) return std::nullopt;
    page_.resource_version = version_;
    page_.continue_token = continue_token_;
    return std::move(page_);
  }

  std::optional<WatchEvent> event() {
    std::string_view type;
    WatchEvent event;
    const bool read = skim_.object([&](std::string_view name) {
      if (name == "type") return skim_.text(type);
      return name == "object" ? object(event.object, false) : skim_.skip();
    });
    if (!read || !is_at_end() || !event.object) return std::nullopt;
    if (type == "DELETED") {
      event.type = WatchEvent::Type::kErased;
    } else if (type != "ADDED" && type != "MODIFIED") {
      return std::nullopt;
    }
    event.resource_version = meta_of(*event.object).resource_version;
    return event;
  }

 private:
  bool page_member(std::string_view name) {
    if (name == "kind") return skim_.text(list_kind_);
    if (name == "apiVersion") return skim_.text(list_version_);
    if (name == "metadata") {
      return skim_.object([this](std::string_view inner) {
        if (inner == "resourceVersion") return skim_.text(version_);
        return inner == "continue" ? skim_.text(continue_token_) : skim_.skip();
      });
    }
    if (name != "items") return skim_.skip();
    return skim_.array([this] {
      std::optional<MirroredObject> item;
      if (!object(item, true)) return false;
      page_.items.push_back(*std::move(item));
      return true;
    });
  }

  bool object(std::optional<MirroredObject>& to, bool may_be_untyped) {
    if (item_.read(skim_.position(), end_) != JsonSkim::State::kGood) return skim_.give_up();
    to = object_of(item_, kind_, may_be_untyped);
    return to ? skim_.go_on_at(item_.stop()) : skim_.give_up();
  }

  bool is_at_end() const {
    const std::string_view rest(skim_.position(), static_cast<std::size_t>(end_ - skim_.position()));
    return rest.find_first_not_of(" \t\r\n") == std::string_view::npos;
  }

  const ObjectKind kind_;
  const char* const end_;
  JsonSkim skim_;
  ItemSkim item_;
  ListPage page_;
  std::string_view list_kind_, list_version_, version_, continue_token_;
};

}  // namespace

std::optional<ListPage> skim_list_page(std::string_view body, ObjectKind kind) {
  return Walk(body, kind).page();
}

std::optional<WatchEvent> skim_watch_event(std::string_view line, ObjectKind kind) {
  return Walk(line, kind).event();
}

}  // namespace clusterip::daemon
