// The rules that a judgement can name, where the specification states them, and what they say.
//
// Names are an interface.
#pragma once

#include <array>
#include <string_view>

namespace clusterip::verify {

struct DecisionRule {
  std::string_view name;
  std::string_view source;  // sections of the specification
  std::string_view meaning;
};

// What a wrong answer breaks; an answer that cannot be decided mostly names one of these too.
inline constexpr std::array kForbiddingRules{
    DecisionRule{"range-not-available", "4.3, 4.5", "an address comes from a range that can have been ready"},
    DecisionRule{"already-held", "1.2, 3.4",
                 "an address is given only while no IPAddress object has its name"},
    DecisionRule{"static-band", "3.3, 3.5",
                 "a dynamic request takes the static band only when the dynamic band is full"},
    DecisionRule{"not-as-asked", "5.3, 5.4",
                 "addresses, families, order and number are what request, policy and server allow"},
    DecisionRule{"false-full", "3.5, 4.4", "full means that no ready range had a free address"},
    DecisionRule{"false-allocated", "3.4",
                 "already allocated means that an IPAddress object of that name existed"},
    DecisionRule{"false-mismatch", "4.5", "no match means that no ready range has the address"},
    DecisionRule{"false-not-ready", "3.4, 4.8",
                 "not ready means that a range was not ready, or a cache not filled"},
    DecisionRule{"false-not-found", "2.4", "not found means that no object of that name existed"},
    DecisionRule{"false-invalid", "2.6, 5.3",
                 "not valid means that the request breaks a rule for addresses, families or policy"},
    DecisionRule{"wrong-release", "5.5, 5.6, 8.3", "what a Service gives up is released, and nothing else"},
};

// What explains an answer.
inline constexpr std::array kPermittingRules{
    DecisionRule{"dynamic-allocation", "3.5, 4.4", "any free address of any ready range"},
    DecisionRule{"static-allocation", "3.4, 4.5",
                 "the address that was asked for, if it is free and a ready range has it"},
    DecisionRule{"release", "5.5, 5.6",
                 "a Service gives its addresses back when it goes or needs them no more"},
    DecisionRule{"no-change", "5.5", "the request changes no address"},
    DecisionRule{"no-address", "5.4", "headless and ExternalName Services have no address"},
    DecisionRule{"dry-run", "4.8", "a dry run stores nothing and asks any one range"},
    DecisionRule{"range-is-full", "3.5, 4.4", "no ready range need have had a free address"},
    DecisionRule{"already-allocated", "3.4", "an IPAddress object of that name can have existed"},
    DecisionRule{"no-ready-range", "4.5", "no ready range need have had the address"},
    DecisionRule{"allocator-not-ready", "3.4, 4.8", "a range need not have been ready"},
    DecisionRule{"old-bitmap", "4.11", "with dual write the old bitmap is asked first, and it forgets late"},
    DecisionRule{"failed-attempt", "3.5, 5.4", "creating the IPAddress object failed"},
    DecisionRule{"validation", "2, 5.3", "the object is not valid"},
    DecisionRule{"other-refusal", "5.1, 16.1", "refused for a reason that is not about addresses"},
    DecisionRule{"address-creation", "2.4, 5.1, 8.2",
                 "an IPAddress object is created where none has its name"},
    DecisionRule{"address-deletion", "2.4, 5.6, 8.3", "an IPAddress object is deleted"},
};

}  // namespace clusterip::verify
