// What must hold for every period, over random rules, starts, suspensions and calendars. The seed
// is printed; RECTIFY_TEST_SEED repeats a run.
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/testing/paths.h"
#include "nlohmann/json.hpp"
#include "services/rectification_deadlines/domain/period.h"
#include "tests/unit/deadline_domain/notice_files.h"

namespace rectify::deadline::domain {
namespace {

using ::testing::HasSubstr;
using Day = absl::CivilDay;
using Json = nlohmann::json;

unsigned Seed() {
  const char* given = std::getenv("RECTIFY_TEST_SEED");
  return given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
}

class PeriodPropertyTest : public ::testing::Test {
 protected:
  PeriodPropertyTest() : seed_(Seed()), random_(seed_) {
    std::cout << "RECTIFY_TEST_SEED=" << seed_ << std::endl;
    std::vector<workday::SpecialDay> closures = {
        {Day(2024, 2, 18), workday::DayClass::kClosure, "暴雪停业"},
        {Day(2025, 7, 30), workday::DayClass::kClosure, "暴雨停业"},
        {Day(2025, 7, 31), workday::DayClass::kClosure, "暴雨停业"}};
    calendars_.push_back(ReadCalendar());
    calendars_.push_back(ReadCalendar({2023, 2024, 2025, 2026}, closures));
    calendars_.push_back(ReadCalendar({2024, 2026}));
  }

  int Uniform(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }

  const workday::Calendar& AnyCalendar() { return calendars_[Uniform(0, 2)]; }

  PeriodInput AnyInput() {
    PeriodInput input;
    input.rule.code = "any";
    input.rule.unit = static_cast<Unit>(Uniform(0, 3));
    constexpr int kLongest[] = {200, 60, 120, 8};
    input.rule.amount = Uniform(0, kLongest[static_cast<int>(input.rule.unit)]);
    input.rule.roll = Uniform(0, 4) ? Roll::kNextWorkday : Roll::kNone;
    input.rule.coercive = Uniform(0, 4) == 0;
    input.extended_by = Uniform(0, 3) ? 0 : Uniform(1, 10);
    const Day start = Day(2022, 12, 1) + Uniform(0, 1520);
    input.start = StartOfDay(start) + absl::Seconds(Uniform(0, 86399));
    for (int n = Uniform(0, 3) ? 0 : Uniform(1, 3); n > 0; --n) {
      const Day from = start + Uniform(-5, 60);
      input.suspensions.push_back({from, from + Uniform(0, 15), "检测"});
    }
    return input;
  }

  unsigned seed_;
  std::mt19937 random_;
  std::vector<workday::Calendar> calendars_;
};

const char* NameOf(Unit unit) {
  constexpr const char* kNames[] = {"HOURS", "WORKDAYS", "NATURAL_DAYS", "MONTHS"};
  return kNames[static_cast<int>(unit)];
}

const char* NameOf(workday::DayClass day_class) {
  constexpr const char* kNames[] = {"WORKDAY",         "WEEKEND", "HOLIDAY",
                                    "MAKE_UP_WORKDAY", "CLOSURE", "UNKNOWN"};
  return kNames[static_cast<int>(day_class)];
}

std::string FormatInstant(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%S%Ez", time, ChinaZone());
}

Json ToJson(const PeriodInput& input, const Deadline& deadline, const std::vector<DayStep>& steps) {
  Json days = Json::array();
  for (const DayStep& step : steps) {
    days.push_back({{"day", FormatCivilDay(step.day)},
                    {"class", NameOf(step.day_class)},
                    {"name", step.name},
                    {"notice", step.notice},
                    {"counted", step.counted},
                    {"note", step.note_zh}});
  }
  Json suspensions = Json::array();
  for (const Suspension& suspension : input.suspensions) {
    suspensions.push_back({{"from", FormatCivilDay(suspension.from)},
                           {"to", FormatCivilDay(suspension.to)},
                           {"reason", suspension.reason}});
  }
  return {{"rule",
           {{"amount", input.rule.amount},
            {"unit", NameOf(input.rule.unit)},
            {"roll", input.rule.roll == Roll::kNone ? "NONE" : "NEXT_WORKDAY"},
            {"coercive", input.rule.coercive}}},
          {"extended_by", input.extended_by},
          {"start", FormatInstant(input.start)},
          {"suspensions", suspensions},
          {"days", days},
          {"due", deadline.last_day ? FormatCivilDay(*deadline.last_day)
                                    : FormatInstant(deadline.due_instant)}};
}

struct Recomputation {
  int exit_code;
  std::string output;
};

Recomputation Recompute(const std::string& file) {
  const std::string command = absl::StrCat(
      "/usr/bin/python3 ", testing::SourcePath("/tests/unit/deadline_domain/recompute.py"), " ",
      file, " 2>&1");
  FILE* pipe = popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::string output;
  char buffer[4096];
  while (size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, n);
  return {WEXITSTATUS(pclose(pipe)), output};
}

TEST_F(PeriodPropertyTest, TheExplanationEndsOnTheComputedDayAndCountsTheAmount) {
  for (int round = 0; round < 20'000; ++round) {
    const PeriodInput input = AnyInput();
    const workday::Calendar& calendar = AnyCalendar();
    ASSERT_OK_AND_ASSIGN(const Deadline deadline, Compute(input, calendar));
    ASSERT_OK_AND_ASSIGN(const std::vector<DayStep> steps, Explain(input, calendar));
    SCOPED_TRACE(absl::StrCat("seed ", seed_, " round ", round));
    ASSERT_EQ(steps.front().day, CivilDayOf(input.start));
    for (size_t i = 1; i < steps.size(); ++i) ASSERT_EQ(steps[i].day, steps[i - 1].day + 1);
    const int amount = input.rule.amount + input.extended_by;
    if (input.rule.unit == Unit::kHours) {
      ASSERT_EQ(steps.back().count, amount);
      ASSERT_GE(deadline.due_instant, StartOfDay(steps.back().day));
      ASSERT_LE(deadline.due_instant, StartOfDay(steps.back().day + 1));
      continue;
    }
    ASSERT_EQ(steps.back().day, *deadline.last_day);
    ASSERT_EQ(deadline.due_instant, StartOfDay(*deadline.last_day + 1));
    int counted = 0;
    for (const DayStep& step : steps) {
      counted += step.counted;
      ASSERT_EQ(step.count, counted);
    }
    if (input.rule.unit != Unit::kMonths) {
      ASSERT_EQ(counted, amount);
    }
  }
}

TEST_F(PeriodPropertyTest, ALongerPeriodNeverEndsEarlier) {
  for (int round = 0; round < 20'000; ++round) {
    PeriodInput input = AnyInput();
    const workday::Calendar& calendar = AnyCalendar();
    ASSERT_OK_AND_ASSIGN(const Deadline shorter, Compute(input, calendar));
    ++input.rule.amount;
    ASSERT_OK_AND_ASSIGN(const Deadline longer, Compute(input, calendar));
    ASSERT_LE(shorter.due_instant, longer.due_instant) << "seed " << seed_ << " round " << round;
  }
}

TEST_F(PeriodPropertyTest, ASuspensionNeverShortensAndALaterStartNeverEndsEarlier) {
  for (int round = 0; round < 20'000; ++round) {
    PeriodInput input = AnyInput();
    const workday::Calendar& calendar = AnyCalendar();
    SCOPED_TRACE(absl::StrCat("seed ", seed_, " round ", round));
    ASSERT_OK_AND_ASSIGN(const Deadline deadline, Compute(input, calendar));
    PeriodInput later = input;
    later.start += absl::Hours(Uniform(1, 100));
    ASSERT_OK_AND_ASSIGN(const Deadline of_later, Compute(later, calendar));
    // From 30 and 31 January a month ends alike, but only the first may be prolonged for the 31st.
    if (input.rule.unit != Unit::kMonths || input.suspensions.empty()) {
      ASSERT_LE(deadline.due_instant, of_later.due_instant);
    }
    const Day from = CivilDayOf(input.start) + Uniform(0, 30);
    input.suspensions.push_back({from, from + Uniform(0, 10), "检测"});
    ASSERT_OK_AND_ASSIGN(const Deadline suspended, Compute(input, calendar));
    ASSERT_LE(deadline.due_instant, suspended.due_instant);
  }
}

TEST_F(PeriodPropertyTest, AMovingPeriodEndsOnAWorkingDayAndAProvisionalOneNamesAMissingYear) {
  for (int round = 0; round < 20'000; ++round) {
    PeriodInput input = AnyInput();
    if (input.rule.unit == Unit::kHours) continue;
    const workday::Calendar& calendar = AnyCalendar();
    SCOPED_TRACE(absl::StrCat("seed ", seed_, " round ", round));
    ASSERT_OK_AND_ASSIGN(const Deadline deadline, Compute(input, calendar));
    ASSERT_EQ(deadline.provisional, !deadline.missing_years.empty());
    for (const int year : deadline.missing_years) ASSERT_FALSE(calendar.Covers(year));
    if (input.rule.coercive || input.rule.roll == Roll::kNone) continue;
    const workday::DayClass last = calendar.ClassOf(*deadline.last_day);
    ASSERT_TRUE(workday::IsWorking(last) ||
                (last == workday::DayClass::kUnknown && deadline.provisional));
  }
}

TEST_F(PeriodPropertyTest, AnotherProgramCountsTheSameDatesFromTheDayListsAlone) {
  const std::string path = ::testing::TempDir() + "/deadlines.jsonl";
  std::ofstream file(path);
  for (int i = 0; i < 10'000; ++i) {
    const PeriodInput input = AnyInput();
    const workday::Calendar& calendar = AnyCalendar();
    ASSERT_OK_AND_ASSIGN(const Deadline deadline, Compute(input, calendar));
    ASSERT_OK_AND_ASSIGN(const std::vector<DayStep> steps, Explain(input, calendar));
    file << ToJson(input, deadline, steps) << '\n';
  }
  file.close();
  const Recomputation result = Recompute(path);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output, "10000 recomputed, 0 differ\n");
  std::remove(path.c_str());
}

TEST_F(PeriodPropertyTest, TheOtherProgramNoticesAWrongDateAndAWrongDayList) {
  const PeriodInput input = {{"wd", 3, Unit::kWorkdays}, StartOfDay(Day(2023, 9, 28))};
  ASSERT_OK_AND_ASSIGN(const Deadline deadline, Compute(input, calendars_[0]));
  ASSERT_OK_AND_ASSIGN(const std::vector<DayStep> steps, Explain(input, calendars_[0]));
  const Json right = ToJson(input, deadline, steps);
  Json wrong_due = right;
  wrong_due["due"] = "2023-10-10";
  Json wrong_class = right;
  wrong_class["days"][10]["class"] = "HOLIDAY";
  Json gap = right;
  gap["days"].erase(4);
  const std::string path = ::testing::TempDir() + "/wrong_deadlines.jsonl";
  std::ofstream(path) << right << '\n' << wrong_due << '\n' << wrong_class << '\n' << gap << '\n';
  const Recomputation result = Recompute(path);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("line 2: stated 2023-10-10, recomputed 2023-10-09"));
  EXPECT_THAT(result.output, HasSubstr("line 3: stated 2023-10-09, recomputed no date: only 2"));
  EXPECT_THAT(result.output,
              HasSubstr("line 4: stated 2023-10-09, recomputed no date: 2023-10-03"));
  EXPECT_THAT(result.output, HasSubstr("4 recomputed, 3 differ"));
  std::remove(path.c_str());
}

}  // namespace
}  // namespace rectify::deadline::domain
