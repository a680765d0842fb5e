// Who is to be reminded, and whom of them no electronic channel reaches.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "services/reminder_dispatch/domain/delivery.h"

namespace rectify::reminder::store {

// Recipients of reminders by electronic channels that are to go out before `horizon`, with the
// number and the first due time of them; one row for each channel.
absl::StatusOr<std::vector<domain::Expected>> ReadExpected(pg::Tx& tx, absl::Time horizon);

// Districts with coming reminders that were not checked on `day`; marks them as checked.
absl::StatusOr<std::vector<std::string>> TakeUnchecked(pg::Tx& tx, absl::CivilDay day);

// Opens or refreshes; returns the next event version of a newly opened one, or 0.
absl::StatusOr<int64_t> OpenUnreachable(pg::Tx& tx, const std::string& district,
                                        const domain::Unreachable& unreachable);
// Closes those of the district that are not among `still`; returns them.
absl::StatusOr<std::vector<std::string>> CloseReachable(pg::Tx& tx, const std::string& district,
                                                        const std::vector<std::string>& still);
// Open ones, at most 500, those whose next reminder is soonest first.
absl::StatusOr<std::vector<domain::Unreachable>> ReadUnreachable(pg::Tx& tx,
                                                                 const std::string& district);

}  // namespace rectify::reminder::store
