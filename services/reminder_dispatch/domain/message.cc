#include "services/reminder_dispatch/domain/message.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "libs/base/text.h"

namespace rectify::reminder::domain {
namespace {

constexpr std::array<absl::string_view, 8> kVariables = {"party",   "title", "due",   "number",
                                                         "hazards", "days",  "basis", "step"};
constexpr size_t kMaxHazards = 5;
constexpr size_t kMaxHazardLength = 40;
constexpr size_t kMaxTitle = 120;

bool Known(absl::string_view name) {
  return std::find(kVariables.begin(), kVariables.end(), name) != kVariables.end();
}

// Walks a template: `text` gets what stands between variables, `variable` their names.
void Walk(absl::string_view text, const std::function<void(absl::string_view)>& on_text,
          const std::function<void(absl::string_view)>& on_variable) {
  while (true) {
    const size_t open = text.find('{');
    on_text(text.substr(0, open));
    if (open == absl::string_view::npos) return;
    const size_t close = text.find('}', open);
    if (close == absl::string_view::npos) return on_variable(text.substr(open));
    on_variable(text.substr(open + 1, close - open - 1));
    text = text.substr(close + 1);
  }
}

std::string HazardsText(const std::vector<std::string>& hazards) {
  std::vector<std::string> shown;
  for (size_t i = 0; i < std::min(hazards.size(), kMaxHazards); ++i) {
    shown.push_back(Ellipsize(hazards[i], kMaxHazardLength));
  }
  std::string text = absl::StrJoin(shown, "；");
  if (hazards.size() > kMaxHazards) absl::StrAppend(&text, "；等", hazards.size(), "项");
  return text;
}

std::string Value(absl::string_view variable, absl::string_view step, const TrackedClock& clock,
                  absl::Time now) {
  if (variable == "party") return clock.party;
  if (variable == "title") return clock.title;
  if (variable == "due") return DueText(clock);
  if (variable == "number") {
    return clock.document_number.empty() ? "（文书尚未编号）" : clock.document_number;
  }
  if (variable == "hazards") return HazardsText(clock.hazards);
  if (variable == "days") return DaysText(clock.DueDay(), CivilDayOf(now));
  // A term without an article of its own is the one that the served document states.
  if (variable == "basis") return clock.basis.empty() ? "责令改正通知书载明的期限" : clock.basis;
  return std::string(step);
}

std::string Fill(absl::string_view text, absl::string_view step, const TrackedClock& clock,
                 absl::Time now) {
  std::string out;
  Walk(
      text, [&](absl::string_view plain) { absl::StrAppend(&out, plain); },
      [&](absl::string_view variable) {
        absl::StrAppend(&out, Value(variable, step, clock, now));
      });
  return out;
}

}  // namespace

std::vector<std::string> UnknownVariables(absl::string_view text) {
  std::vector<std::string> unknown;
  Walk(
      text, [](absl::string_view) {},
      [&](absl::string_view name) {
        if (!Known(name)) unknown.emplace_back(name);
      });
  return unknown;
}

bool UsesVariable(absl::string_view text, absl::string_view variable) {
  bool used = false;
  Walk(
      text, [](absl::string_view) {}, [&](absl::string_view name) { used |= name == variable; });
  return used;
}

std::string DaysText(absl::CivilDay due, absl::CivilDay today) {
  const absl::civil_diff_t days = due - today;
  if (days > 0) return absl::StrCat("还有", days, "日到期");
  if (days == 0) return "今日到期";
  return absl::StrCat("已逾期", -days, "日");
}

std::string DueText(const TrackedClock& clock) {
  const absl::CivilDay day = clock.DueDay();
  const std::string date = absl::StrCat(day.year(), "年", day.month(), "月", day.day(), "日");
  if (clock.due_date.has_value()) return date + "（含当日）";
  const absl::CivilMinute minute = absl::ToCivilMinute(clock.due_time, ChinaZone());
  return absl::StrCat(date, minute.hour(), "时", minute.minute(), "分");
}

Text Render(absl::string_view title, absl::string_view body, absl::string_view step,
            const TrackedClock& clock, absl::Time now) {
  Text text{Fill(title, step, clock, now), Fill(body, step, clock, now)};
  // A title is one line in every channel.
  std::replace_if(
      text.title.begin(), text.title.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  text.title = Ellipsize(text.title, kMaxTitle);
  return text;
}

Text RenderDigest(const std::vector<Text>& entries, absl::Time now) {
  if (entries.size() == 1) return entries.front();
  const absl::CivilDay day = CivilDayOf(now);
  Text digest;
  digest.title =
      absl::StrCat("【提醒汇总】", day.month(), "月", day.day(), "日共", entries.size(), "项");
  absl::StrAppend(&digest.body, "以下", entries.size(), "项提醒合并发送：\n");
  for (size_t i = 0; i < entries.size(); ++i) {
    absl::StrAppend(&digest.body, "\n", i + 1, ". ", entries[i].title, "\n", entries[i].body, "\n");
  }
  return digest;
}

}  // namespace rectify::reminder::domain
