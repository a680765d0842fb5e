// A consumer's database: its cursor, what it made of the events, and, at the reminder's, the
// planned reminders.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/events/protocol.h"
#include "rectify/event/v1/event.pb.h"
#include "services/reminder_dispatch/domain/clock.h"
#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::simulation {

// One event that the cursor has passed.
struct Handled {
  std::string chain;
  bool parked = false;
};

struct ReminderRow {
  reminder::domain::Reminder reminder;
  int64_t token = 0;
  std::string holder{};
  absl::Time lease_until{};
  int outcomes = 0;
};

struct ConsumerState {
  int64_t last_id = 0;
  events::Cursor cursor;
  std::vector<Handled> handled;
  std::map<std::string, int64_t> versions;                       // applied, by aggregate
  std::map<int64_t, event::v1::EventEnvelope> parked;            // by position
  std::map<std::string, reminder::domain::TrackedClock> clocks;  // by aggregate
  std::map<std::string, ReminderRow> reminders;                  // by id
};

// What an event means for the state.
using Effect = std::function<void(ConsumerState&)>;

std::string CursorRow();
std::string ClockRow(const std::string& aggregate);
std::string ReminderRowName(const std::string& id);

}  // namespace rectify::simulation
