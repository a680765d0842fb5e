// Days of a country whose holidays are announced year by year: every day is a working day, a
// weekend day, a holiday or a make-up working day, and each answer names the notice that it rests
// on. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace rectify::workday {

enum class DayClass {
  kWorkday,        // Monday to Friday
  kWeekend,        // Saturday or Sunday
  kHoliday,        // off by notice
  kMakeUpWorkday,  // Saturday or Sunday that is worked by notice
  kClosure,        // off by a decision of the district
  kUnknown,        // the year's notice is not loaded
};

constexpr bool IsWorking(DayClass c) {
  return c == DayClass::kWorkday || c == DayClass::kMakeUpWorkday;
}

// kWorkday or kWeekend, by the day of the week alone.
DayClass PlainClass(absl::CivilDay day);

// One announced day.
struct SpecialDay {
  absl::CivilDay day;
  DayClass day_class;       // kHoliday, kMakeUpWorkday or kClosure
  std::string name;         // 春节
  std::string notice = {};  // of a closure: the document that decides it; empty: its name
};

// What one notice says about one year. A notice may also name days of the neighbouring years
// (the 2023 notice begins with 2022-12-31).
struct YearNotice {
  int year;
  std::string notice;  // 国办发明电〔2022〕16号
  int version;         // grows with each revision of that year
  std::vector<SpecialDay> days;
};

struct DayInfo {
  absl::CivilDay day;
  DayClass day_class;
  std::string name;    // of the holiday, "" for ordinary days
  std::string notice;  // the notice that decides the day; for ordinary days that of their year
};

// A set of notices, at most one per year. Immutable: safe to share between threads.
class Calendar {
 public:
  // INVALID_ARGUMENT CALENDAR_INVALID: a day twice, a make-up day that is no weekend day, a day of
  // another year than year-1..year+1, two notices for a year, a notice without a name or with a
  // version below 1, a class that no notice can give. `closures` are all kClosure; one on an
  // announced holiday changes nothing, one on a make-up day overrules it. `closures_version` names
  // the set of closures ("120110.1"); empty: a digest of them does.
  static absl::StatusOr<Calendar> Create(std::vector<YearNotice> notices,
                                         std::vector<SpecialDay> closures = {},
                                         absl::string_view closures_version = "");

  bool Covers(int year) const;
  // A day that a neighbouring year's notice names is
  // known even when its own year is not loaded.
  DayInfo Classify(absl::CivilDay day) const;
  // The class alone: an array lookup for date arithmetic.
  DayClass ClassOf(absl::CivilDay day) const;
  // Version of the year's notice, 0 when it is not loaded.
  int VersionOf(int year) const;
  // A short text that changes exactly when a notice or closure changes: "2023.1+2024.2", followed
  // by
  // "+120110.1", or "+c" and a digest, when there are closures.
  const std::string& version() const { return version_; }

  // The first working day on or after `day`; nullopt when an unloaded year is reached.
  std::optional<absl::CivilDay> WorkdayOnOrAfter(absl::CivilDay day) const;
  // The `count`-th working day after `day`, or `day` itself when `count` is not positive; nullopt
  // when an unloaded year is reached.
  std::optional<absl::CivilDay> AddWorkdays(absl::CivilDay day, int count) const;

 private:
  struct Entry {
    DayClass day_class;
    std::string name, notice;
  };

  absl::Status AddNotice(int index, YearNotice notice);
  absl::Status AddClosure(int index, SpecialDay closure);
  void Finish(const std::vector<SpecialDay>& closures, absl::string_view closures_version);

  std::map<int, std::pair<std::string, int>> years_;  // notice, version
  std::map<absl::CivilDay, Entry> special_;
  absl::CivilDay table_start_;
  std::vector<DayClass> table_;  // of the loaded years and their neighbours
  // Counting working days must not cost more for a longer period: the places of all working days in
  // the table, and for each day how many there are up to and with it, and how many unknown ones.
  struct Passed {
    int workdays, unknown;
  };
  std::vector<int> workdays_;
  std::vector<Passed> passed_;
  std::string version_;
};

}  // namespace rectify::workday
