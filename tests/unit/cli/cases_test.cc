// A table of cases as statements about the steps that it expands into.
#include "services/cli/replay/cases.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "libs/base/clock.h"
#include "libs/testing/status_matchers.h"

namespace rectify::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kHeader[] = "编号,单位,检查时间,监督员,隐患,经过,送达,记录\n";

// Spring 2023: 01-21 to 01-27 off, 01-28 and 01-29 worked.
workday::Calendar Calendar() {
  std::vector<workday::SpecialDay> days;
  for (int day = 21; day <= 27; ++day) {
    days.push_back({absl::CivilDay(2023, 1, day), workday::DayClass::kHoliday, "春节"});
  }
  for (int day = 28; day <= 29; ++day) {
    days.push_back({absl::CivilDay(2023, 1, day), workday::DayClass::kMakeUpWorkday, "春节"});
  }
  return *workday::Calendar::Create({{2023, "示例通知", 1, days}});
}

absl::StatusOr<std::vector<PlannedStep>> Expand(const std::string& rows,
                                                absl::CivilDay end = absl::CivilDay(2023, 12, 31)) {
  return ExpandCases(kHeader + rows, "120110", Calendar(), StartOfDay(end + 1) - absl::Seconds(1));
}

// "01-04 09:30 inspect", one for each step, with the open codes of a recheck.
std::vector<std::string> Story(const std::string& rows,
                               absl::CivilDay end = absl::CivilDay(2023, 12, 31)) {
  absl::StatusOr<std::vector<PlannedStep>> steps = Expand(rows, end);
  EXPECT_OK(steps.status());
  std::vector<std::string> story;
  for (const PlannedStep& planned : *steps) {
    const auto* act = planned.step.GetReflection()->GetOneofFieldDescriptor(
        planned.step, scenario::v1::Step::descriptor()->FindOneofByName("act"));
    std::string line = absl::StrCat(FormatChinaMinute(planned.at).substr(5), " ", act->name());
    if (planned.step.has_call()) {
      const std::string& method = planned.step.call().method();
      absl::StrAppend(&line, " ", method.substr(method.rfind('.') + 1));
    }
    for (const std::string& code : planned.step.recheck().open_codes()) {
      absl::StrAppend(&line, " ", code);
    }
    story.push_back(std::move(line));
  }
  return story;
}

std::string Row(const std::string& findings, const std::string& course) {
  return absl::StrCat("a,wujin,2023-03-01 09:30,li wang,", findings, ",", course, ",,示例\n");
}

TEST(CasesTest, ACaseInTimeIsApprovedServedReportedAndRechecked) {
  EXPECT_THAT(Story(Row("B02:15 消火栓损坏", "按期改正")),
              ElementsAre("03-01 09:30 inspect", "03-02 10:00 approve", "03-03 15:00 serve",
                          "03-15 10:00 report", "03-16 15:00 recheck"));
}

TEST(CasesTest, NothingSaidMeansInTime) {
  EXPECT_EQ(Story(Row("B02:15 消火栓损坏", "")), Story(Row("B02:15 消火栓损坏", "按期改正")));
}

TEST(CasesTest, AnEarlyPartyReportsTheDayAfterService) {
  EXPECT_THAT(Story(Row("B02:15 消火栓损坏", "提前改正")),
              ElementsAre("03-01 09:30 inspect", "03-02 10:00 approve", "03-03 15:00 serve",
                          "03-06 10:00 report", "03-07 15:00 recheck"));
}

TEST(CasesTest, ALatePartyIsRecheckedAfterEachDueDateAndReportsSoManyDaysAfterTheLast) {
  EXPECT_THAT(Story(Row("B02:7 消火栓损坏；D06:15 线路未穿管", "逾期20日")),
              ElementsAre("03-01 09:30 inspect", "03-02 10:00 approve", "03-03 15:00 serve",
                          "03-14 15:00 recheck B02 D06", "03-22 15:00 recheck B02 D06",
                          "04-10 10:00 report", "04-11 15:00 recheck"));
}

TEST(CasesTest, WhatIsPartlyRectifiedLeavesTheFirstItemOpen) {
  EXPECT_THAT(Story(Row("B02:7 消火栓损坏；D06:7 线路未穿管", "部分改正10日")),
              ElementsAre("03-01 09:30 inspect", "03-02 10:00 approve", "03-03 15:00 serve",
                          "03-14 15:00 recheck B02", "03-20 10:00 report", "03-21 15:00 recheck"));
}

TEST(CasesTest, WhatIsNeverRectifiedIsLookedAtAgainUntilTheEnd) {
  EXPECT_THAT(
      Story(Row("B02:7 消火栓损坏", "未改正"), absl::CivilDay(2023, 6, 15)),
      ElementsAre("03-01 09:30 inspect", "03-02 10:00 approve", "03-03 15:00 serve",
                  "03-14 15:00 recheck B02", "04-28 15:00 recheck B02", "06-12 15:00 recheck B02"));
}

TEST(CasesTest, AnExtensionIsAskedForGrantedAndServedBeforeTheTermEndsAndMovesIt) {
  EXPECT_THAT(
      Story(Row("B02:15 消火栓损坏", "延期30日")),
      ElementsAre("03-01 09:30 inspect", "03-02 10:00 approve", "03-03 15:00 serve",
                  "03-14 10:00 call RequestExtension", "03-15 10:00 call DecideExtension",
                  "03-16 15:00 call ServeExtension", "04-14 10:00 report", "04-17 15:00 recheck"));
}

TEST(CasesTest, APenaltyFollowsTheFailedRecheckAndThePartyReportsAfterIt) {
  EXPECT_THAT(
      Story(Row("B02:7 消火栓损坏", "逾期10日；处罚")),
      ElementsAre("03-01 09:30 inspect", "03-02 10:00 approve", "03-03 15:00 serve",
                  "03-14 15:00 recheck B02", "03-15 10:00 call DecideNextInstrument",
                  "03-28 15:00 call RecordPenalty", "03-29 10:00 report", "03-30 15:00 recheck"));
}

TEST(CasesTest, ATalkIsDecidedAndHeldWithinThreeWorkingDays) {
  EXPECT_THAT(Story(Row("B02:7 消火栓损坏", "逾期10日；约谈")),
              ElementsAre("03-01 09:30 inspect", "03-02 10:00 approve", "03-03 15:00 serve",
                          "03-14 15:00 recheck B02", "03-15 10:00 call DecideNextInstrument",
                          "03-17 15:00 call ConcludeInstrument", "03-20 10:00 report",
                          "03-21 15:00 recheck"));
}

TEST(CasesTest, ALateOfficerServesRechecksAndTransfersAfterTheStatutoryThreeWorkingDays) {
  EXPECT_THAT(
      Story(Row("B02:15 消火栓损坏；E03:移送zhujian 未经验收", "迟送达；迟复查；迟移送")),
      ElementsAre("03-01 09:30 inspect", "03-08 10:00 conclude_transfers", "03-02 10:00 approve",
                  "03-08 15:00 serve", "03-20 10:00 report", "03-27 15:00 recheck"));
}

TEST(CasesTest, WhatMustBeCorrectedAtOnceIsServedAndRecheckedOnTheSpot) {
  EXPECT_THAT(Story(Row("C06:立即 消防车通道停放货车", "")),
              ElementsAre("03-01 09:30 inspect", "03-01 09:50 approve", "03-01 10:00 serve",
                          "03-01 11:00 recheck"));
}

TEST(CasesTest, WhatWasCorrectedOnTheSpotOrNotFoundNeedsNoMore) {
  EXPECT_THAT(Story(Row("C01:当场 通道堆物", "")), ElementsAre("03-01 09:30 inspect"));
  EXPECT_THAT(Story(Row("", "")), ElementsAre("03-01 09:30 inspect"));
}

TEST(CasesTest, DaysOffAreSkippedAndMakeUpDaysAreWorked) {
  EXPECT_THAT(Story("a,wujin,2023-01-20 09:30,li wang,B02:15 消火栓损坏,,,示例\n"),
              ElementsAre("01-20 09:30 inspect", "01-28 10:00 approve", "01-29 15:00 serve",
                          "02-08 10:00 report", "02-09 15:00 recheck"));
}

TEST(CasesTest, AfterTheEndOfTheScenarioNothingHappens) {
  EXPECT_THAT(Story(Row("B02:15 消火栓损坏", "按期改正"), absl::CivilDay(2023, 3, 10)),
              ElementsAre("03-01 09:30 inspect", "03-02 10:00 approve", "03-03 15:00 serve"));
}

TEST(CasesTest, StepsKeepTheirIdsWhenRowsAreAdded) {
  const std::string row = Row("C01:当场 通道堆物", "");
  ASSERT_OK_AND_ASSIGN(auto alone, Expand(row));
  ASSERT_OK_AND_ASSIGN(auto second, Expand("b,wujin,2023-03-01 09:30,li wang,,,,示例\n" + row));
  EXPECT_EQ(second[1].id, alone[0].id);
}

TEST(CasesTest, AScenarioWithALaterEndBeginsWithTheSameSteps) {
  const std::string row = Row("B02:15 消火栓损坏；E03:移送zhujian 未经验收", "迟移送");
  ASSERT_OK_AND_ASSIGN(auto whole, Expand(row));
  ASSERT_OK_AND_ASSIGN(auto begun, Expand(row, absl::CivilDay(2023, 3, 5)));
  std::set<std::string> ids;
  for (const PlannedStep& planned : whole) ids.insert(planned.id);
  for (const PlannedStep& planned : begun) EXPECT_EQ(ids.count(planned.id), 1) << planned.id;
}

TEST(CasesTest, AnInspectionSaysWhyItTookPlace) {
  const std::string header = "编号,单位,检查时间,形式,监督员,隐患,记录\n";
  const std::string rest = ",li wang,,示例\n";
  ASSERT_OK_AND_ASSIGN(auto steps, ExpandCases(header + "a,wujin,2023-03-01 09:30,专项high-rise" +
                                                   rest + "b,wujin,2023-03-01 09:30,举报lead01" +
                                                   rest + "c,wujin,2023-03-01 09:30," + rest,
                                               "120110", Calendar(), absl::InfiniteFuture()));
  EXPECT_EQ(steps[0].step.inspect().kind(), hazard::v1::INSPECTION_KIND_CAMPAIGN);
  EXPECT_EQ(steps[0].step.inspect().campaign(), "high-rise");
  EXPECT_EQ(steps[1].step.inspect().kind(), hazard::v1::INSPECTION_KIND_COMPLAINT);
  EXPECT_EQ(steps[1].step.inspect().lead(), "lead01");
  EXPECT_EQ(steps[2].step.inspect().kind(), hazard::v1::INSPECTION_KIND_ROUTINE);
  absl::StatusOr<std::vector<PlannedStep>> guess =
      ExpandCases(header + "a,wujin,2023-03-01 09:30,散步" + rest, "120110", Calendar(),
                  absl::InfiniteFuture());
  EXPECT_THAT(std::string(guess.status().message()), HasSubstr("形式"));
}

TEST(CasesTest, FindingsCarryTheirTermAndDepartment) {
  ASSERT_OK_AND_ASSIGN(auto steps, Expand(Row("B02:15 消火栓损坏；E03:移送zhujian 未经验收", "")));
  const scenario::v1::Inspect& inspect = steps[0].step.inspect();
  EXPECT_EQ(inspect.findings(0).term_days(), 15);
  EXPECT_EQ(inspect.findings(1).transfer_department(), "districts/120110/departments/zhujian");
}

// What is wrong, and what the message must name.
struct Mistake {
  std::string rows;
  std::vector<std::string> named;
};

TEST(CasesTest, AMistakeIsNamedByLineAndColumn) {
  const std::string good = Row("C01:当场 通道堆物", "");
  for (const Mistake& mistake : std::vector<Mistake>{
           {good + "b,wujin,2023-03-01,li wang,,,,示例\n", {"第3行", "检查时间"}},
           {"b,,2023-03-01 09:30,li wang,,,,示例\n", {"第2行", "单位"}},
           {"b,wujin,2023-03-01 09:30,li,,,,示例\n", {"第2行", "监督员"}},
           {Row("B02 消火栓损坏", ""), {"第2行", "隐患"}},
           {Row("B02:400 消火栓损坏", ""), {"隐患", "B02:400"}},
           {Row("E03:移送 未经验收", ""), {"隐患", "部门"}},
           {Row("B02:15 消火栓损坏", "改好了"), {"经过", "改好了"}},
           {Row("B02:15 消火栓损坏", "按期改正；未改正"), {"经过", "两种"}},
           {Row("B02:15 消火栓损坏", "逾期0日"), {"经过", "逾期0日"}},
           {Row("B02:15 消火栓损坏", "按期改正；处罚"), {"经过", "处罚"}},
           {Row("B02:15 消火栓损坏", "延期"), {"经过", "延期"}},
           {"b,wujin,2023-03-01 09:30,li wang,,,飞鸽,示例\n", {"送达", "飞鸽"}},
           {good + good, {"第3行", "编号", "重复"}},
           {"b,wujin\n", {"第2行", "8 列"}},
           {"\"b\n", {"第2行", "引号"}},
       }) {
    absl::StatusOr<std::vector<PlannedStep>> steps = Expand(mistake.rows);
    EXPECT_EQ(steps.status().code(), absl::StatusCode::kInvalidArgument) << mistake.rows;
    for (const std::string& name : mistake.named) {
      EXPECT_THAT(std::string(steps.status().message()), HasSubstr(name));
    }
  }
}

TEST(CasesTest, TheHeaderMustNameTheColumns) {
  for (const char* header : {"编号,单位\n", "编号,编号\n", "编号,颜色\n"}) {
    EXPECT_EQ(ExpandCases(header, "120110", Calendar(), absl::InfiniteFuture()).status().code(),
              absl::StatusCode::kInvalidArgument)
        << header;
  }
}

TEST(CasesTest, AYearWithoutItsNoticeIsRefusedNotGuessed) {
  EXPECT_EQ(Expand("a,wujin,2023-12-28 09:30,li wang,B02:15 消火栓损坏,,,示例\n",
                   absl::CivilDay(2024, 3, 1))
                .status()
                .code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace rectify::cli
