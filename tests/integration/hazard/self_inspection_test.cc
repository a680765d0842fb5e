// Self-inspections of venues and tasks of departments, over the real rpcs and tables.
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/campaign_service.pb.h"
#include "rectify/hazard/v1/department_task_events.pb.h"
#include "rectify/hazard/v1/department_task_service.pb.h"
#include "rectify/hazard/v1/self_inspection_events.pb.h"
#include "rectify/hazard/v1/self_inspection_service.pb.h"
#include "tests/integration/hazard/fixture.h"

namespace rectify::hazard {
namespace {

constexpr char kSecond[] = "districts/120110/venues/01850000-0000-7000-8000-000000000002";

class SelfInspectionTest : public HazardTest {
 protected:
  SelfInspectionTest() {
    venue::v1::Venue second = SampleVenue();
    second.set_name(kSecond);
    second.set_display_name("示例养老院");
    registry_.Announce(second);
    system_.Settle();
    v1::CreateCampaignRequest create;
    create.set_parent("districts/120110");
    create.set_campaign_id("zx2023");
    create.mutable_campaign()->set_title("重大风险隐患专项排查整治2023行动");
    create.mutable_campaign()->set_checklist("four-class");
    v1::CampaignPhase& phase = *create.mutable_campaign()->add_phases();
    phase.set_title("自查自改");
    *phase.mutable_first_day() = rpc::ToDate(absl::CivilDay(2023, 1, 1));
    *phase.mutable_last_day() = rpc::ToDate(absl::CivilDay(2023, 6, 30));
    campaign_ = Head()
                    .Unary<v1::Campaign>("rectify.hazard.v1.Campaigns.CreateCampaign", create)
                    .value()
                    .name();
    v1::ActivateCampaignRequest activate;
    activate.set_name(campaign_);
    EXPECT_OK(Head().Unary<v1::Campaign>("rectify.hazard.v1.Campaigns.ActivateCampaign", activate));
  }

  rpc::Client& Head() { return system_.As("hazard", "users/head", {"DEPARTMENT_HEAD"}); }
  rpc::Client& Manager(const char* venue = kVenue) {
    return system_.As("hazard", absl::StrCat("users/", venue), {"VENUE_MANAGER"}, {venue});
  }
  rpc::Client& Housing(const char* department = kHousing) {
    return system_.As("hazard", absl::StrCat("users/", department), {"DEPARTMENT_STAFF"},
                      {department});
  }

  v1::RequestSelfInspectionsRequest TwoVenues() const {
    v1::RequestSelfInspectionsRequest request;
    request.set_parent("districts/120110");
    request.set_campaign(campaign_);
    request.set_officer(kZhang);
    *request.mutable_due_date() = rpc::ToDate(absl::CivilDay(2023, 2, 28));
    for (const auto& [venue, target_class] : {std::pair{kVenue, "RJ"}, std::pair{kSecond, "MG"}}) {
      v1::SelfInspectionTarget& target = *request.add_targets();
      target.set_venue(venue);
      target.set_target_class(target_class);
    }
    return request;
  }
  absl::StatusOr<v1::RequestSelfInspectionsResponse> Request(
      const v1::RequestSelfInspectionsRequest& request) {
    return Head().Unary<v1::RequestSelfInspectionsResponse>(
        "rectify.hazard.v1.SelfInspections.RequestSelfInspections", request);
  }
  template <typename Message>
  absl::StatusOr<v1::SelfInspection> Do(rpc::Client& client, const char* method,
                                        const Message& request) {
    return client.Unary<v1::SelfInspection>(
        absl::StrCat("rectify.hazard.v1.SelfInspections.", method), request);
  }
  template <typename Message>
  absl::StatusOr<v1::DepartmentTask> DoTask(rpc::Client& client, const char* method,
                                            const Message& request) {
    return client.Unary<v1::DepartmentTask>(
        absl::StrCat("rectify.hazard.v1.DepartmentTasks.", method), request);
  }

  // All items of class RJ pass but ZC03, for which `problems` problems are planned.
  static v1::ReportSelfInspectionRequest Report(const v1::SelfInspection& self, int problems) {
    v1::ReportSelfInspectionRequest request;
    request.set_name(self.name());
    for (int i = 1; i <= 10; ++i) {
      v1::ChecklistAnswer& answer = *request.add_answers();
      answer.set_item(absl::StrCat(i < 10 ? "ZC0" : "ZC", i));
      answer.set_result(i == 3 && problems > 0 ? v1::ChecklistAnswer::RESULT_FAIL
                                               : v1::ChecklistAnswer::RESULT_PASS);
    }
    for (int i = 0; i < problems; ++i) {
      v1::SelfFoundProblem& problem = *request.add_problems();
      problem.set_item("ZC03");
      problem.set_description("灭火器失效");
      *problem.mutable_planned_date() = rpc::ToDate(absl::CivilDay(2023, 3, 10 + i));
    }
    return request;
  }

  template <typename Payload>
  Payload Last() {
    Payload payload;
    for (const event::v1::EventEnvelope& event : Events()) {
      if (event.type() == Payload::descriptor()->full_name()) {
        payload.ParseFromString(event.payload());
      }
    }
    return payload;
  }

  std::string campaign_;
};

TEST_F(SelfInspectionTest, GoesFromTheRequestToTheLastRectifiedProblem) {
  const auto requested = Request(TwoVenues());
  ASSERT_OK(requested);
  ASSERT_EQ(requested->self_inspections_size(), 2);
  const v1::SelfInspection first = requested->self_inspections(0);
  EXPECT_EQ(first.venue(), kVenue);
  EXPECT_EQ(Last<v1::SelfInspectionRequested>().duty().owner(), kSecond);

  auto self = Do(Manager(), "ReportSelfInspection", Report(first, 2));
  ASSERT_OK(self);
  EXPECT_EQ(self->state(), v1::SelfInspection::STATE_REPORTED);
  EXPECT_EQ(Last<v1::SelfInspectionReported>().duty().handling_officer(), kZhang);
  v1::ConfirmSelfInspectionRequest confirm;
  confirm.set_name(first.name());
  self = Do(Zhang(), "ConfirmSelfInspection", confirm);
  ASSERT_OK(self);
  EXPECT_EQ(self->state(), v1::SelfInspection::STATE_CONFIRMED);
  EXPECT_EQ(Last<v1::SelfInspectionConfirmed>().duty().variant(), "OPEN_PROBLEMS");
  EXPECT_EQ(Last<v1::SelfInspectionConfirmed>().duty().due_date().day(), 10);

  v1::RectifySelfFoundProblemRequest rectify;
  rectify.set_name(first.name());
  rectify.set_rectification("已更换");
  ASSERT_OK(Do(Manager(), "RectifySelfFoundProblem", rectify));
  EXPECT_EQ(Last<v1::SelfFoundProblemRectified>().duty().due_date().day(), 11);
  rectify.set_problem(1);
  self = Do(Manager(), "RectifySelfFoundProblem", rectify);
  ASSERT_OK(self);
  EXPECT_EQ(self->state(), v1::SelfInspection::STATE_CLOSED);
  EXPECT_EQ(Last<v1::SelfInspectionClosed>().self_inspection().open_problem_count(), 0);

  v1::GetSelfInspectionRequest get;
  get.set_name(first.name());
  const auto read = Do(Manager(), "GetSelfInspection", get);
  ASSERT_OK(read);
  EXPECT_EQ(read->SerializeAsString(), self->SerializeAsString());
}

TEST_F(SelfInspectionTest, AnHonestReportMakesNoFindingAndStaysAmongOurselves) {
  const v1::SelfInspection first = Request(TwoVenues())->self_inspections(0);
  ASSERT_OK(Do(Manager(), "ReportSelfInspection", Report(first, 1)));
  for (const std::string& type : EventTypes()) EXPECT_NE(type, "FindingRecorded");
  for (const std::string& type : EventTypes("departments")) {
    EXPECT_NE(type, "SelfInspectionReported");
  }
}

TEST_F(SelfInspectionTest, AReturnedReportIsDueAgain) {
  const v1::SelfInspection first = Request(TwoVenues())->self_inspections(0);
  ASSERT_OK(Do(Manager(), "ReportSelfInspection", Report(first, 1)));
  v1::ReturnSelfInspectionRequest give_back;
  give_back.set_name(first.name());
  give_back.set_reason("请补充照片说明");
  *give_back.mutable_due_date() = rpc::ToDate(absl::CivilDay(2023, 3, 15));
  const auto returned = Do(Head(), "ReturnSelfInspection", give_back);
  ASSERT_OK(returned);
  EXPECT_EQ(returned->first_due_date().month(), 2);
  EXPECT_EQ(Last<v1::SelfInspectionReturned>().duty().due_date().month(), 3);
  const auto again = Do(Manager(), "ReportSelfInspection", Report(first, 0));
  ASSERT_OK(again);
  EXPECT_EQ(again->problems_size(), 0);
}

TEST_F(SelfInspectionTest, ASetIsRequestedWholeOrNotAtAll) {
  v1::RequestSelfInspectionsRequest request = TwoVenues();
  request.mutable_targets(1)->set_target_class("XX");
  EXPECT_EQ(ReasonOf(Request(request).status()), "INVALID_FIELD");
  request = TwoVenues();
  request.mutable_targets(1)->set_venue(
      "districts/120110/venues/01850000-0000-7000-8000-0000000000ff");
  EXPECT_EQ(ReasonOf(Request(request).status()), "NOT_FOUND");
  request = TwoVenues();
  request.mutable_targets()->RemoveLast();
  ASSERT_OK(Request(request));
  EXPECT_EQ(ReasonOf(Request(TwoVenues()).status()), "ALREADY_EXISTS");
  v1::ListSelfInspectionsRequest list;
  list.set_parent("districts/120110");
  const auto page = Head().Unary<v1::ListSelfInspectionsResponse>(
      "rectify.hazard.v1.SelfInspections.ListSelfInspections", list);
  ASSERT_OK(page);
  EXPECT_EQ(page->self_inspections_size(), 1);
}

TEST_F(SelfInspectionTest, AfterAMergeEachNameSpeaksForTheVenue) {
  v1::RequestSelfInspectionsRequest of_first = TwoVenues();
  of_first.mutable_targets()->RemoveLast();
  const v1::SelfInspection first = Request(of_first)->self_inspections(0);
  venue::v1::Venue gone = SampleVenue(), second = SampleVenue();
  gone.set_etag("\"2\"");
  second.set_name(kSecond);
  registry_.AnnounceMerge(gone, second);
  system_.Settle();

  // The one that goes on has the self-inspection of the one that is gone.
  EXPECT_EQ(ReasonOf(Request(TwoVenues()).status()), "INVALID_FIELD");  // one venue twice
  v1::RequestSelfInspectionsRequest of_second = TwoVenues();
  of_second.mutable_targets()->DeleteSubrange(0, 1);
  EXPECT_EQ(ReasonOf(Request(of_second).status()), "ALREADY_EXISTS");
  EXPECT_EQ(ReasonOf(Request(of_first).status()), "ALREADY_EXISTS");
  v1::GetSelfInspectionRequest get;
  get.set_name(first.name());
  for (const char* name : {kVenue, kSecond}) {
    const auto read = Do(Manager(name), "GetSelfInspection", get);
    ASSERT_OK(read) << name;
    EXPECT_EQ(read->venue(), kVenue);
  }
  ASSERT_OK(Do(Manager(kSecond), "ReportSelfInspection", Report(first, 1)));
  v1::RectifySelfFoundProblemRequest rectify;
  rectify.set_name(first.name());
  rectify.set_rectification("已更换");
  EXPECT_OK(Do(Manager(kVenue), "RectifySelfFoundProblem", rectify));
}

TEST_F(SelfInspectionTest, AVenueSeesAndReportsOnlyItsOwn) {
  const v1::SelfInspection first = Request(TwoVenues())->self_inspections(0);
  v1::GetSelfInspectionRequest get;
  get.set_name(first.name());
  EXPECT_EQ(ReasonOf(Do(Manager(kSecond), "GetSelfInspection", get).status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(Do(Manager(kSecond), "ReportSelfInspection", Report(first, 0)).status()),
            "NOT_FOUND");
  v1::ListSelfInspectionsRequest list;
  list.set_parent("districts/120110");
  const auto page = Manager(kSecond).Unary<v1::ListSelfInspectionsResponse>(
      "rectify.hazard.v1.SelfInspections.ListSelfInspections", list);
  ASSERT_OK(page);
  ASSERT_EQ(page->self_inspections_size(), 1);
  EXPECT_EQ(page->self_inspections(0).venue(), kSecond);
}

TEST_F(SelfInspectionTest, EveryCountOfTheProgressListsItsRecords) {
  const v1::SelfInspection first = Request(TwoVenues())->self_inspections(0);
  ASSERT_OK(Do(Manager(), "ReportSelfInspection", Report(first, 1)));
  v1::GetCampaignProgressRequest request;
  request.set_name(campaign_);
  const auto progress = Head().Unary<v1::CampaignProgress>(
      "rectify.hazard.v1.SelfInspections.GetCampaignProgress", request);
  ASSERT_OK(progress);
  ASSERT_EQ(progress->self_inspections_size(), 2);
  EXPECT_EQ(progress->inspections().count(), 0);
  for (const v1::ProgressCount& count : progress->self_inspections()) {
    v1::ListSelfInspectionsRequest list;
    list.set_parent("districts/120110");
    list.set_filter(count.filter());
    const auto page = Head().Unary<v1::ListSelfInspectionsResponse>(
        "rectify.hazard.v1.SelfInspections.ListSelfInspections", list);
    ASSERT_OK(page);
    EXPECT_EQ(page->self_inspections_size(), count.count()) << count.filter();
    EXPECT_EQ(count.state(), count.target_class() == "RJ" ? "REPORTED" : "REQUESTED");
  }
}

TEST_F(SelfInspectionTest, ADepartmentReportsItsTaskAndTheHeadAcceptsOrReturns) {
  v1::AssignDepartmentTaskRequest assign;
  assign.set_parent("districts/120110");
  assign.mutable_task()->set_campaign(campaign_);
  assign.mutable_task()->set_department(kHousing);
  *assign.mutable_task()->mutable_due_date() = rpc::ToDate(absl::CivilDay(2023, 3, 1));
  EXPECT_EQ(ReasonOf(DoTask(Head(), "AssignDepartmentTask", assign).status()), "INVALID_FIELD");
  assign.mutable_task()->set_text("核查物业服务企业落实消防设施维护的情况");
  auto task = DoTask(Head(), "AssignDepartmentTask", assign);
  ASSERT_OK(task);
  EXPECT_EQ(Last<v1::DepartmentTaskAssigned>().duty().owner(), kHousing);

  v1::ReportDepartmentTaskRequest report;
  report.set_name(task->name());
  report.set_report("已核查12家");
  rpc::Client& other = Housing("districts/120110/departments/jiaoyu");
  EXPECT_EQ(ReasonOf(DoTask(other, "ReportDepartmentTask", report).status()), "NOT_FOUND");
  ASSERT_OK(DoTask(Housing(), "ReportDepartmentTask", report));
  v1::ReturnDepartmentTaskRequest give_back;
  give_back.set_name(task->name());
  give_back.set_reason("缺少清单");
  *give_back.mutable_due_date() = rpc::ToDate(absl::CivilDay(2023, 3, 20));
  task = DoTask(Head(), "ReturnDepartmentTask", give_back);
  ASSERT_OK(task);
  EXPECT_EQ(task->first_due_date().day(), 1);
  ASSERT_OK(DoTask(Housing(), "ReportDepartmentTask", report));
  v1::AcceptDepartmentTaskRequest accept;
  accept.set_name(task->name());
  task = DoTask(Head(), "AcceptDepartmentTask", accept);
  ASSERT_OK(task);
  EXPECT_EQ(task->state(), v1::DepartmentTask::STATE_ACCEPTED);
  v1::ListDepartmentTasksRequest list;
  list.set_parent("districts/120110");
  const auto seen = [&](rpc::Client& client) {
    return client
        .Unary<v1::ListDepartmentTasksResponse>(
            "rectify.hazard.v1.DepartmentTasks.ListDepartmentTasks", list)
        ->tasks_size();
  };
  EXPECT_EQ(seen(Housing()), 1);
  EXPECT_EQ(seen(other), 0);
}

}  // namespace
}  // namespace rectify::hazard
