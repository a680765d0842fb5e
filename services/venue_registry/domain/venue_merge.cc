#include "services/venue_registry/domain/venue_merge.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "services/venue_registry/domain/violations.h"

namespace rectify::venue::domain {

absl::StatusOr<Merge> MergeVenues(const Venue& source, const Venue& target, std::string reason,
                                  absl::Time now) {
  Violations violations;
  CheckText(reason, {"reason", "合并原因", "reason"}, true, kMaxText, violations);
  if (source.id == target.id) {
    violations.Add({"target", "并入的场所", "target"}, "不能是被合并的场所自己",
                   "must be another venue than the source");
  }
  RETURN_IF_ERROR(std::move(violations).Result());
  RETURN_IF_ERROR(CheckActive(source));
  RETURN_IF_ERROR(CheckActive(target));
  VenueFields kept = source.fields, grown = target.fields;
  for (const auto& [system, id] : source.fields.external_ids) {
    if (grown.external_ids.emplace(system, id).second) kept.external_ids.erase(system);
  }
  Merge merge{source, {}};
  ASSIGN_OR_RETURN(merge.target, ReplaceVenue(target, std::move(grown), now));
  merge.source.fields = std::move(kept);
  merge.source.state = VenueState::kMerged;
  merge.source.merged_into = target.id;
  merge.source.close_reason = std::move(reason);
  merge.source.update_time = now;
  ++merge.source.version;
  return merge;
}

}  // namespace rectify::venue::domain
