// Self-inspections and tasks of departments: states, dates, and what a report must hold.
#include "services/hazard_findings/domain/self_inspection.h"

#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/testing/status_matchers.h"
#include "services/hazard_findings/domain/department_task.h"
#include "tests/unit/hazard_domain/sample.h"

namespace rectify::hazard::domain {
namespace {

using absl::CivilDay;

const absl::Time kAsked = At(2023, 5, 10);

Checklist TwoItems() {
  Checklist list;
  list.code = "sample";
  list.classes = {{"RJ", "人员密集场所", ""}};
  list.items = {{"Z1", "通道畅通", {}, {}}, {"Z2", "设施完好", {}, {}}};
  list.tasks = {{"zhujian", "区住房和建设委员会", "督促物业服务企业"}};
  return list;
}

SelfInspection Requested() {
  SelfInspection self;
  self.district = kDistrict;
  self.id = "01850000-0000-7000-8000-0000000000bb";
  self.venue = kVenue;
  self.target_class = "RJ";
  self.due_date = CivilDay(2023, 5, 31);
  self.first_due_date = self.due_date;
  return self;
}

std::vector<ChecklistAnswer> Answers(AnswerResult second) {
  return {{"Z1", AnswerResult::kPass, "", {}, false}, {"Z2", second, "", {}, false}};
}

SelfFoundProblem Planned(int day) {
  return {"Z2", "灭火器失效", "二层", std::nullopt, CivilDay(2023, 5, day), ""};
}

absl::StatusOr<SelfInspection> Report(std::vector<SelfFoundProblem> problems) {
  const AnswerResult second = problems.empty() ? AnswerResult::kPass : AnswerResult::kFail;
  return ReportSelfInspection(Requested(), Answers(second), std::move(problems), TwoItems(),
                              kAsked);
}

TEST(SelfInspectionTest, WithoutProblemsItEndsWithItsConfirmation) {
  const auto closed = ConfirmSelfInspection(*Report({}), kAsked);
  ASSERT_OK(closed);
  EXPECT_EQ(closed->state, SelfInspectionState::kClosed);
  EXPECT_EQ(closed->close_time, kAsked);
}

TEST(SelfInspectionTest, ProblemsStayUntilTheLastOneIsRectified) {
  SelfInspection self = *Report({Planned(20), Planned(15)});
  self = *ConfirmSelfInspection(self, kAsked);
  EXPECT_EQ(self.state, SelfInspectionState::kConfirmed);
  EXPECT_EQ(self.next_planned_date(), CivilDay(2023, 5, 15));
  self = *RectifySelfFoundProblem(self, 1, "已更换", kAsked);
  EXPECT_EQ(self.state, SelfInspectionState::kConfirmed);
  EXPECT_EQ(self.next_planned_date(), CivilDay(2023, 5, 20));
  EXPECT_EQ(ReasonOf(RectifySelfFoundProblem(self, 1, "已更换", kAsked).status()), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(RectifySelfFoundProblem(self, 2, "已更换", kAsked).status()), "INVALID_FIELD");
  self = *RectifySelfFoundProblem(self, 0, "已更换", kAsked);
  EXPECT_EQ(self.state, SelfInspectionState::kClosed);
}

TEST(SelfInspectionTest, EveryFailedItemHasAProblemWithOneDate) {
  const auto reason = [](AnswerResult second, std::vector<SelfFoundProblem> problems) {
    return ReasonOf(
        ReportSelfInspection(Requested(), Answers(second), std::move(problems), TwoItems(), kAsked)
            .status());
  };
  EXPECT_EQ(reason(AnswerResult::kFail, {}), "INVALID_FIELD");
  EXPECT_EQ(reason(AnswerResult::kPass, {Planned(20)}), "INVALID_FIELD");
  EXPECT_EQ(reason(AnswerResult::kFail, {Planned(9)}), "INVALID_FIELD");
  SelfFoundProblem both = Planned(20);
  both.rectified_date = CivilDay(2023, 5, 9);
  EXPECT_EQ(reason(AnswerResult::kFail, {both}), "INVALID_FIELD");
  both.planned_date.reset();
  EXPECT_EQ(reason(AnswerResult::kFail, {both}), "");
  both.rectified_date = CivilDay(2023, 5, 11);
  EXPECT_EQ(reason(AnswerResult::kFail, {both}), "IN_THE_FUTURE");
}

TEST(SelfInspectionTest, AReturnGivesANewDateAndKeepsTheFirst) {
  const SelfInspection reported = *Report({Planned(20)});
  EXPECT_EQ(
      ReasonOf(ReturnSelfInspection(reported, "不完整", CivilDay(2023, 5, 9), kAsked).status()),
      "INVALID_FIELD");
  const auto returned = ReturnSelfInspection(reported, "不完整", CivilDay(2023, 6, 10), kAsked);
  ASSERT_OK(returned);
  EXPECT_EQ(returned->state, SelfInspectionState::kRequested);
  EXPECT_EQ(returned->due_date, CivilDay(2023, 6, 10));
  EXPECT_EQ(returned->first_due_date, CivilDay(2023, 5, 31));
  EXPECT_EQ(returned->return_count, 1);
}

TEST(SelfInspectionTest, VerbsStartOnlyFromTheirStates) {
  const SelfInspection requested = Requested();
  const SelfInspection closed = *ConfirmSelfInspection(*Report({}), kAsked);
  const CivilDay due(2023, 6, 10);
  for (const SelfInspection& self : {requested, closed}) {
    EXPECT_EQ(ReasonOf(ConfirmSelfInspection(self, kAsked).status()), "SELF_INSPECTION_STATE");
    EXPECT_EQ(ReasonOf(ReturnSelfInspection(self, "理由", due, kAsked).status()),
              "SELF_INSPECTION_STATE");
    EXPECT_EQ(ReasonOf(RectifySelfFoundProblem(self, 0, "已改", kAsked).status()),
              "SELF_INSPECTION_STATE");
  }
  EXPECT_EQ(ReasonOf(ReportSelfInspection(closed, {}, {}, TwoItems(), kAsked).status()),
            "SELF_INSPECTION_STATE");
}

TEST(DepartmentTaskTest, TheChecklistSaysWhatIsAskedOfADepartment) {
  static const auto& list = *new Checklist(TwoItems());
  References references = SampleReferences();
  Campaign campaign;
  campaign.district = kDistrict;
  campaign.code = "zx";
  campaign.phases = {{"整治", CivilDay(2023, 5, 1), CivilDay(2023, 6, 30)}};
  campaign.state = CampaignState::kActive;
  references.campaign = campaign;
  references.checklist = &list;
  DepartmentTask task;
  task.district = kDistrict;
  task.campaign = campaign.name();
  task.department = kHousing;
  task.due_date = CivilDay(2023, 6, 1);
  const auto assigned = AssignDepartmentTask(task, references, kAsked);
  ASSERT_OK(assigned);
  EXPECT_EQ(assigned->text, "督促物业服务企业");
  EXPECT_EQ(ReasonOf(AssignDepartmentTask(task, references, At(2023, 7, 1)).status()),
            "INVALID_FIELD");
  task.due_date = CivilDay(2023, 8, 1);
  EXPECT_EQ(ReasonOf(AssignDepartmentTask(task, references, At(2023, 7, 1)).status()),
            "CAMPAIGN_NOT_IN_FORCE");
  references.checklist = nullptr;
  EXPECT_EQ(ReasonOf(AssignDepartmentTask(task, references, kAsked).status()), "INVALID_FIELD");
}

TEST(DepartmentTaskTest, AReportIsAcceptedOrReturned) {
  DepartmentTask task;
  task.due_date = CivilDay(2023, 6, 1);
  task.first_due_date = task.due_date;
  EXPECT_EQ(ReasonOf(AcceptDepartmentTask(task, kAsked).status()), "DEPARTMENT_TASK_STATE");
  task = *ReportDepartmentTask(task, "已完成", kAsked);
  EXPECT_EQ(ReasonOf(ReportDepartmentTask(task, "再报", kAsked).status()), "DEPARTMENT_TASK_STATE");
  EXPECT_EQ(ReasonOf(ReturnDepartmentTask(task, "不全", CivilDay(2023, 5, 9), kAsked).status()),
            "INVALID_FIELD");
  task = *ReturnDepartmentTask(task, "不全", CivilDay(2023, 6, 20), kAsked);
  EXPECT_EQ(task.first_due_date, CivilDay(2023, 6, 1));
  EXPECT_EQ(task.return_count, 1);
  task = *AcceptDepartmentTask(*ReportDepartmentTask(task, "已完成", kAsked), kAsked);
  EXPECT_EQ(task.state, DepartmentTaskState::kAccepted);
}

}  // namespace
}  // namespace rectify::hazard::domain
