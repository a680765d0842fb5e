// What this service keeps of other services' venues, officers and findings, from their events.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "services/rectification_deadlines/domain/officer.h"
#include "services/rectification_deadlines/domain/order.h"

// SQL condition: `column` is a name of the venue that `value` names. What was recorded of a venue
// before it was merged keeps its former name. $1 is the district.
#define RECTIFY_OF_VENUE(column, value)                                                 \
  column " = any(array(select " value                                                   \
         "::text union all select a.name from venues n join venues a using (district, " \
         "survivor) where n.district = $1 and n.name = " value "::text))"

namespace rectify::deadline::store {

struct Venue {
  std::string name, display_name, street;
  bool closed = false;
};

// By name.
absl::Status SaveVenues(pg::Tx& tx, const std::map<std::string, Venue>& venues);
// The venues that go on under these names: others than named after a merge. Those whose events have
// not arrived yet are left out. None is merged away before the transaction ends, so that a clock
// that starts meanwhile passes on as well.
absl::StatusOr<std::map<std::string, Venue>> FindVenues(pg::Tx& tx,
                                                        const std::set<std::string>& names);
absl::StatusOr<std::optional<Venue>> FindVenue(pg::Tx& tx, absl::string_view name);
// Whether both name one venue.
absl::StatusOr<bool> SameVenue(pg::Tx& tx, absl::string_view one, absl::string_view other);
// The registry merged `source` into `target`. Names that were merged into the source follow.
absl::Status SaveMerge(pg::Tx& tx, absl::string_view source, absl::string_view target);
// The names, each venue among them with all of its own: whoever speaks for a venue speaks for it
// under each.
absl::StatusOr<std::vector<std::string>> WithFormerNames(pg::Tx& tx,
                                                         const std::vector<std::string>& names);

absl::Status SaveOfficers(pg::Tx& tx, const domain::Officers& officers);
// Those of the names that are known.
absl::StatusOr<domain::Officers> FindOfficers(pg::Tx& tx, const std::vector<std::string>& names);

// A finding as far as its clocks need it.
struct Finding {
  std::string name, inspection, venue, handling_officer;
  absl::Time inspect_time;
  std::string hazard;  // short text
  domain::Disposition disposition;
  std::optional<absl::Time> close_time;
};

absl::Status InsertFindings(pg::Tx& tx, const std::vector<Finding>& findings);
// nullopt when it is unknown. Locks the row.
absl::StatusOr<std::optional<Finding>> LockFinding(pg::Tx& tx, absl::string_view name);
// Findings of one district; those that are closed stay as they are.
absl::Status CloseFindings(pg::Tx& tx, const std::vector<std::string>& names, absl::Time time);

}  // namespace rectify::deadline::store
