// A consumer's database: its cursor, what it made of the events, and, at the reminder's, the
// planned reminders.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/events/protocol.h"
#include "rectify/event/v1/event.pb.h"
#include "services/reminder_dispatch/domain/clock.h"
#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::simulation {

struct ReminderRow {
  reminder::domain::Reminder reminder;
  int64_t token = 0;
  std::string holder{};
  absl::Time lease_until{};
  int outcomes = 0;
};

using Clocks = std::map<std::string, reminder::domain::TrackedClock>;  // by aggregate

struct ConsumerState {
  events::Cursor cursor;
  std::vector<std::string> handled;                    // chains of what the cursor has passed
  std::map<std::string, int64_t> versions;             // applied, by aggregate
  std::map<int64_t, event::v1::EventEnvelope> parked;  // by position
  Clocks clocks;
  std::map<std::string, ReminderRow> reminders;  // by id
  std::set<std::string> open;                    // ids of those without an outcome

  void Insert(const reminder::domain::Reminder& reminder) {
    if (reminders.try_emplace(reminder.id, ReminderRow{reminder}).second) open.insert(reminder.id);
  }
};

// What an event means for the state.
using Effect = std::function<void(ConsumerState&)>;

std::string CursorRow();
std::string ClockRow(const std::string& aggregate);
std::string ReminderRowName(const std::string& id);

}  // namespace rectify::simulation
