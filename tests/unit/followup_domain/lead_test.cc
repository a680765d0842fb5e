// Problem leads: the month for the proposal, the four disposals and the four forms.
#include "services/followup_visits/domain/lead.h"

#include "tests/unit/followup_domain/samples.h"

namespace rectify::followup::domain {
namespace {

using ::absl::StatusCode;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;

constexpr absl::CivilDay kReceived(2023, 3, 20);

Lead SampleLead() {
  Lead lead;
  lead.district = "120110";
  lead.id = Id(1);
  lead.source = LeadSource::kPetition;
  lead.receive_date = absl::CivilDay(2023, 3, 1);
  return *RegisterLead(lead, kReceived);
}

TEST(LeadTest, TheProposalIsDueOneMonthAfterReceipt) {
  EXPECT_EQ(ProposalDueDate(absl::CivilDay(2023, 3, 1)), absl::CivilDay(2023, 4, 1));
  EXPECT_EQ(ProposalDueDate(absl::CivilDay(2023, 1, 31)), absl::CivilDay(2023, 2, 28));
  EXPECT_EQ(ProposalDueDate(absl::CivilDay(2024, 1, 30)), absl::CivilDay(2024, 2, 29));
  EXPECT_EQ(ProposalDueDate(absl::CivilDay(2023, 12, 15)), absl::CivilDay(2024, 1, 15));
  EXPECT_FALSE(SampleLead().OverdueOn(absl::CivilDay(2023, 4, 1)));
  EXPECT_TRUE(SampleLead().OverdueOn(absl::CivilDay(2023, 4, 2)));
}

TEST(LeadTest, ALateProposalStaysLateAndATimelyOneTimely) {
  const absl::Time in_time = StartOfDay(absl::CivilDay(2023, 4, 1)) + absl::Hours(23);
  ASSERT_OK_AND_ASSIGN(const Lead timely, Dispose(SampleLead(), Disposal::kInquiry, "", in_time));
  EXPECT_FALSE(timely.OverdueOn(absl::CivilDay(2024, 1, 1)));
  ASSERT_OK_AND_ASSIGN(const Lead late,
                       Dispose(SampleLead(), Disposal::kInquiry, "", in_time + absl::Hours(2)));
  EXPECT_TRUE(late.OverdueOn(absl::CivilDay(2024, 1, 1)));
}

TEST(LeadTest, AHeldLeadIsTakenUpAgainAndNotConcluded) {
  ASSERT_OK_AND_ASSIGN(Lead lead, Dispose(SampleLead(), Disposal::kHeld, "暂无线索", SampleTime()));
  EXPECT_THAT(Conclude(lead, Outcome::kUnfounded, ""),
              StatusIs(StatusCode::kFailedPrecondition, "PROBLEM_LEAD_STATE"));
  ASSERT_OK_AND_ASSIGN(lead, Dispose(lead, Disposal::kVerification, "新材料", SampleTime()));
  EXPECT_THAT(Dispose(lead, Disposal::kInquiry, "", SampleTime()),
              StatusIs(StatusCode::kFailedPrecondition, "PROBLEM_LEAD_STATE"));
  ASSERT_OK_AND_ASSIGN(lead, Conclude(lead, Outcome::kSecondForm, "党内警告"));
  EXPECT_EQ(lead.state, LeadState::kConcluded);
  EXPECT_EQ(lead.version, 4);
}

TEST(LeadTest, AClosedLeadEndsAtMostWithTheFirstForm) {
  ASSERT_OK_AND_ASSIGN(const Lead lead, Dispose(SampleLead(), Disposal::kClosed, "", SampleTime()));
  EXPECT_THAT(Conclude(lead, Outcome::kThirdForm, ""), HasViolation("outcome"));
  EXPECT_OK(Conclude(lead, Outcome::kFirstForm, ""));
}

TEST(LeadTest, RefusesWhatCannotHaveBeenReceived) {
  Lead lead = SampleLead();
  lead.receive_date = kReceived + 1;
  EXPECT_THAT(RegisterLead(lead, kReceived),
              StatusIs(StatusCode::kInvalidArgument, "IN_THE_FUTURE"));
  lead = SampleLead();
  lead.source = LeadSource::kVisit;
  EXPECT_THAT(RegisterLead(lead, kReceived), HasViolation("lead.visit"));
}

TEST(LeadTest, AReferralIsReceivedOnce) {
  Referral referral;
  ASSERT_OK_AND_ASSIGN(referral, Receive(referral, "支队党委 2023-03-20 签收", SampleTime()));
  EXPECT_THAT(Receive(referral, "再次", SampleTime()),
              StatusIs(StatusCode::kFailedPrecondition, "PROBLEM_LEAD_STATE"));
}

}  // namespace
}  // namespace rectify::followup::domain
