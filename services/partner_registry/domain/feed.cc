#include "services/partner_registry/domain/feed.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace rectify::partner::domain {

bool MaySee(const Partner& partner, const Thing& thing) {
  const PartnerFields& fields = partner.fields;
  if (partner.district != thing.district ||
      std::find(thing.readers.begin(), thing.readers.end(), fields.role) == thing.readers.end()) {
    return false;
  }
  return !thing.has_desk ||
         std::any_of(thing.desks.begin(), thing.desks.end(), [&](const std::string& desk) {
           return std::find(fields.posts.begin(), fields.posts.end(), desk) != fields.posts.end();
         });
}

bool Tells(const std::vector<std::string>& event_types, absl::string_view type) {
  return std::any_of(event_types.begin(), event_types.end(), [&](absl::string_view wanted) {
    if (!absl::ConsumeSuffix(&wanted, "*")) return wanted == type;
    return absl::StartsWith(type, wanted);  // with its dot
  });
}

Step NextStep(const Partner& partner, const Thing& thing, std::optional<int64_t> told_by) {
  if (partner.fields.event_types.empty() || !MaySee(partner, thing)) {
    return told_by.has_value() ? Step::kWithdraw : Step::kNothing;
  }
  return told_by == partner.types_version ? Step::kTell : Step::kBegin;
}

}  // namespace rectify::partner::domain
