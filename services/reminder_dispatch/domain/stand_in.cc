#include "services/reminder_dispatch/domain/stand_in.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace rectify::reminder::domain {

std::string StandIn::name() const { return absl::StrCat("districts/", district, "/standIns/", id); }

std::vector<std::string> DeputiesOf(const std::string& recipient,
                                    const std::vector<StandIn>& stand_ins, absl::Time now) {
  std::vector<std::string> found = {recipient};
  for (size_t i = 0; i < found.size(); ++i) {
    for (const StandIn& each : stand_ins) {
      const bool in_force = each.start_time <= now && now < each.end_time;
      if (!in_force || each.recipient != found[i]) continue;
      if (std::find(found.begin(), found.end(), each.deputy) == found.end()) {
        found.push_back(each.deputy);
      }
    }
  }
  found.erase(found.begin());
  return found;
}

}  // namespace rectify::reminder::domain
