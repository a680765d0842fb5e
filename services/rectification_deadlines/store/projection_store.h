// What this service keeps of other services' venues, officers and findings, from their events.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "services/rectification_deadlines/domain/officer.h"
#include "services/rectification_deadlines/domain/order.h"

namespace rectify::deadline::store {

struct Venue {
  std::string name, display_name, street;
  bool closed = false;
};

absl::Status SaveVenue(pg::Tx& tx, const Venue& venue);
// nullopt when its event has not arrived yet.
absl::StatusOr<std::optional<Venue>> FindVenue(pg::Tx& tx, absl::string_view name);

absl::Status SaveOfficer(pg::Tx& tx, const domain::Officer& officer);
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
