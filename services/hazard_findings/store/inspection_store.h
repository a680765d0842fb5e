// Inspections in the database.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/pg/pool.h"
#include "services/hazard_findings/domain/inspection.h"
#include "services/hazard_findings/domain/recurrence.h"
#include "services/hazard_findings/domain/references.h"

namespace rectify::hazard::store {

// Of one district, with officers, answers and findings; no id may be taken (VenuePast tells).
absl::Status AddInspections(pg::Tx& tx, absl::string_view district,
                            const std::vector<const domain::Inspection*>& inspections);

// An inspection to come, of which the venue's past is asked.
struct Upcoming {
  std::string id;     // chosen by the client, or ""
  std::string venue;  // one of its names
  absl::Time inspect_time;
  std::set<std::string> catalog_codes;
  bool capped;
};
struct VenuePast {
  int counted_inspections = 0;  // of a capped one: those of its calendar year that count
  std::vector<domain::PastFindings> findings;  // of its codes, from RecurrenceStart to before it
  bool id_is_taken = false;
};
// Asks for each what happened at its venue under any of the venue's names; it can be read after the
// next wait. Until the transaction ends nobody else can ask for the venues of capped ones.
struct PastRows {
  pg::Rows counted, findings, taken;
};
absl::Status AskPast(pg::Tx& tx, absl::string_view district, const std::vector<Upcoming>& upcoming,
                     PastRows* rows);
std::vector<VenuePast> ReadPast(const PastRows& rows, const std::vector<Upcoming>& upcoming);

// With officers and findings. NOT_FOUND when it does not exist.
absl::StatusOr<domain::Inspection> GetInspection(pg::Tx& tx, absl::string_view district,
                                                 absl::string_view id);

// One page, newest first, with officers and findings, and the token of the next.
absl::StatusOr<std::pair<std::vector<domain::Inspection>, std::string>> ListInspections(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token);

}  // namespace rectify::hazard::store
