// The clocks of campaigns: tasks of departments and self-inspections of venues, by the policy of
// the program alone.
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/department_task_events.pb.h"
#include "rectify/hazard/v1/self_inspection_events.pb.h"
#include "tests/integration/deadline/fixture.h"

namespace rectify::deadline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CampaignClockTest : public DeadlineTest {
 protected:
  // The hazard service says so now.
  template <typename Event>
  void Say(const common::v1::DutyFacts& facts) {
    Event event;
    *event.mutable_duty() = facts;
    Emit(facts.subject(), ++said_, event);
    system_.Settle();
  }

  common::v1::DutyFacts SelfInspection() const {
    common::v1::DutyFacts facts;
    facts.set_subject("districts/120110/selfInspections/" + Uuid(40));
    facts.set_title("自查自改");
    facts.set_venue(venue_);
    facts.set_owner(venue_);
    facts.set_handling_officer(li_);
    return facts;
  }

 private:
  int64_t said_ = 0;
};

TEST_F(CampaignClockTest, AVenueOwnsItsReportAndTheOfficerItsConfirmation) {
  common::v1::DutyFacts facts = SelfInspection();
  *facts.mutable_due_date() = Date(2023, 1, 10);
  Say<hazard::v1::SelfInspectionRequested>(facts);
  EXPECT_EQ(Running("self_inspection_report").owner(), venue_);
  EXPECT_EQ(Running("self_inspection_report").due_date().day(), 10);
  system_.AdvanceTo(At(2023, 1, 11));
  EXPECT_THAT(RunningKinds("overdue = true"), ElementsAre("self_inspection_report"));

  facts.clear_due_date();
  Say<hazard::v1::SelfInspectionReported>(facts);
  EXPECT_THAT(RunningKinds(), ElementsAre("self_inspection_confirm"));
  EXPECT_EQ(Running("self_inspection_confirm").owner(), li_);
  *facts.mutable_due_date() = Date(2023, 1, 20);
  Say<hazard::v1::SelfInspectionReturned>(facts);
  EXPECT_THAT(RunningKinds(), ElementsAre("self_inspection_report"));
  EXPECT_EQ(Running("self_inspection_report").due_date().day(), 20);
}

TEST_F(CampaignClockTest, WhatAVenueFoundItselfIsDueUntilTheLastProblemIsGone) {
  common::v1::DutyFacts facts = SelfInspection();
  Say<hazard::v1::SelfInspectionReported>(facts);
  facts.set_variant("OPEN_PROBLEMS");
  *facts.mutable_due_date() = Date(2023, 1, 9);
  Say<hazard::v1::SelfInspectionConfirmed>(facts);
  EXPECT_THAT(RunningKinds(), ElementsAre("self_found_problem"));
  EXPECT_EQ(Running("self_found_problem").due_date().day(), 9);
  *facts.mutable_due_date() = Date(2023, 1, 16);
  Say<hazard::v1::SelfFoundProblemRectified>(facts);
  EXPECT_EQ(Running("self_found_problem").due_date().day(), 16);
  facts.clear_due_date();
  facts.clear_variant();
  Say<hazard::v1::SelfInspectionClosed>(facts);
  EXPECT_THAT(RunningKinds(), IsEmpty());
}

TEST_F(CampaignClockTest, AConfirmedReportWithoutProblemsLeavesNoClock) {
  Say<hazard::v1::SelfInspectionReported>(SelfInspection());
  Say<hazard::v1::SelfInspectionConfirmed>(SelfInspection());
  Say<hazard::v1::SelfInspectionClosed>(SelfInspection());
  EXPECT_THAT(RunningKinds(), IsEmpty());
}

TEST_F(CampaignClockTest, ADepartmentOwnsItsTaskAndTheHeadItsReview) {
  common::v1::DutyFacts facts;
  facts.set_subject("districts/120110/departmentTasks/" + Uuid(41));
  facts.set_title("部门任务：核查物业服务企业");
  facts.set_owner("districts/120110/departments/zhujian");
  *facts.mutable_due_date() = Date(2023, 1, 31);
  Say<hazard::v1::DepartmentTaskAssigned>(facts);
  EXPECT_EQ(Running("department_task").side(), v1::CLOCK_SIDE_DEPARTMENT);
  facts.clear_due_date();
  Say<hazard::v1::DepartmentTaskReported>(facts);
  EXPECT_THAT(RunningKinds(), ElementsAre("department_task_review"));
  // Wednesday the 4th; five working days.
  EXPECT_EQ(Running("department_task_review").due_date().day(), 11);
  EXPECT_EQ(Running("department_task_review").owner(), "districts/120110/posts/department-head");
  *facts.mutable_due_date() = Date(2023, 2, 10);
  Say<hazard::v1::DepartmentTaskReturned>(facts);
  EXPECT_THAT(RunningKinds(), ElementsAre("department_task"));
  facts.clear_due_date();
  Say<hazard::v1::DepartmentTaskReported>(facts);
  Say<hazard::v1::DepartmentTaskAccepted>(facts);
  EXPECT_THAT(RunningKinds(), IsEmpty());
}

}  // namespace
}  // namespace rectify::deadline
