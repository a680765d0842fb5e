#include "services/cli/calendar_ics.h"

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/rpc/convert.h"

namespace rectify::cli {
namespace {

using deadline::v1::DayClass;

// The longest arrangement so far is the nine days of 2026; more is a typing error.
constexpr int kMaxDays = 15;

// One content line, unfolded.
struct Line {
  int number = 0;  // of its first physical line
  std::string name, params, value;
};

struct Event {
  int line = 0;
  std::optional<absl::CivilDay> start{}, end{};  // end exclusive
  bool timed = false, repeats = false;
  std::string summary{}, special{};
};

struct Mark {
  DayClass day_class = deadline::v1::DAY_CLASS_UNSPECIFIED;
  std::string name;
};

struct MarkedDay {
  Mark mark;
  int line = 0;
};

class IcsReader {
 public:
  IcsReader(absl::string_view text, absl::string_view file) : text_(text), file_(file) {}

  absl::StatusOr<std::map<absl::CivilDay, MarkedDay>> Read() {
    RETURN_IF_ERROR(SplitLines());
    for (const Line& line : lines_) RETURN_IF_ERROR(Take(line));
    if (lines_.empty() || !open_.empty() || lines_.back().name != "END") {
      return Wrong(lines_.empty() ? 1 : lines_.back().number,
                   "文件不完整，须以 END:VCALENDAR 结尾");
    }
    if (days_.empty()) return Wrong(1, "没有标明休、班的全天日程");
    return std::move(days_);
  }

 private:
  absl::Status Wrong(int line, absl::string_view mistake) const {
    return absl::InvalidArgumentError(absl::StrCat(file_, ":", line, ": ", mistake));
  }

  absl::Status SplitLines() {
    int number = 0;
    std::vector<std::pair<int, std::string>> unfolded;
    for (absl::string_view piece : absl::StrSplit(absl::StripPrefix(text_, "\xEF\xBB\xBF"), '\n')) {
      ++number;
      piece = absl::StripSuffix(piece, "\r");
      if (piece.empty()) continue;
      if (piece[0] != ' ' && piece[0] != '\t') {
        unfolded.emplace_back(number, piece);
      } else if (unfolded.empty()) {
        return Wrong(number, "续行之前没有内容");
      } else {
        absl::StrAppend(&unfolded.back().second, piece.substr(1));
      }
    }
    for (auto& [at, content] : unfolded) {
      if (!IsCleanUtf8(content)) return Wrong(at, "不是 UTF-8 文本");
      const size_t colon = content.find(':');
      if (colon == std::string::npos) return Wrong(at, "缺少冒号，不是 iCalendar 内容行");
      const std::pair<std::string, std::string> head =
          absl::StrSplit(content.substr(0, colon), absl::MaxSplits(';', 1));
      lines_.push_back({at, absl::AsciiStrToUpper(head.first), absl::AsciiStrToUpper(head.second),
                        content.substr(colon + 1)});
    }
    return absl::OkStatus();
  }

  absl::Status Take(const Line& line) {
    if (open_.empty() && (line.name != "BEGIN" || line.value != "VCALENDAR")) {
      return Wrong(line.number, "须以 BEGIN:VCALENDAR 开始");
    }
    if (line.name == "BEGIN") {
      open_.push_back(line.value);
      if (line.value == "VEVENT") event_ = Event{.line = line.number};
      return absl::OkStatus();
    }
    if (line.name == "END") {
      if (open_.back() != line.value) {
        return Wrong(line.number,
                     absl::StrCat("END:", line.value, " 与 BEGIN:", open_.back(), " 不成对"));
      }
      open_.pop_back();
      return line.value == "VEVENT" ? Finish() : absl::OkStatus();
    }
    // An alarm of the event has properties of the same names.
    return open_.back() == "VEVENT" ? TakeProperty(line) : absl::OkStatus();
  }

  absl::Status TakeProperty(const Line& line) {
    if (line.name == "SUMMARY") event_.summary = line.value;
    if (line.name == "X-APPLE-SPECIAL-DAY") event_.special = line.value;
    if (line.name == "RRULE" || line.name == "RDATE") event_.repeats = true;
    if (line.name == "DURATION") return TakeDuration(line);
    if (line.name != "DTSTART" && line.name != "DTEND") return absl::OkStatus();
    if (absl::StrContains(line.value, 'T')) {
      event_.timed = true;
      return absl::OkStatus();
    }
    (line.name == "DTSTART" ? event_.start : event_.end) = DayOf(line.value);
    if (line.name == "DTSTART" ? event_.start : event_.end) return absl::OkStatus();
    return Wrong(line.number, absl::StrCat("不是日期：", line.value));
  }

  // P7D
  absl::Status TakeDuration(const Line& line) {
    int days = 0;
    absl::string_view value = line.value;
    if (absl::ConsumePrefix(&value, "P") && absl::ConsumeSuffix(&value, "D") &&
        absl::SimpleAtoi(value, &days) && days > 0 && days <= kMaxDays && event_.start) {
      event_.end = *event_.start + days;
      return absl::OkStatus();
    }
    event_.timed = true;
    return absl::OkStatus();
  }

  static std::optional<absl::CivilDay> DayOf(absl::string_view text) {
    int number = 0;
    if (text.size() != 8 || !absl::SimpleAtoi(text, &number)) return std::nullopt;
    const absl::CivilDay day(number / 10000, number / 100 % 100, number % 100);
    const bool real = day.month() == number / 100 % 100 && day.day() == number % 100;
    return real ? std::optional(day) : std::nullopt;
  }

  absl::Status Finish() {
    ASSIGN_OR_RETURN(const Mark mark, MarkOf(event_));
    if (mark.day_class == deadline::v1::DAY_CLASS_UNSPECIFIED) return absl::OkStatus();
    if (event_.timed || !event_.start) return Wrong(event_.line, "标明休、班的日程须为全天日程");
    if (event_.repeats) return Wrong(event_.line, "放假安排逐年公布，不能是重复日程");
    const absl::CivilDay end = event_.end.value_or(*event_.start + 1);
    if (end <= *event_.start || end - *event_.start > kMaxDays) {
      return Wrong(event_.line, absl::StrCat("日程须为 1 至 ", kMaxDays, " 天"));
    }
    for (absl::CivilDay day = *event_.start; day < end; ++day) {
      const auto [it, added] = days_.emplace(day, MarkedDay{mark, event_.line});
      if (added || it->second.mark.day_class == mark.day_class) continue;
      return Wrong(event_.line, absl::StrCat(FormatCivilDay(day), " 与第 ", it->second.line,
                                             " 行矛盾：既休又班"));
    }
    return absl::OkStatus();
  }

  // 春节 休, 春节（班）, 春节 假期 第1天/共7天, 国庆节调休上班.
  absl::StatusOr<Mark> MarkOf(const Event& event) const {
    const std::string text = absl::StrReplaceAll(
        NormalizeText(event.summary), {{"\\,", ","}, {"\\;", ";"}, {"\\n", " "}, {"\\\\", "\\"}});
    absl::string_view name = text;
    if (const size_t count = name.find("第");
        count != absl::string_view::npos && absl::StrContains(name, "天")) {
      name = name.substr(0, count);
    }
    name = Trim(name);
    Mark mark;
    if (event.special == "WORK-HOLIDAY") mark.day_class = deadline::v1::DAY_CLASS_HOLIDAY;
    if (event.special == "ALTERNATE-WORKDAY") {
      mark.day_class = deadline::v1::DAY_CLASS_MAKE_UP_WORKDAY;
    }
    const DayClass written = TakeMark(name);
    if (mark.day_class == deadline::v1::DAY_CLASS_UNSPECIFIED) mark.day_class = written;
    if (written != deadline::v1::DAY_CLASS_UNSPECIFIED && written != mark.day_class) {
      return Wrong(event.line, "摘要与 X-APPLE-SPECIAL-DAY 矛盾");
    }
    if (mark.day_class == deadline::v1::DAY_CLASS_UNSPECIFIED && absl::EndsWith(name, "调休")) {
      return Wrong(event.line, absl::StrCat("“", text, "”没有说明是休还是班"));
    }
    mark.name = std::string(Trim(name));
    if (mark.day_class != deadline::v1::DAY_CLASS_UNSPECIFIED && mark.name.empty()) {
      return Wrong(event.line, "没有写明节日名称");
    }
    return mark;
  }

  static absl::string_view Trim(absl::string_view text) {
    for (absl::string_view before; before != text;) {
      before = text;
      text = absl::StripAsciiWhitespace(text);
      for (const absl::string_view mark : {"(", ")", "[", "]", "-", "·", "【", "】"}) {
        text = absl::StripSuffix(text, mark);
      }
    }
    return text;
  }

  // Takes the mark off the end of the name.
  static DayClass TakeMark(absl::string_view& name) {
    for (const absl::string_view mark : {"调休上班", "补班", "上班", "班"}) {
      if (absl::ConsumeSuffix(&name, mark)) return deadline::v1::DAY_CLASS_MAKE_UP_WORKDAY;
    }
    for (const absl::string_view mark : {"假期", "放假", "休假", "休"}) {
      if (mark == "休" && absl::EndsWith(name, "调休")) continue;
      if (absl::ConsumeSuffix(&name, mark)) return deadline::v1::DAY_CLASS_HOLIDAY;
    }
    return deadline::v1::DAY_CLASS_UNSPECIFIED;
  }

  const absl::string_view text_, file_;
  std::vector<Line> lines_;
  std::vector<std::string> open_;  // components
  Event event_;
  std::map<absl::CivilDay, MarkedDay> days_;
};

// New Year's holiday may begin in the old year, whose notice does not arrange it.
int YearOf(absl::CivilDay day, const std::string& name) {
  const bool next = day.month() == 12 && absl::StrContains(name, "元旦");
  return static_cast<int>(day.year()) + next;
}

}  // namespace

absl::StatusOr<deadline::v1::YearNotice> ReadHolidayIcs(absl::string_view text,
                                                        absl::string_view file,
                                                        const IcsYear& year) {
  ASSIGN_OR_RETURN(const auto days, IcsReader(text, file).Read());
  std::set<int> years;
  for (const auto& [day, marked] : days) years.insert(YearOf(day, marked.mark.name));
  if (year.year == 0 && years.size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, " 含有 ", absl::StrJoin(years, "、"), " 年，须以 --year 指明一年"));
  }
  deadline::v1::YearNotice notice;
  notice.set_year(year.year == 0 ? *years.begin() : year.year);
  notice.set_notice(year.notice);
  notice.set_version(year.version);
  for (const auto& [day, marked] : days) {
    if (YearOf(day, marked.mark.name) != notice.year()) continue;
    deadline::v1::SpecialDay& special = *notice.add_days();
    *special.mutable_day() = rpc::ToDate(day);
    special.set_day_class(marked.mark.day_class);
    special.set_name(marked.mark.name);
  }
  if (!notice.days().empty()) return notice;
  return absl::InvalidArgumentError(absl::StrCat(file, " 不含 ", notice.year(), " 年的放假安排"));
}

}  // namespace rectify::cli
