// The options of requests that write, from their parameters and, of deletions, from their bodies.
//
// (apimachinery pkg/apis/meta/v1: CreateOptions, UpdateOptions, PatchOptions, DeleteOptions, their validation
// and their reading from URLs)
#pragma once

#include "daemon/api/body.hpp"
#include "daemon/control/verbs.hpp"
#include "daemon/http/exchange.hpp"

namespace clusterip::daemon {

enum class WriteStyle { kCreate, kUpdate, kPatch, kApply };
enum class FieldValidation { kIgnore, kWarn, kStrict };

struct WriteOptions {
  bool dry_run = false;
  FieldValidation field_validation = FieldValidation::kWarn;
  std::string field_manager;
  bool force = false;
};

api::Result<WriteOptions> read_write_options(const HttpRequest& request, WriteStyle style);
// Who owns the fields that a client sets without naming itself: its program, as far as that can be told.
std::string manager_of_agent(std::string_view user_agent);

// A null JSON value is made without throwing, though by way of a constructor that can.
// NOLINTNEXTLINE(bugprone-exception-escape)
struct DeletionRequest {
  DeleteOptions options;
  bool dry_run = false;
  Json sent;  // the body; null where there was none
};

// A body counts alone: the parameters are read where there is none.
api::Result<DeletionRequest> read_delete_options(const HttpRequest& request, const api::BodyLimits& limits);

}  // namespace clusterip::daemon
