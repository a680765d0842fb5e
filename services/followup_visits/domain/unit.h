// Penalised units (回访对象): whom the committee may visit. One decision is one unit.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/followup_visits/domain/quarter.h"

namespace rectify::followup::domain {

// As rectify.followup.v1.CaseKind.
enum class CaseKind { kOpeningCheck = 1, kPenalty = 2, kInspection = 3 };
// The contract's name without prefix: "OPENING_CHECK".
absl::string_view NameOf(CaseKind kind);
// As rectify.followup.v1.PenalisedUnit.Source and State.
enum class UnitSource { kFile = 1, kEvent = 2 };
enum class UnitState { kWaiting = 1, kDrawn = 2, kVisited = 3 };

struct PenalisedUnit {
  std::string district, id;
  std::string decision_number;
  absl::CivilDay decision_date;
  CaseKind case_kind = CaseKind::kPenalty;
  std::string party;
  std::string venue;   // resource name, may be empty
  std::string street;  // resource name, may be empty
  std::vector<std::string> officers;
  std::string basis, penalty;
  UnitSource source = UnitSource::kFile;
  UnitState state = UnitState::kWaiting;
  Quarter entry_quarter;  // from which its visit is owed
  absl::Time create_time;
  std::vector<std::string> other_venues;  // further names of the venue, by merges at the registry

  std::string name() const;
};

std::string UnitName(absl::string_view district, absl::string_view id);

// Checks what a file or an event says: texts present and short enough, names of this district, a
// day that is not after `today`. INVALID_ARGUMENT names the columns.
absl::Status CheckUnit(const PenalisedUnit& unit, absl::CivilDay today);

// Binds a line of a frame to the facts of its unit without telling them: HMAC-SHA256 under a salt
// that only this service knows, hexadecimal. The street is no part of it: it is the registry's and
// may follow later.
std::string FactsDigest(const PenalisedUnit& unit, absl::string_view salt);

}  // namespace rectify::followup::domain
