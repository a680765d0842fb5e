#include "services/rectification_deadlines/events/venue_merge.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/rectification_deadlines/events/journal.h"
#include "services/rectification_deadlines/events/payloads.h"
#include "services/rectification_deadlines/store/clock_store.h"
#include "services/rectification_deadlines/store/projection_store.h"

namespace rectify::deadline::events {
namespace {

using domain::Clock;
using ::rectify::events::Change;

void Journal(Change& change, const Clock& former, const Clock& clock,
             const venue::v1::VenueMerged& event) {
  JournalClock(change, clock,
               {"PassClock",
                absl::StrCat("场所“", event.source().display_name(), "”并入“",
                             event.target().display_name(), "”，", clock.title, "随之转移"),
                {{"former_venue", former.venue}, {"former_owner", former.owner}}},
               ToClockPassed(clock, former, event.reason()), ::rectify::events::kInternalOnly);
}

}  // namespace

absl::Status MergeVenue(Change& change, const venue::v1::VenueMerged& event) {
  const std::string& source = event.source().name();
  const std::string& target = event.target().name();
  RETURN_IF_ERROR(store::SaveMerge(change.sql(), source, target));
  ASSIGN_OR_RETURN(std::vector<Clock> clocks, store::LockOpenClocksOfVenue(change.sql(), source));
  for (Clock& clock : clocks) {
    const Clock former = clock;
    if (clock.owner == source) clock.owner = target;
    if (clock.venue == source) clock.venue = target;
    ++clock.version;
    Journal(change, former, clock, event);
  }
  return store::PassClocks(change.sql(), clocks, change.now());
}

}  // namespace rectify::deadline::events
