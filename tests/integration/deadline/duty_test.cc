#include <fstream>
#include <sstream>

#include "duty_sample.pb.h"
#include "libs/rpc/convert.h"
#include "libs/testing/paths.h"
#include "libs/testing/sandbox.h"
#include "services/rectification_deadlines/events/data_files.h"
#include "tests/integration/deadline/fixture.h"

namespace rectify::deadline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kRules[] = R"pb(
  clocks {
    kind: "sample_check"
    title: "核查期限"
    start_on_event: "rectify.sample.v1.DutyBegan"
    variants: "URGENT"
    period { amount: 24 unit: PERIOD_UNIT_HOURS basis: "示例第一条" }
    owner: CLOCK_OWNER_HANDLING_OFFICER
    met_on_event: "rectify.sample.v1.DutyDone"
    reminder_ladder: "default"
  }
  clocks {
    kind: "sample_work"
    title: "办理期限"
    start_on_event: "rectify.sample.v1.DutyBegan"
    variants: "PLAIN"
    period { amount: 3 unit: PERIOD_UNIT_WORKDAYS basis: "示例第二条" }
    owner: CLOCK_OWNER_DUTY
    met_on_event: "rectify.sample.v1.DutyDone"
    cancelled_on_event: "rectify.sample.v1.DutyDropped"
    suspended_on_event: "rectify.sample.v1.DutyPaused"
    resumed_on_event: "rectify.sample.v1.DutyContinued"
    reminder_ladder: "default"
  }
  clocks {
    kind: "sample_watch"
    title: "督办期限"
    start_on_event: "rectify.sample.v1.DutyBegan"
    variants: "DATED"
    owner: CLOCK_OWNER_POST
    owner_post: "department-head"
    met_on_event: "rectify.sample.v1.DutyDone"
    moved_on_event: "rectify.sample.v1.DutyMoved"
    reminder_ladder: "default"
  }
)pb";

std::string PolicyWith(const testing::TempDir& dir, const std::string& rules) {
  std::stringstream text;
  text << std::ifstream(
              testing::SourcePath("/services/rectification_deadlines/data/clock_policy.txtpb"))
              .rdbuf()
       << rules;
  const std::string path = dir.path() + "/policy.txtpb";
  std::ofstream(path) << text.str();
  return path;
}

struct PolicyFile {
  testing::TempDir dir;
  std::string path = PolicyWith(dir, kRules);
};

class DutyTest : private PolicyFile, public DeadlineTest {
 protected:
  DutyTest() : DeadlineTest({.policy = path, .calendars = "", .calendar_years = {}}) {}

  const std::string lead_ = "districts/120110/leads/" + Uuid(30);
  const std::string zhujian_ = "districts/120110/departments/zhujian";

  common::v1::DutyFacts Facts(const std::string& variant) {
    common::v1::DutyFacts facts;
    facts.set_subject(lead_);
    facts.set_title("举报：安全出口锁闭");
    facts.set_handling_officer(li_);
    facts.set_variant(variant);
    return facts;
  }

  // The hazard service says so now.
  template <typename Event>
  void Say(const common::v1::DutyFacts& facts) {
    Event event;
    *event.mutable_duty() = facts;
    Emit(facts.subject(), ++said_, event);
    system_.Settle();
  }

  template <typename Event>
  Event Last() {
    Event last;
    for (const auto& envelope : Events()) {
      if (envelope.type() == Event::descriptor()->full_name()) {
        EXPECT_TRUE(last.ParseFromString(envelope.payload()));
      }
    }
    return last;
  }

 private:
  int64_t said_ = 0;
};

TEST_F(DutyTest, AnEventThatNobodyKnowsStartsAndMeetsAClockByThePolicyAlone) {
  common::v1::DutyFacts facts = Facts("URGENT");
  facts.set_venue(venue_);
  facts.add_findings(Finding(77));
  *facts.mutable_start_time() = rpc::ToTimestamp(At(2023, 1, 4, 7, 30));
  Say<sample::v1::DutyBegan>(facts);
  const v1::Clock clock = Running("sample_check");
  EXPECT_EQ(clock.subject(), lead_);
  EXPECT_EQ(clock.subject_title(), "举报：安全出口锁闭");
  EXPECT_EQ(clock.owner(), li_);
  EXPECT_EQ(clock.side(), v1::CLOCK_SIDE_AUTHORITY);
  EXPECT_EQ(clock.party(), "北方五金城𠮷（示例）");
  EXPECT_EQ(clock.street(), kStreet);
  EXPECT_THAT(clock.findings(), ElementsAre(Finding(77)));
  EXPECT_EQ(rpc::ToTime(clock.due_time()), At(2023, 1, 5, 7, 30));
  EXPECT_FALSE(clock.has_due_date());
  const auto started = Last<v1::ClockStarted>();
  EXPECT_THAT(started.hazards(), ElementsAre("举报：安全出口锁闭"));
  EXPECT_EQ(started.basis(), "示例第一条");
  system_.AdvanceTo(At(2023, 1, 5, 7));
  Say<sample::v1::DutyDone>(facts);
  EXPECT_THAT(RunningKinds(), IsEmpty());
  const auto met = Last<v1::ClockMet>();
  EXPECT_TRUE(met.in_time());
  EXPECT_EQ(met.margin_minutes(), 30);
  EXPECT_EQ(met.facts().kind(), "sample_check");
  EXPECT_EQ(met.facts().venue(), venue_);
  EXPECT_EQ(met.facts().subject_title(), "举报：安全出口锁闭");
  EXPECT_THAT(met.facts().findings(), ElementsAre(Finding(77)));
}

TEST_F(DutyTest, ADutyOfADepartmentNeedsNoVenueAndIsCancelledWithItsReason) {
  common::v1::DutyFacts facts = Facts("PLAIN");
  facts.set_owner(zhujian_);
  Say<sample::v1::DutyBegan>(facts);
  const v1::Clock clock = Running("sample_work");
  EXPECT_EQ(clock.owner(), zhujian_);
  EXPECT_EQ(clock.side(), v1::CLOCK_SIDE_DEPARTMENT);
  EXPECT_EQ(clock.venue(), "");
  Say<sample::v1::DutyBegan>(facts);  // it runs already
  Say<sample::v1::DutyDropped>(facts);
  EXPECT_THAT(EventTypesOf(clock.name()), ElementsAre("ClockStarted", "ClockCancelled"));
  EXPECT_EQ(Last<v1::ClockCancelled>().facts().owner(), zhujian_);
}

TEST_F(DutyTest, SuspendedDaysAreNotCountedAndNobodyIsLateMeanwhile) {
  common::v1::DutyFacts facts = Facts("PLAIN");
  facts.set_owner(zhujian_);
  Say<sample::v1::DutyBegan>(facts);  // Wednesday; due on Monday the 9th
  const v1::Clock clock = Running("sample_work");
  system_.AdvanceTo(At(2023, 1, 6));
  facts.set_title("检测鉴定");
  Say<sample::v1::DutyPaused>(facts);
  system_.AdvanceTo(At(2023, 1, 16));
  EXPECT_THAT(RunningKinds(), IsEmpty());
  EXPECT_THAT(RunningKinds("state = SUSPENDED"), ElementsAre("sample_work"));
  EXPECT_THAT(RunningKinds("overdue = true"), IsEmpty());
  Say<sample::v1::DutyContinued>(facts);
  const v1::Clock again = Running("sample_work");
  // One day was used up on the 5th; the 16th counts again.
  EXPECT_EQ(again.due_date().day(), 17);
  EXPECT_EQ(again.first_due_date().day(), 9);
  ASSERT_EQ(again.suspensions_size(), 1);
  EXPECT_EQ(again.suspensions(0).from_day().day(), 6);
  EXPECT_EQ(again.suspensions(0).to_day().day(), 15);
  EXPECT_EQ(again.suspensions(0).reason(), "检测鉴定");
  EXPECT_THAT(EventTypesOf(clock.name()),
              ElementsAre("ClockStarted", "ClockSuspended", "DueDateChanged"));
  EXPECT_EQ(Last<v1::DueDateChanged>().reason(), "RESUMED");
  v1::ExplainDeadlineRequest request;
  request.set_name(clock.name());
  ASSERT_OK_AND_ASSIGN(const auto explained,
                       Call<v1::DeadlineExplanation>(li(), "ExplainDeadline", request));
  EXPECT_EQ(explained.due_date().day(), 17);
  EXPECT_THAT(explained.days(2).remark(), HasSubstr("中止（检测鉴定）不计"));
}

TEST_F(DutyTest, ADutyMaySetAndMoveItsOwnDate) {
  common::v1::DutyFacts facts = Facts("DATED");
  *facts.mutable_due_date() = Date(2023, 1, 31);
  Say<sample::v1::DutyBegan>(facts);
  EXPECT_EQ(Running("sample_watch").due_date().day(), 31);
  EXPECT_EQ(Running("sample_watch").owner(), "districts/120110/posts/department-head");
  *facts.mutable_due_date() = Date(2023, 1, 20);
  Say<sample::v1::DutyMoved>(facts);
  const v1::Clock moved = Running("sample_watch");
  EXPECT_EQ(moved.due_date().day(), 20);
  EXPECT_EQ(moved.first_due_date().day(), 31);
  ASSERT_EQ(moved.changes_size(), 1);
  EXPECT_EQ(moved.changes(0).reason(), "DUTY_CHANGED");
}

TEST_F(DutyTest, ThePolicyIsRefusedWhenAnEventDoesNotExistOrCarriesNoDuty) {
  testing::TempDir dir;
  for (const auto& [type, mistake] :
       {std::pair("rectify.sample.v1.Nobody", "没有事件类型 rectify.sample.v1.Nobody"),
        std::pair("rectify.sample.v1.NothingToDo", "不带职责"),
        std::pair("rectify.deadline.v1.OrderServed", "不带职责")}) {
    const std::string path = PolicyWith(
        dir, absl::StrCat("clocks { kind: \"x\" title: \"x\" start_on_event: \"", type,
                          "\" met_on_event: \"", type,
                          "\" period { amount: 1 unit: PERIOD_UNIT_WORKDAYS basis: \"x\" "
                          "} owner: CLOCK_OWNER_CHIEF reminder_ladder: \"default\" }"));
    const auto policy = events::ReadPolicy(path);
    ASSERT_EQ(policy.status().code(), absl::StatusCode::kInvalidArgument) << type;
    EXPECT_THAT(std::string(policy.status().message()), HasSubstr(mistake));
  }
}

}  // namespace
}  // namespace rectify::deadline
