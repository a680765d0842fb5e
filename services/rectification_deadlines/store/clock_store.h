// Statutory clocks in PostgreSQL, written in sets.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "services/rectification_deadlines/domain/clock.h"
#include "services/rectification_deadlines/store/order_store.h"

namespace rectify::deadline::store {

// `as_of` of the two functions below: nullopt for now, or the clocks as they were then.

// With its changes. NOT_FOUND.
absl::StatusOr<domain::Clock> LoadClock(pg::Tx& tx, absl::string_view name,
                                        std::optional<absl::Time> as_of);

// Soonest first, with their changes, and the token of the next page. `now` decides what is overdue.
absl::StatusOr<std::pair<std::vector<domain::Clock>, std::string>> ListClocks(
    pg::Tx& tx, absl::string_view district, const Page& page, absl::Time now,
    std::optional<absl::Time> as_of);

// The functions below read clocks without their changes and lock the rows until the end of the
// transaction.

// Running and suspended ones of the subjects.
absl::StatusOr<std::vector<domain::Clock>> LockOpenClocks(pg::Tx& tx,
                                                          const std::vector<std::string>& subjects);

// Running and suspended ones that the venue owns or is the venue of.
absl::StatusOr<std::vector<domain::Clock>> LockOpenClocksOfVenue(pg::Tx& tx,
                                                                 absl::string_view venue);

// At most `limit` running clocks of all districts whose due time has passed unannounced; leaves out
// those that another transaction holds.
absl::StatusOr<std::vector<domain::Clock>> LockUnannouncedOverdue(pg::Tx& tx, absl::Time now,
                                                                  int limit);

// Running clocks of the district, or of all for an empty one, with a period that is provisional, or
// of which a day between start and due date lies in [from, to]: those whose date a change of these
// days may move.
absl::StatusOr<std::vector<domain::Clock>> LockDependingOn(pg::Tx& tx, absl::CivilDay from,
                                                           absl::CivilDay to,
                                                           absl::string_view district);

// The earliest due time that is not announced; InfiniteFuture when there is none.
absl::StatusOr<absl::Time> NextUnannouncedDue(pg::Tx& tx);

// All that write travel with the next statement that is waited for. These two also write what the
// clocks are from `now` on to their history.
absl::Status InsertClocks(pg::Tx& tx, const std::vector<domain::Clock>& clocks, absl::Time now);
// Writes what can change, and the changes of the due date that the clocks carry: a clock that was
// locked carries only those made since.
absl::Status UpdateClocks(pg::Tx& tx, const std::vector<domain::Clock>& clocks, absl::Time now);

// Writes the owners and venues of open clocks, which are another venue's than before. As of a time
// before `now` they stay what they were.
absl::Status PassClocks(pg::Tx& tx, const std::vector<domain::Clock>& clocks, absl::Time now);

struct FallenThrough {
  std::vector<std::string> findings;  // at most `limit`, by name
  int64_t open_findings = 0;
};
// Findings that are not closed and have no running clock.
absl::StatusOr<FallenThrough> FindFallenThrough(pg::Tx& tx, absl::string_view district, int limit);
// How many there are in all districts.
absl::StatusOr<int64_t> CountFallenThrough(pg::Tx& tx);

}  // namespace rectify::deadline::store
