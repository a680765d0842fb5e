#include "libs/workday/calendar.h"

#include <openssl/sha.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace rectify::workday {
namespace {

// The first holiday notices are younger and no period reaches further; a typing error in a year
// must not cost the memory of a thousand years.
constexpr int kFirstYear = 1949;
constexpr int kLastYear = 2999;

absl::Status Invalid(absl::string_view field, absl::string_view zh, absl::string_view en) {
  return FieldError(field, {std::string(zh), std::string(en)}, "CALENDAR_INVALID");
}

bool IsWeekend(absl::CivilDay day) {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday;
}

absl::Status CheckAnnounced(const std::string& field, int year, const SpecialDay& special) {
  const std::string day = FormatCivilDay(special.day);
  if (special.day.year() < year - 1 || special.day.year() > year + 1) {
    return Invalid(field + ".day", absl::StrCat(day, " 不属于 ", year, " 年的放假通知"),
                   absl::StrCat(day, " is too far from the notice's year ", year));
  }
  switch (special.day_class) {
    case DayClass::kHoliday:
    case DayClass::kClosure:
      return absl::OkStatus();
    case DayClass::kMakeUpWorkday:
      if (IsWeekend(special.day)) return absl::OkStatus();
      return Invalid(field + ".day", absl::StrCat(day, " 不是周末，不能作为调休上班日"),
                     absl::StrCat(day, " is not a weekend day and can't be a make-up working day"));
    default:
      return Invalid(field + ".day_class", absl::StrCat(day, " 的类别只能是放假、调休上班或停业"),
                     absl::StrCat(day, " must be a holiday, a make-up working day or a closure"));
  }
}

// Closures carry no version of their own, so their content stands in for it.
std::string DigestOf(const std::vector<SpecialDay>& closures) {
  std::map<absl::CivilDay, absl::string_view> sorted;
  for (const SpecialDay& closure : closures) sorted.emplace(closure.day, closure.name);
  std::string text;
  for (const auto& [day, name] : sorted) absl::StrAppend(&text, FormatCivilDay(day), name, "\n");
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), 6));
}

}  // namespace

DayClass PlainClass(absl::CivilDay day) {
  return IsWeekend(day) ? DayClass::kWeekend : DayClass::kWorkday;
}

absl::StatusOr<Calendar> Calendar::Create(std::vector<YearNotice> notices,
                                          std::vector<SpecialDay> closures,
                                          absl::string_view closures_version) {
  Calendar calendar;
  for (size_t i = 0; i < notices.size(); ++i) {
    RETURN_IF_ERROR(calendar.AddNotice(static_cast<int>(i), std::move(notices[i])));
  }
  std::map<absl::CivilDay, int> seen;
  for (size_t i = 0; i < closures.size(); ++i) {
    if (!seen.emplace(closures[i].day, 1).second) {
      const std::string day = FormatCivilDay(closures[i].day);
      return Invalid(absl::StrCat("closures[", i, "].day"), absl::StrCat(day, " 重复"),
                     absl::StrCat(day, " appears twice"));
    }
    RETURN_IF_ERROR(calendar.AddClosure(static_cast<int>(i), closures[i]));
  }
  calendar.Finish(closures, closures_version);
  return calendar;
}

absl::Status Calendar::AddNotice(int index, YearNotice notice) {
  const std::string field = absl::StrCat("notices[", index, "]");
  if (notice.year < kFirstYear || notice.year > kLastYear) {
    return Invalid(field + ".year", absl::StrCat("年份须在 ", kFirstYear, " 至 ", kLastYear),
                   absl::StrCat("the year must be from ", kFirstYear, " to ", kLastYear));
  }
  if (notice.notice.empty()) {
    return Invalid(field + ".notice", "须写明放假通知的文号", "the notice must be named");
  }
  if (notice.version < 1) {
    return Invalid(field + ".version", "版本号从 1 开始", "versions start at 1");
  }
  if (!years_.emplace(notice.year, std::make_pair(notice.notice, notice.version)).second) {
    return Invalid(field + ".year", absl::StrCat(notice.year, " 年有两份放假通知"),
                   absl::StrCat("two notices for ", notice.year));
  }
  for (size_t i = 0; i < notice.days.size(); ++i) {
    SpecialDay& special = notice.days[i];
    const std::string day_field = absl::StrCat(field, ".days[", i, "]");
    RETURN_IF_ERROR(CheckAnnounced(day_field, notice.year, special));
    Entry entry{special.day_class, std::move(special.name), notice.notice};
    if (!special_.emplace(special.day, std::move(entry)).second) {
      const std::string day = FormatCivilDay(special.day);
      return Invalid(day_field + ".day", absl::StrCat(day, " 重复"),
                     absl::StrCat(day, " appears twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status Calendar::AddClosure(int index, SpecialDay closure) {
  if (closure.day_class != DayClass::kClosure) {
    return Invalid(absl::StrCat("closures[", index, "].day_class"), "类别须为停业",
                   "the class must be closure");
  }
  const std::string& notice = closure.notice.empty() ? closure.name : closure.notice;
  const Entry entry{DayClass::kClosure, closure.name, notice};
  const auto [it, added] = special_.emplace(closure.day, entry);
  if (!added && it->second.day_class == DayClass::kMakeUpWorkday) it->second = entry;
  return absl::OkStatus();
}

void Calendar::Finish(const std::vector<SpecialDay>& closures, absl::string_view closures_version) {
  for (const auto& [year, notice] : years_) {
    absl::StrAppend(&version_, version_.empty() ? "" : "+", year, ".", notice.second);
  }
  if (!closures_version.empty()) {
    absl::StrAppend(&version_, version_.empty() ? "" : "+", closures_version);
  } else if (!closures.empty()) {
    absl::StrAppend(&version_, version_.empty() ? "c" : "+c", DigestOf(closures));
  }
  if (years_.empty()) return;
  table_start_ = absl::CivilDay(years_.begin()->first - 1, 1, 1);
  const absl::CivilDay table_end(years_.rbegin()->first + 2, 1, 1);
  table_.reserve(table_end - table_start_);
  for (absl::CivilDay day = table_start_; day < table_end; ++day) {
    table_.push_back(Covers(static_cast<int>(day.year())) ? PlainClass(day) : DayClass::kUnknown);
  }
  for (const auto& [day, entry] : special_) {
    if (day >= table_start_ && day < table_end) table_[day - table_start_] = entry.day_class;
  }
  int unknown = 0;
  for (size_t i = 0; i < table_.size(); ++i) {
    if (IsWorking(table_[i])) workdays_.push_back(static_cast<int>(i));
    if (table_[i] == DayClass::kUnknown) ++unknown;
    passed_.push_back({static_cast<int>(workdays_.size()), unknown});
  }
}

bool Calendar::Covers(int year) const { return years_.count(year) > 0; }

int Calendar::VersionOf(int year) const {
  const auto it = years_.find(year);
  return it == years_.end() ? 0 : it->second.second;
}

DayClass Calendar::ClassOf(absl::CivilDay day) const {
  const absl::civil_diff_t index = day - table_start_;
  if (index >= 0 && index < static_cast<absl::civil_diff_t>(table_.size())) return table_[index];
  return special_.count(day) > 0 ? DayClass::kClosure : DayClass::kUnknown;
}

DayInfo Calendar::Classify(absl::CivilDay day) const {
  if (const auto it = special_.find(day); it != special_.end()) {
    return {day, it->second.day_class, it->second.name, it->second.notice};
  }
  const auto year = years_.find(static_cast<int>(day.year()));
  if (year == years_.end()) return {day, DayClass::kUnknown, "", ""};
  return {day, PlainClass(day), "", year->second.first};
}

std::optional<absl::CivilDay> Calendar::WorkdayOnOrAfter(absl::CivilDay day) const {
  for (;; ++day) {
    const DayClass day_class = ClassOf(day);
    if (day_class == DayClass::kUnknown) return std::nullopt;
    if (IsWorking(day_class)) return day;
  }
}

std::optional<absl::CivilDay> Calendar::AddWorkdays(absl::CivilDay day, int count) const {
  if (count <= 0) return day;
  const absl::civil_diff_t from = day - table_start_;
  if (from < 0 || from >= static_cast<absl::civil_diff_t>(table_.size())) return std::nullopt;
  const Passed& passed = passed_[from];
  const size_t wanted = static_cast<size_t>(passed.workdays) + count - 1;
  if (wanted >= workdays_.size()) return std::nullopt;
  const int found = workdays_[wanted];
  if (passed_[found].unknown != passed.unknown) return std::nullopt;
  return day + (found - from);
}

}  // namespace rectify::workday
