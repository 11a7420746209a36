// One decision of an apiserver, as a record shows it, and what the rules say about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/verify/history.hpp"

namespace clusterip::verify {

enum class Answer : std::uint8_t { kAllocated, kRefused, kReleased, kKept };
enum class Verdict : std::uint8_t { kPermitted, kForbidden, kUndecided };

std::string_view answer_name(Answer answer);
std::string_view verdict_name(Verdict verdict);

struct Judgement {
  Verdict verdict = Verdict::kPermitted;
  std::string_view rule;  // a name of kForbiddingRules or kPermittingRules
  std::string message;
};

inline Judgement permitted(std::string_view rule, std::string message) {
  return {Verdict::kPermitted, rule, std::move(message)};
}
inline Judgement forbidden(std::string_view rule, std::string message) {
  return {Verdict::kForbidden, rule, std::move(message)};
}
inline Judgement undecided(std::string_view rule, std::string message) {
  return {Verdict::kUndecided, rule, std::move(message)};
}

struct Decision {
  std::uint32_t request = kNoRequest;
  Answer answer = Answer::kKept;
  std::vector<std::string> addresses;
  Judgement judgement;
};

// The decision of one request; requests for ServiceCIDRs decide nothing about addresses.
Decision judge(const History& history, std::uint32_t request);

// The parts of it, a file each.
Decision judge_service(const History& history, std::uint32_t request);
Decision judge_ip_address(const History& history, std::uint32_t request);

}  // namespace clusterip::verify
