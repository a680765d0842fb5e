// Holiday notices in PostgreSQL, all versions, and the calendars made of them in memory.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/pg/pool.h"
#include "libs/workday/calendar.h"

namespace rectify::deadline::store {

// One imported version of a year.
struct CalendarYear {
  workday::YearNotice notice;
  int64_t revision = 1;  // counts the imports of the year
  absl::Time import_time;
  int workday_count = 0;
  int changed_clock_count = 0;
};

using CalendarPtr = std::shared_ptr<const workday::Calendar>;

// Thread-safe. What a transaction reads is what it sees: a calendar that another transaction is
// importing does not exist yet.
class CalendarStore {
 public:
  // The newest version of every year, with the closures of the district unless it is empty. Costs
  // one small read when nothing has changed. Not for the transaction that imports.
  absl::StatusOr<CalendarPtr> Newest(pg::Tx& tx, const std::string& district);
  // The same for due dates that this transaction will store: no import happens until its end, so
  // that none can miss them. Call it before clocks are locked; imports lock in that order too.
  absl::StatusOr<CalendarPtr> NewestForUse(pg::Tx& tx, const std::string& district);
  // The calendar of that version text, as Calendar::version() writes it: due dates that rest on an
  // older one are explained by it. DATA_LOSS when a notice is not there.
  absl::StatusOr<CalendarPtr> OfVersion(pg::Tx& tx, const std::string& version);

  // The newest version of every year, oldest year first.
  absl::StatusOr<std::vector<CalendarYear>> NewestYears(pg::Tx& tx);
  // Takes the turn to import, or to change closures, until the end of the transaction, and counts
  // it.
  absl::Status LockForImport(pg::Tx& tx);
  absl::Status Insert(pg::Tx& tx, const CalendarYear& year);

 private:
  absl::StatusOr<CalendarPtr> NewestAt(pg::Tx& tx, int64_t revision, const std::string& district);
  absl::Mutex mutex_;
  int64_t revision_ ABSL_GUARDED_BY(mutex_) = -1;
  std::map<std::string, CalendarPtr> newest_ ABSL_GUARDED_BY(mutex_);  // by district
  std::map<std::string, CalendarPtr> versions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rectify::deadline::store
