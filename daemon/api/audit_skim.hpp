// The usual audit events by the fast way: a walk over the text in place of a tree (json_skim.hpp).
//
// What it cannot take with certainty it leaves to audit_event.hpp, which gives the same values and words the
// faults: JSON patches, deletions of collections, names or texts with rare escapes, whatever is wrong.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "daemon/api/audit_raw.hpp"
#include "daemon/api/item_skim.hpp"

namespace clusterip::api {

class AuditSkim {
 public:
  // The events of a line; nothing where the general way must look.
  std::optional<AuditLine> read(std::string_view line);

 private:
  // requestObject or responseObject. A status is the answer of a refusal or of some deletions.
  struct Body {
    enum class Form : unsigned char { kAbsent, kObject, kStatus, kOther };
    Form form = Form::kAbsent;
    std::string_view text;
    std::string message;
    std::string gone_uid;
    ItemSkim item;
  };

  bool member(std::string_view name);
  bool user();
  bool reference();
  bool answer_status();
  bool annotations();
  bool items();
  bool body(Body& to);
  bool status(Body& to);
  bool time(std::optional<cluster::Instant>& to);
  template <class OnMember>
  bool object_or_null(OnMember on_member);

  std::optional<AuditLine> result();
  std::optional<AuditLine> event();
  static void take(ItemSkim& item, verify::AuditedRequest& request, verify::Facts& to);

  JsonSkim skim_{nullptr, nullptr};
  const char* end_ = nullptr;
  RawEvent raw_;
  Body asked_;
  Body given_;
  bool is_about_others_ = false;  // its resource was read and is none of the three
  std::optional<std::vector<AuditEvent>> list_;
};

}  // namespace clusterip::api
