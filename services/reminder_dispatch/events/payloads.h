// What the reminders tell the world, and how their audit trail reads.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/events/command.h"
#include "rectify/reminder/v1/reminder_events.pb.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::reminder::events {

v1::ReminderSent ToSent(const domain::Reminder& reminder, const domain::Delivery& delivery,
                        absl::Time now);
v1::DeliveryFailed ToFailed(const domain::Reminder& reminder, absl::string_view reason);

// Reminders of one clock that ended otherwise, together. `reminders` is not empty.
v1::ReminderSettled ToSettled(const std::vector<domain::Reminder>& reminders, domain::State outcome,
                              absl::string_view reason, absl::Time now);
// The event of those of a clock that were cancelled together; none when there are none.
absl::Status EmitCancelled(rectify::events::Change& change,
                           const std::vector<domain::Reminder>& cancelled,
                           absl::string_view reason);

// One reminder changed its state: `action` names it for machines, `what` for people. `clock` may be
// null when it is not known.
rectify::events::AuditRecord ReminderRecord(const domain::Reminder& reminder,
                                            const domain::TrackedClock* clock, std::string action,
                                            absl::string_view what, absl::string_view reason);
// A clock's reminders were planned, moved or cancelled together.
rectify::events::AuditRecord ClockRecord(const domain::TrackedClock& clock, std::string action,
                                         int planned, int cancelled, absl::string_view reason);

}  // namespace rectify::reminder::events
