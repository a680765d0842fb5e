#include "tests/simulation/provider.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace rectify::simulation {
namespace {

bool IsKnown(const Provider::Call& call) { return call.accepted && call.told && call.settled; }

}  // namespace

std::string Provider::Take(const std::string& delivery, bool accept, bool tell) {
  std::vector<Call>& made = calls[delivery];
  const bool known = std::any_of(made.begin(), made.end(), IsKnown);
  made.push_back({accept, accept && tell, false});
  return known ? absl::StrCat("delivery ", delivery, " is sent again after it was stored as sent")
               : "";
}

std::string Provider::Settle(const std::string& delivery, size_t call, bool sent) {
  std::vector<Call>& made = calls[delivery];
  made[call].settled = true;
  if (sent && !made[call].told) {
    return absl::StrCat("delivery ", delivery, " is stored as sent, which nobody has accepted");
  }
  if (std::count_if(made.begin(), made.end(), IsKnown) > 1) {
    return absl::StrCat("delivery ", delivery, " has reached its receiver twice without need");
  }
  return "";
}

}  // namespace rectify::simulation
