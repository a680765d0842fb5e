#include "services/reminder_dispatch/domain/message.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
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
// Of a channel that names no other limit; lists can show it.
constexpr int kMaxTitle = 120;
// What a shortened name keeps at least, ellipsis included, and more than any has.
constexpr size_t kShortestName = 8, kLongestName = 512;
// The longest document number that is expected, in characters.
constexpr int kLongestNumber = 30;
// What a digest adds to its entries, and to each of them (see RenderDigest), at most.
constexpr int kDigestBytes = 100, kEntryBytes = 6;

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

// May be shortened; the rest is what a recipient must be able to rely on.
bool IsName(absl::string_view variable) {
  return variable == "party" || variable == "title" || variable == "hazards";
}

// What the term rests on. One without an article of its own is the one that a document states, or
// whoever set the task.
std::string BasisText(const TrackedClock& clock) {
  if (!clock.basis.empty()) return clock.basis;
  if (clock.document_number.empty()) return "下达时写明的期限";
  return absl::StrCat(clock.document_number, "载明的期限");
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
  if (variable == "basis") return BasisText(clock);
  return std::string(step);
}

// Templates and what fills them.
struct Source {
  absl::string_view title, body, step;
  const TrackedClock& clock;
  absl::Time now;

  // Names have at most `longest` characters.
  std::string Fill(absl::string_view text, size_t longest) const {
    std::string out;
    Walk(
        text, [&](absl::string_view plain) { absl::StrAppend(&out, plain); },
        [&](absl::string_view variable) {
          const std::string value = Value(variable, step, clock, now);
          absl::StrAppend(&out, IsName(variable) ? Ellipsize(value, longest) : value);
        });
    return out;
  }
  // A title is one line in every channel.
  std::string Title(size_t longest) const {
    std::string line = Fill(title, longest);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
    return line;
  }
};

// The greatest length of names that fits; nullopt when not even the shortest does.
std::optional<size_t> LongestNames(const std::function<bool(size_t)>& fits) {
  size_t low = kShortestName, high = kLongestName;
  if (fits(high)) return high;
  if (!fits(low)) return std::nullopt;
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    (fits(middle) ? low : high) = middle;
  }
  return low;
}

int TitleCharacters(const MessageLimit& limit) {
  return limit.title_characters > 0 ? limit.title_characters : kMaxTitle;
}

// nullopt when only names were shortened and it still does not fit.
std::optional<Text> RenderWithin(const Source& source, const MessageLimit& limit) {
  const std::optional<size_t> in_title = LongestNames([&](size_t longest) {
    return CodePoints(source.Title(longest)) <= static_cast<size_t>(TitleCharacters(limit));
  });
  if (!in_title.has_value()) return std::nullopt;
  const auto at = [&](size_t longest) {
    return Text{source.Title(std::min(longest, *in_title)), source.Fill(source.body, longest)};
  };
  const std::optional<size_t> longest = LongestNames([&](size_t most) {
    if (limit.text_bytes == 0) return true;
    const Text text = at(most);
    return text.title.size() + 1 + text.body.size() <= static_cast<size_t>(limit.text_bytes);
  });
  if (!longest.has_value()) return std::nullopt;
  return at(*longest);
}

// At most `max` bytes, never half a character.
absl::string_view Head(absl::string_view text, size_t max) {
  if (text.size() <= max) return text;
  size_t end = max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

Text CutToSize(const Source& source, const MessageLimit& limit) {
  Text text{Ellipsize(source.Title(kShortestName), static_cast<size_t>(TitleCharacters(limit))),
            source.Fill(source.body, kShortestName)};
  const auto most = static_cast<size_t>(limit.text_bytes);
  if (most == 0 || text.title.size() + 1 + text.body.size() <= most) return text;
  const std::string rest = absl::StrCat("…\n（内容较长，其余见提醒台账。", kDisclaimer, "。）");
  const size_t taken = text.title.size() + 1 + rest.size();
  text.body = absl::StrCat(Head(text.body, most > taken ? most - taken : 0), rest);
  return text;
}

std::string Repeat(absl::string_view character, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) absl::StrAppend(&text, character);
  return text;
}

// As long as may be expected: a date of four digits each way, a name of three hundred characters.
TrackedClock LongestClock() {
  TrackedClock clock;
  clock.party = clock.title = Repeat("火", 300);
  clock.hazards.assign(kMaxHazards + 1, clock.party);
  clock.document_number = Repeat("火", kLongestNumber);
  clock.basis = Repeat("火", kLongestBasis);
  clock.due_date = absl::CivilDay(2023, 12, 31);
  return clock;
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
            const TrackedClock& clock, absl::Time now, const MessageLimit& limit) {
  const Source source{title, body, step, clock, now};
  std::optional<Text> text = RenderWithin(source, limit);
  return text.has_value() ? *std::move(text) : CutToSize(source, limit);
}

bool FitsExpected(absl::string_view title, absl::string_view body, absl::string_view step,
                  const MessageLimit& limit, int entries) {
  const TrackedClock clock = LongestClock();
  const absl::Time long_after = StartOfDay(clock.DueDay() + 1000);
  return RenderWithin({title, body, step, clock, long_after}, ShareOf(limit, entries)).has_value();
}

MessageLimit ShareOf(const MessageLimit& limit, int entries) {
  MessageLimit share = limit;
  if (entries > 1 && limit.text_bytes > 0) {
    share.text_bytes = std::max(1, (limit.text_bytes - kDigestBytes) / entries - kEntryBytes);
  }
  return share;
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
