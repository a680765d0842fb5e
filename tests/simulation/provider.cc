#include "tests/simulation/provider.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace rectify::simulation {

std::string Provider::Take(const std::string& reminder, bool accept, bool tell) {
  std::vector<Call>& calls = calls_[reminder];
  const bool known = std::any_of(calls.begin(), calls.end(), IsKnown);
  calls.push_back({accept, accept && tell, false});
  return known ? absl::StrCat("reminder ", reminder, " comes again after it was stored as sent")
               : "";
}

std::string Provider::Settle(const std::string& reminder, size_t call, bool sent) {
  std::vector<Call>& calls = calls_[reminder];
  calls[call].settled = true;
  if (sent && !calls[call].told) {
    return absl::StrCat("reminder ", reminder, " is stored as sent, which nobody has accepted");
  }
  if (std::count_if(calls.begin(), calls.end(), IsKnown) > 1) {
    return absl::StrCat("reminder ", reminder, " has reached its receiver twice without need");
  }
  return "";
}

}  // namespace rectify::simulation
