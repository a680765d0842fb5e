// A district closes days, or takes that back.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/events/command.h"
#include "rectify/deadline/v1/closure.pb.h"
#include "services/rectification_deadlines/store/calendar_store.h"
#include "services/rectification_deadlines/store/closure_store.h"

namespace rectify::deadline::events {

v1::DistrictClosure ToMessage(const store::Closure& closure);

// `closure` has days, reason and document. INVALID_ARGUMENT when the days are no span of at
// most 60.
absl::StatusOr<v1::DistrictClosure> AddClosure(::rectify::events::Change& change,
                                               store::CalendarStore& calendars,
                                               absl::string_view district, store::Closure closure);

// NOT_FOUND; FAILED_PRECONDITION CLOSURE_REVOKED.
absl::StatusOr<v1::DistrictClosure> RevokeClosure(::rectify::events::Change& change,
                                                  store::CalendarStore& calendars,
                                                  const std::string& name,
                                                  const std::string& reason);

}  // namespace rectify::deadline::events
