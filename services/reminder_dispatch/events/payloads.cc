#include "services/reminder_dispatch/events/payloads.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "services/reminder_dispatch/store/clock_store.h"

namespace rectify::reminder::events {

v1::ReminderSent ToSent(const domain::Reminder& reminder, const domain::Delivery& delivery,
                        absl::Time now) {
  v1::ReminderSent sent;
  sent.set_reminder(reminder.name());
  sent.set_delivery(delivery.name());
  sent.set_clock(reminder.clock);
  sent.set_channel(static_cast<v1::Channel>(delivery.channel));
  *sent.mutable_send_time() = rpc::ToTimestamp(now);
  sent.set_kind(reminder.kind);
  sent.set_subject(reminder.subject);
  sent.set_venue(reminder.venue);
  sent.set_recipient(reminder.recipient);
  sent.set_step(reminder.step);
  *sent.mutable_due_time() = rpc::ToTimestamp(reminder.due_time);
  return sent;
}

v1::DeliveryFailed ToFailed(const domain::Reminder& reminder, absl::string_view reason) {
  v1::DeliveryFailed failed;
  failed.set_reminder(reminder.name());
  failed.set_clock(reminder.clock);
  failed.set_reason(std::string(reason));
  failed.set_kind(reminder.kind);
  failed.set_subject(reminder.subject);
  failed.set_venue(reminder.venue);
  failed.set_recipient(reminder.recipient);
  failed.set_step(reminder.step);
  *failed.mutable_due_time() = rpc::ToTimestamp(reminder.due_time);
  failed.set_channel(static_cast<v1::Channel>(reminder.channel));
  return failed;
}

v1::ReminderSettled ToSettled(const std::vector<domain::Reminder>& reminders, domain::State outcome,
                              absl::string_view reason, absl::Time now) {
  const domain::Reminder& first = reminders.front();
  v1::ReminderSettled settled;
  settled.set_outcome(static_cast<v1::Reminder::State>(outcome));
  settled.set_reason(std::string(reason));
  settled.set_clock(first.clock);
  settled.set_kind(first.kind);
  settled.set_subject(first.subject);
  settled.set_venue(first.venue);
  *settled.mutable_settle_time() = rpc::ToTimestamp(now);
  for (const domain::Reminder& reminder : reminders) {
    v1::SettledReminder& each = *settled.add_reminders();
    each.set_reminder(reminder.name());
    each.set_step(reminder.step);
    each.set_recipient(reminder.recipient);
    each.set_channel(static_cast<v1::Channel>(reminder.channel));
    *each.mutable_due_time() = rpc::ToTimestamp(reminder.due_time);
  }
  return settled;
}

absl::Status EmitCancelled(rectify::events::Change& change,
                           const std::vector<domain::Reminder>& cancelled,
                           absl::string_view reason) {
  std::map<std::string, std::vector<domain::Reminder>> by_clock;
  for (const domain::Reminder& reminder : cancelled) by_clock[reminder.clock].push_back(reminder);
  std::vector<std::string> clocks;
  clocks.reserve(by_clock.size());
  for (const auto& [clock, reminders] : by_clock) clocks.push_back(clock);
  ASSIGN_OR_RETURN(const auto versions, store::NextClockEvents(change.sql(), clocks));
  for (const auto& [clock, reminders] : by_clock) {
    change.Emit(clock, versions.at(clock),
                ToSettled(reminders, domain::State::kCancelled, reason, change.now()));
  }
  return absl::OkStatus();
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
