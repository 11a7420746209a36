// What the strategies of all kinds have in common: between JSON and the type that the rules know.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "daemon/api/object_json.hpp"
#include "daemon/control/strategy.hpp"

namespace clusterip::daemon {

template <class Object>
class TypedStrategy : public Strategy {
 public:
  api::Result<DraftPtr> draft(const Json& sent) const final {
    auto read = decode_object(sent);
    if (const auto* error = std::get_if<api::DecodeError>(&read)) {
      const std::string kind(resource().kind);
      return api::bad_request(kind + " in version \"v1\" cannot be handled as a " + kind + ": " +
                              error->reason);
    }
    auto draft = std::make_unique<TypedDraft>(std::move(std::get<Object>(read)));
    set_defaults(draft->object);
    return DraftPtr(std::move(draft));
  }
  Json tree_of(const Draft& draft) const final { return encode(object_of(draft)); }
  api::Result<Plan> plan_create(const Draft& draft, const RequestContext& context) const final {
    return plan_new(object_of(draft), context);
  }

 protected:
  virtual api::Decoded<Object> decode_object(const Json& sent) const = 0;
  virtual void set_defaults(Object& /*object*/) const {}
  virtual Json encode(const Object& object) const = 0;
  // What plan_create asks.
  virtual api::Result<Plan> plan_new(const Object& object, const RequestContext& context) const = 0;

  // What was stored. It passed the decoder once and does so always; what was stored long ago may be odd in
  // what nobody reads.
  Object stored(const Json& document) const {
    auto read = decode_object(document);
    auto* known = std::get_if<Object>(&read);
    return known != nullptr ? std::move(*known) : Object{};
  }

  static Object& object_of(Draft& draft) { return static_cast<TypedDraft&>(draft).object; }
  static const Object& object_of(const Draft& draft) { return static_cast<const TypedDraft&>(draft).object; }

 private:
  struct TypedDraft : Draft {
    explicit TypedDraft(Object o) : object(std::move(o)) {}
    cluster::ObjectMeta& meta() override { return object.meta; }
    Object object;
  };
};

}  // namespace clusterip::daemon
