// The columns of a file of penalised units, and a row of it as a unit.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/followup_visits/domain/unit.h"

namespace rectify::followup::domain {

enum class Column {
  kDecisionNumber,
  kDecisionDate,
  kCaseKind,
  kParty,
  kVenue,
  kStreet,
  kOfficers,
  kBasis,
  kPenalty
};

// The columns of one file, in its order. Chinese or English names. INVALID_ARGUMENT CSV_INVALID on
// the field `csv`, naming what is unknown, doubled or missing.
absl::StatusOr<std::vector<Column>> ReadHeader(const std::vector<std::string>& cells);

// INVALID_ARGUMENT naming the columns that can't be used. Leaves id, source, entry quarter and
// create time to the caller.
absl::StatusOr<PenalisedUnit> ReadRow(const std::vector<Column>& header,
                                      const std::vector<std::string>& cells,
                                      const std::string& district, absl::CivilDay today);

}  // namespace rectify::followup::domain
