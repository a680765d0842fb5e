// One hazard or violation (隐患) and its life:
//
//   OPEN → ORDERED → RECTIFIED      by its order's service and rechecks
//   OPEN → TRANSFERRED              by another department's receipt
//   born RECTIFIED                  when it was corrected before the officers left
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace rectify::hazard::domain {

// The numbers are those of the contract and of the tables.
enum class Disposition { kCorrectedOnSpot = 1, kOrder = 2, kTransfer = 3 };
enum class FindingState { kOpen = 1, kOrdered = 2, kRectified = 3, kTransferred = 4 };

std::string FindingName(absl::string_view district, absl::string_view id);
std::string InspectionName(absl::string_view district, absl::string_view id);

struct Finding {
  std::string district, id;
  std::string inspection_id;
  int ordinal = 0;  // place in the inspection's list, from 0
  std::string venue;
  std::string catalog_code;
  int catalog_version = 0;
  std::string title, description, location;
  Disposition disposition = {};
  int term_days = 0;  // 0: at once, by a stated date, or no order
  std::optional<absl::CivilDay> stated_due_date;
  std::string transfer_department;  // "" unless transferred
  FindingState state = {};
  std::string order;  // "" before its service
  absl::Time find_time;
  std::optional<absl::Time> close_time;
  std::string transfer_outcome;
  std::string recurrence_of_id;  // "" unless it recurs
  int recurrence_count = 0;
  int64_t version = 1;

  std::string name() const { return FindingName(district, id); }
  std::string inspection() const { return InspectionName(district, inspection_id); }
  std::string recurrence_of() const {
    return recurrence_of_id.empty() ? "" : FindingName(district, recurrence_of_id);
  }
  bool closed() const {
    return state == FindingState::kRectified || state == FindingState::kTransferred;
  }
};

// Another department has taken it over. FAILED_PRECONDITION FINDING_STATE unless it is an OPEN
// finding with disposition TRANSFER; metadata `state`.
absl::StatusOr<Finding> ConcludeTransfer(Finding finding, absl::string_view outcome,
                                         absl::Time now);

// Its order was served. nullopt when that changes nothing: the same order again, or it is closed.
std::optional<Finding> Ordered(Finding finding, absl::string_view order);

// A recheck proved it gone. nullopt when it is closed already.
std::optional<Finding> Rectified(Finding finding, absl::Time time);

}  // namespace rectify::hazard::domain
