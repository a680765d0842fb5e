// Planning, reading and retrying reminders; the ledger's lists.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "services/reminder_dispatch/domain/delivery.h"
#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::reminder::store {

// The SELECT list that ToReminder reads.
extern const char kReminderColumns[];
domain::Reminder ToReminder(const pg::Row& row);

// Inserts those that are not there; by clock, how many that were.
absl::StatusOr<std::map<std::string, int>> InsertReminders(
    pg::Tx& tx, const std::vector<domain::Reminder>& reminders);
// Cancels what was not handed to a channel of these clocks, each for its reason; returns them by
// clock, and of each by due time.
absl::StatusOr<std::map<std::string, std::vector<domain::Reminder>>> CancelOpen(
    pg::Tx& tx, const std::map<std::string, std::string>& reasons, absl::Time now);
// The same for single ones of a district, by due time.
absl::StatusOr<std::vector<domain::Reminder>> CancelReminders(pg::Tx& tx,
                                                              const std::string& district,
                                                              const std::vector<std::string>& ids,
                                                              absl::string_view reason,
                                                              absl::Time now);
// They do not wait for a calendar any more.
absl::Status MakeFirm(pg::Tx& tx, const std::string& district, const std::vector<std::string>& ids);
// Those of the clocks that were not cancelled.
absl::StatusOr<std::vector<domain::Reminder>> ReadLiveReminders(
    pg::Tx& tx, const std::vector<std::string>& clocks);

// The next `limit` that wait for their time, of the clock or the venue that is not empty.
absl::StatusOr<std::vector<domain::Reminder>> ReadComing(pg::Tx& tx, const std::string& district,
                                                         const std::string& clock,
                                                         const std::string& venue, int limit);

// Those that went out by the deliveries.
absl::StatusOr<std::vector<domain::Reminder>> ReadByDelivery(
    pg::Tx& tx, const std::string& district, const std::vector<std::string>& deliveries);

absl::StatusOr<std::optional<domain::Reminder>> ReadReminder(pg::Tx& tx,
                                                             const std::string& district,
                                                             const std::string& id);
// Locks it. The caller holds its clock (ShareClocks).
absl::StatusOr<std::optional<domain::Reminder>> LockReminder(pg::Tx& tx,
                                                             const std::string& district,
                                                             const std::string& id);
// A dead one back to pending, due at `now`, with all its attempts before it.
absl::Status PutBack(pg::Tx& tx, const domain::Reminder& reminder, absl::Time now);

struct ListQuestion {
  std::string district, filter, page_token;
  int page_size = 0;
};
absl::StatusOr<std::pair<std::vector<domain::Reminder>, std::string>> ListReminders(
    pg::Tx& tx, const ListQuestion& question);
absl::StatusOr<std::pair<std::vector<domain::Delivery>, std::string>> ListDeliveries(
    pg::Tx& tx, const ListQuestion& question);

}  // namespace rectify::reminder::store
