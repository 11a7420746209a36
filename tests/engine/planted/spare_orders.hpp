// Orders and fences that can be left out without any scenario noticing, and why.
#pragma once

namespace clusterip::test {

struct SpareOrder {
  const char* file;
  const char* function;
  const char* what;
  const char* reason;
};

inline constexpr SpareOrder kSpareOrders[] = {
    {"left_right.hpp", "is_newest", "acquire", "a pointer that is only compared"},
    {"left_right.hpp", "change", "acquire", "changes of ranges follow each other under a mutex"},
    {"full_marks.hpp", "release", "fence",
     "an IPv4 release has a fence of its own after its locked instruction; an IPv6 release need not"},
    {"full_marks.hpp", "search", "fence",
     "marks were loaded with acquire, and each look begins with a collect"},
};

}  // namespace clusterip::test
