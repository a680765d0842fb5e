#include "services/reminder_dispatch/events/payloads.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/rpc/convert.h"

namespace rectify::reminder::events {

v1::ReminderSent ToSent(const domain::Reminder& reminder, const domain::Delivery& delivery,
                        absl::Time now) {
  v1::ReminderSent sent;
  sent.set_reminder(reminder.name());
  sent.set_delivery(delivery.name());
  sent.set_clock(reminder.clock);
  sent.set_channel(static_cast<v1::Channel>(delivery.channel));
  *sent.mutable_send_time() = rpc::ToTimestamp(now);
  return sent;
}

v1::DeliveryFailed ToFailed(const domain::Reminder& reminder, absl::string_view reason) {
  v1::DeliveryFailed failed;
  failed.set_reminder(reminder.name());
  failed.set_clock(reminder.clock);
  failed.set_reason(std::string(reason));
  return failed;
}

rectify::events::AuditRecord ReminderRecord(const domain::Reminder& reminder,
                                            const domain::TrackedClock* clock, std::string action,
                                            absl::string_view what, absl::string_view reason) {
  rectify::events::AuditRecord record;
  record.subject = reminder.name();
  if (clock != nullptr) {
    record.related = clock->Related();
  } else {
    record.related = {reminder.clock, reminder.subject};
    if (!reminder.venue.empty()) record.related.push_back(reminder.venue);
  }
  record.action = std::move(action);
  record.summary = absl::StrCat("提醒 ", reminder.step, " ", what, "：", reminder.title);
  if (!reason.empty()) absl::StrAppend(&record.summary, "（", reason, "）");
  record.details = {{"step", reminder.step},
                    {"recipient", reminder.recipient},
                    {"channel", std::string(domain::NameOf(reminder.channel))},
                    {"attempts", absl::StrCat(reminder.attempts)}};
  return record;
}

rectify::events::AuditRecord ClockRecord(const domain::TrackedClock& clock, std::string action,
                                         int planned, int cancelled, absl::string_view reason) {
  rectify::events::AuditRecord record;
  record.subject = clock.name;
  record.related = clock.Related();
  record.action = std::move(action);
  record.summary = absl::StrCat(clock.title, "：", reason, "，安排提醒", planned, "条");
  if (cancelled > 0) absl::StrAppend(&record.summary, "，取消", cancelled, "条");
  record.details = {{"planned", absl::StrCat(planned)},
                    {"cancelled", absl::StrCat(cancelled)},
                    {"ladder", clock.ladder},
                    {"schedule_version", absl::StrCat(clock.schedule_version)}};
  return record;
}

}  // namespace rectify::reminder::events
