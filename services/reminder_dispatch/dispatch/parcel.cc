#include "services/reminder_dispatch/dispatch/parcel.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"

namespace rectify::reminder::dispatch {
namespace {

// Works with the same key share a message.
std::string KeyOf(const Work& work) {
  const domain::Reminder& reminder = work.claim.reminder;
  if (work.resend) return absl::StrCat("delivery/", reminder.district, "/", reminder.delivery);
  if (reminder.urgent) return absl::StrCat("alone/", reminder.id);
  return absl::StrCat("to/", static_cast<int>(reminder.channel), "/", reminder.district, "/",
                      reminder.recipient);
}

}  // namespace

std::vector<Parcel> Pack(const std::vector<Work>& works, const domain::Policy& policy) {
  std::vector<Parcel> parcels;
  std::map<std::string, size_t> open;
  for (const Work& work : works) {
    const auto [place, fresh] = open.try_emplace(KeyOf(work), parcels.size());
    const int most = policy.DigestEntriesOf(work.claim.reminder.channel);
    // What was written as one message is one message, however large.
    const bool full =
        !fresh && !work.resend && parcels[place->second].claims.size() >= static_cast<size_t>(most);
    if (fresh || full) {
      place->second = parcels.size();
      parcels.push_back({{}, work.resend});
    }
    parcels[place->second].claims.push_back(work.claim);
  }
  return parcels;
}

}  // namespace rectify::reminder::dispatch
