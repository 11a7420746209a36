// What the JSON and the YAML reader of dumps share: one object to the visitor, whatever it was written in.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "daemon/api/dump_reader.hpp"
#include "daemon/api/item_skim.hpp"

namespace clusterip::api {

// What a document says about the objects in it, as far as it has been read.
struct DumpHead {
  std::string api_version;
  std::string kind;
};

class DumpItems {
 public:
  DumpItems(std::string file, const DumpLimits& limits, DumpVisitor& visitor);

  // One object of a list, or one that stands alone (no `list`). Problems are noted.
  void take(const nlohmann::json& object, const DumpHead* list, const DumpPlace& place);
  // The same by the fast way. False: not with certainty; nothing happened.
  bool take(ItemSkim& skim, const DumpHead* list, const DumpPlace& place);
  // The members of a list but its items, when the list has ended.
  void end_list(const nlohmann::json& rest, const DumpPlace& place);

  void problem(const DumpPlace& place, const std::string& text);
  // How places name the file.
  const std::string& file() const { return file_; }
  const DumpLimits& limits() const { return limits_; }
  DumpOutcome& outcome() { return outcome_; }

 private:
  void note_assumed(const std::optional<ObjectKind>& kind);
  void note_newest(const std::optional<cluster::Instant>& instant);
  template <class Object>
  void give(Decoded<Object> decoded, const nlohmann::json& object, const DumpPlace& place);

  std::string file_;
  DumpLimits limits_;
  DumpVisitor& visitor_;
  DumpOutcome outcome_;
  // The kinds that items without one were taken for, until the list says its own.
  std::array<bool, 3> assumed_{};
};

// What an object says about its list; empty texts where it does not.
DumpHead type_of(const nlohmann::json& object);

struct ParseFault {
  std::string text;      // with line and member
  std::size_t byte = 0;  // how far the parser came
};

// The tree of one JSON value that begins in line `first_line`. Repeated member names are faults.
std::variant<nlohmann::json, ParseFault> parse_item(std::string_view text, std::uint64_t first_line);

}  // namespace clusterip::api
