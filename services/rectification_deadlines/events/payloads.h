// What this service tells the others.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rectify/deadline/v1/clock_events.pb.h"
#include "rectify/deadline/v1/deadline_events.pb.h"
#include "services/rectification_deadlines/domain/clock.h"
#include "services/rectification_deadlines/domain/order.h"

namespace rectify::deadline::events {

v1::OrderDrafted ToOrderDrafted(const domain::Order& order);
// `action`: EDITED, SUBMITTED, APPROVED or RETURNED.
v1::OrderReviewed ToOrderReviewed(const domain::Order& order, absl::string_view action);
v1::OrderIssued ToOrderIssued(const domain::Order& order);
// The order must be served.
v1::OrderServed ToOrderServed(const domain::Order& order);
v1::OrderVoided ToOrderVoided(const domain::Order& order);
// The order must have a report.
v1::RectificationReported ToRectificationReported(const domain::Order& order);
v1::RecheckPassed ToRecheckPassed(const domain::Rechecked& rechecked);
v1::RecheckFailed ToRecheckFailed(const domain::Rechecked& rechecked);
v1::ItemsRectified ToItemsRectified(const domain::Rechecked& rechecked);

v1::ClockStarted ToClockStarted(const domain::Clock& clock, const domain::Subject& subject);
// The clock must have a change.
v1::DueDateChanged ToDueDateChanged(const domain::Clock& clock);
v1::ClockOverdue ToClockOverdue(const domain::Clock& clock);
v1::ClockMet ToClockMet(const domain::Clock& clock);
// The clock must be suspended.
v1::ClockSuspended ToClockSuspended(const domain::Clock& clock);
v1::ClockPassed ToClockPassed(const domain::Clock& clock, const domain::Clock& former,
                              absl::string_view reason);
v1::ClockCancelled ToClockCancelled(const domain::Clock& clock, absl::string_view reason);

}  // namespace rectify::deadline::events
