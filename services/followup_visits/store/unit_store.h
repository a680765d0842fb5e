// Penalised units in the database, and the copies of the registry that describe them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/followup_visits/domain/unit.h"

namespace rectify::followup::store {

// Adds the units whose decisions are not known yet; a unit without a street takes its venue's.
// Returns the ids of all decision numbers, those that were known already with their old id.
absl::StatusOr<std::map<std::string, std::string>> AddUnits(
    pg::Tx& tx, absl::string_view district, const std::vector<domain::PenalisedUnit>& units);

// Of several ids of one district; unknown ones are left out.
absl::StatusOr<std::vector<domain::PenalisedUnit>> ReadUnits(pg::Tx& tx, absl::string_view district,
                                                             const std::vector<std::string>& ids);

// Units that wait, decided on or before `last_day`, of these kinds and streets (empty: all), by id;
// at most `limit`. Locked, so that none leaves the frame while it is frozen.
absl::StatusOr<std::vector<domain::PenalisedUnit>> LockWaitingUnits(
    pg::Tx& tx, absl::string_view district, absl::CivilDay last_day,
    const std::vector<domain::CaseKind>& kinds, const std::vector<std::string>& streets, int limit);

absl::Status SetUnitState(pg::Tx& tx, absl::string_view district,
                          const std::vector<std::string>& ids, domain::UnitState state);

// One page, newest decision first, and the token of the next.
absl::StatusOr<std::pair<std::vector<domain::PenalisedUnit>, std::string>> ListUnits(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token);

// A copy of the registry's venue or officer; one that is older than the stored one changes nothing.
// What is saved travels with the next statement that is waited for.
struct Copy {
  std::string name, display_name;
  std::string street;  // of a venue
  int64_t version = 0;
};
// Units of the venue that had no street get it.
absl::Status SaveVenue(pg::Tx& tx, const Copy& venue);
// The registry merged `source` into `target`, both known here. Units keep the venue that they have.
absl::Status SaveMerge(pg::Tx& tx, const std::string& source, const std::string& target);
absl::Status SaveOfficer(pg::Tx& tx, const Copy& officer);
// Display names of officers by resource name; unknown ones are left out.
absl::StatusOr<std::map<std::string, std::string>> OfficerNames(
    pg::Tx& tx, absl::string_view district, const std::vector<std::string>& names);

}  // namespace rectify::followup::store
