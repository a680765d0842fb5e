// A complaint binds from its receipt, a report of the grid from its acceptance.
#include "absl/strings/str_cat.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/lead_service.pb.h"
#include "tests/integration/hazard_duties/fixture.h"

namespace rectify::hazard {
namespace {

using deadline::v1::Clock;

class LeadClockTest : public DutiesTest {
 protected:
  explicit LeadClockTest(absl::Time start = At(2026, 2, 15, 20, 30)) : DutiesTest(start) {}

  template <typename Request>
  v1::Lead Do(rpc::Client& client, const std::string& method, const Request& request) {
    const auto lead =
        client.Unary<v1::Lead>(absl::StrCat("rectify.hazard.v1.Leads.", method), request);
    EXPECT_OK(lead);
    return lead.value_or(v1::Lead());
  }

  v1::Lead Create(v1::Lead::Source source, v1::Lead::Category category) {
    v1::CreateLeadRequest request;
    request.set_parent(kParent);
    request.mutable_lead()->set_source(source);
    request.mutable_lead()->set_category(category);
    request.mutable_lead()->set_text("安全出口锁闭（示例）");
    request.mutable_lead()->set_place("示例路1号");
    request.mutable_lead()->set_venue(venue_);
    return Do(system_.As("hazard", "users/registrar", {"REGISTRAR"}), "CreateLead", request);
  }
  void Accept(const v1::Lead& lead, const std::string& officer) {
    v1::AcceptLeadRequest request;
    request.set_name(lead.name());
    request.set_officer(officer);
    Do(Head(), "AcceptLead", request);
  }
  void Verify(const v1::Lead& lead) {
    v1::VerifyLeadRequest request;
    request.set_name(lead.name());
    request.set_outcome(v1::Lead::OUTCOME_NOT_CONFIRMED);
    request.set_text("现场核查不属实");
    Do(Zhang(), "VerifyLead", request);
  }
};

TEST_F(LeadClockTest, AComplaintOfABlockedExitIsDue24HoursAfterItsReceiptAlsoOnAHoliday) {
  const v1::Lead lead =
      Create(v1::Lead::SOURCE_COMPLAINT, v1::Lead::CATEGORY_BLOCKED_EXIT_OR_FACILITY_OFF);
  Clock clock = Running(lead.name(), "lead_verify_urgent");
  EXPECT_EQ(rpc::ToTime(clock.due_time()), At(2026, 2, 16, 20, 30));
  EXPECT_EQ(clock.owner(), kHeadPost);
  EXPECT_EQ(clock.side(), deadline::v1::CLOCK_SIDE_AUTHORITY);

  // Whoever gets it later gains no time.
  system_.AdvanceTo(At(2026, 2, 15, 23));
  Accept(lead, zhang_);
  EXPECT_TRUE(Last(lead.name(), "lead_triage").met_in_time());
  clock = Running(lead.name(), "lead_verify_urgent");
  EXPECT_EQ(clock.owner(), zhang_);
  EXPECT_EQ(rpc::ToTime(clock.due_time()), At(2026, 2, 16, 20, 30));

  system_.AdvanceTo(At(2026, 2, 16, 20));
  Verify(lead);
  clock = Last(lead.name(), "lead_verify_urgent");
  EXPECT_EQ(clock.state(), Clock::STATE_MET);
  EXPECT_TRUE(clock.met_in_time());
  EXPECT_EQ(Running(lead.name(), "lead_reply").owner(), zhang_);
}

TEST_F(LeadClockTest, WhatIsVerifiedAfterTheHourIsLate) {
  const v1::Lead lead =
      Create(v1::Lead::SOURCE_COMPLAINT, v1::Lead::CATEGORY_BLOCKED_EXIT_OR_FACILITY_OFF);
  Accept(lead, zhang_);
  system_.AdvanceTo(At(2026, 2, 16, 20, 31));
  EXPECT_TRUE(Running(lead.name(), "lead_verify_urgent").overdue());
  Verify(lead);
  EXPECT_FALSE(Last(lead.name(), "lead_verify_urgent").met_in_time());
}

TEST_F(LeadClockTest, AnotherOfficerTakesTheClockOver) {
  const v1::Lead lead =
      Create(v1::Lead::SOURCE_COMPLAINT, v1::Lead::CATEGORY_BLOCKED_EXIT_OR_FACILITY_OFF);
  Accept(lead, li_);
  Accept(lead, zhang_);
  EXPECT_EQ(Running(lead.name(), "lead_verify_urgent").owner(), zhang_);
}

class GridClockTest : public LeadClockTest {
 protected:
  // The Wednesday before the National Day of 2023.
  GridClockTest() : LeadClockTest(At(2023, 9, 27, 9)) {}
};

TEST_F(GridClockTest, AReportOfTheGridStartsNoStatutoryClockBeforeItsAcceptance) {
  const v1::Lead lead = Create(v1::Lead::SOURCE_GRID_WORKER, v1::Lead::CATEGORY_OTHER);
  ASSERT_EQ(Clocks(lead.name()).size(), 1u);
  EXPECT_EQ(Running(lead.name(), "lead_triage").owner(), kHeadPost);
  system_.AdvanceTo(At(2023, 9, 28, 9));
  Accept(lead, zhang_);
  // 29 September to 6 October are days off; 7 and 8 October are worked.
  const Clock clock = Running(lead.name(), "lead_verify");
  EXPECT_EQ(rpc::ToCivilDay(clock.due_date()), absl::CivilDay(2023, 10, 9));
  EXPECT_EQ(clock.owner(), zhang_);
}

TEST_F(GridClockTest, ARefusedLeadLeavesNoClock) {
  const v1::Lead lead = Create(v1::Lead::SOURCE_COMPLAINT, v1::Lead::CATEGORY_OTHER);
  EXPECT_EQ(rpc::ToCivilDay(Running(lead.name(), "lead_verify").due_date()),
            absl::CivilDay(2023, 10, 8));
  v1::RefuseLeadRequest request;
  request.set_name(lead.name());
  request.set_reason("不属于消防救援机构职责（示例）");
  Do(Head(), "RefuseLead", request);
  for (const Clock& clock : Clocks(lead.name())) EXPECT_EQ(clock.state(), Clock::STATE_MET);
}

}  // namespace
}  // namespace rectify::hazard
