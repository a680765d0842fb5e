// Visits in the database.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "services/followup_visits/domain/lottery.h"

namespace rectify::followup::store {

// One visit to be made.
struct PlannedVisit {
  std::string id;
  domain::Place place;
  std::string replaces;  // id of the visit whose place it takes, or ""
};

// PLANNED visits of one draw, in one statement.
absl::Status PlanVisits(pg::Tx& tx, absl::string_view district, absl::string_view draw,
                        const std::vector<PlannedVisit>& visits, absl::Time now);

}  // namespace rectify::followup::store
