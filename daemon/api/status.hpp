// What the API says when it refuses: the Status object, with upstream's codes, reasons and words.
//
// Mirrors apimachinery pkg/api/errors. A refusal is a value: Result<T> is what a step of a request yields.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/cluster/field_error.hpp"

namespace clusterip::api {

// What an object of the API is called in answers about it.
struct Subject {
  std::string_view group;     // "" for the core group
  std::string_view resource;  // "servicecidrs"
  std::string_view kind;      // "ServiceCIDR"

  // "servicecidrs.networking.k8s.io", "services"
  std::string qualified_resource() const;
  // "ServiceCIDR.networking.k8s.io", "Service"
  std::string qualified_kind() const;
};

struct StatusCause {
  std::string reason;
  std::string message;
  std::string field;
};

struct StatusDetails {
  std::string name;
  std::string group;
  std::string kind;
  std::string uid;
  std::vector<StatusCause> causes;
  int retry_after_seconds = 0;
};

struct Status {
  int code = 500;
  std::string reason;
  std::string message;
  std::optional<StatusDetails> details;
};

nlohmann::json encode(const Status& status);
// {"kind":"Status",…,"status":"Success","details":{…}}: the answer to the deletion of what is gone.
nlohmann::json success_status(const Subject& subject, std::string_view name, std::string_view uid);

Status not_found(const Subject& subject, std::string_view name);
Status already_exists(const Subject& subject, std::string_view name);
Status conflict(const Subject& subject, std::string_view name, std::string_view reason);
Status invalid(const Subject& subject, std::string_view name, const cluster::FieldErrors& errors);
Status bad_request(std::string message);
Status internal_error(const std::string& message);
Status forbidden(const Subject& subject, std::string_view name, std::string_view reason);
// No such resource; another method than the resource has.
Status page_not_found();
Status method_not_allowed();
Status generic(int code, std::string reason, std::string message);
// A patch that cannot be carried out, of which upstream says no more.
Status rejected();
// The watch or list asks for what is no longer kept.
Status expired(std::string message);
Status too_many_requests(std::string message);

// A value, or the Status that ends the request.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Status status)
      : held_(std::in_place_index<1>, std::move(status)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const noexcept { return held_.index() == 0; }
  T& operator*() { return std::get<0>(held_); }
  const T& operator*() const { return std::get<0>(held_); }
  T* operator->() { return &std::get<0>(held_); }
  const T* operator->() const { return &std::get<0>(held_); }
  Status& status() { return std::get<1>(held_); }
  const Status& status() const { return std::get<1>(held_); }

 private:
  std::variant<T, Status> held_;
};

// For steps that yield nothing: absent when all is well.
using Refusal = std::optional<Status>;

}  // namespace clusterip::api
