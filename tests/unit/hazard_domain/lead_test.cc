#include "services/hazard_findings/domain/lead.h"

#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/testing/status_matchers.h"

namespace rectify::hazard::domain {
namespace {

constexpr char kZhang[] = "districts/120110/officers/01850000-0000-7000-8000-000000000011";
constexpr char kHousing[] = "districts/120110/departments/zhujian";
constexpr char kVenue[] = "districts/120110/venues/01850000-0000-7000-8000-000000000001";
constexpr char kOtherVenue[] = "districts/120110/venues/01850000-0000-7000-8000-000000000002";

absl::Time OnDay(int day, int hour) {
  return absl::FromCivil(absl::CivilHour(2023, 2, day, hour), ChinaZone());
}

Lead Complaint() {
  Lead lead;
  lead.district = "120110";
  lead.id = "01850000-0000-7000-8000-0000000000aa";
  lead.source = LeadSource::kComplaint;
  lead.category = LeadCategory::kBlockedExitOrFacilityOff;
  lead.receive_time = OnDay(1, 20);
  return lead;
}

References KnownToLeads() {
  References references;
  references.officers[kZhang] = {kZhang,
                                 "张伟",
                                 absl::CivilDay(2020, 1, 1),
                                 absl::CivilDay(2024, 12, 31),
                                 absl::CivilDay(2019, 6, 1),
                                 std::nullopt};
  references.departments[kHousing] = {kHousing, "区住房和建设委员会"};
  return references;
}

Lead Accepted(Lead lead) {
  return *AcceptLead(std::move(lead), kZhang, KnownToLeads(), OnDay(2, 9));
}

TEST(LeadTest, AComplaintBindsFromItsReceipt) {
  Lead lead = Complaint();
  EXPECT_EQ(DutyVariant(lead), "URGENT_24H");
  EXPECT_EQ(DutyStart(lead), OnDay(1, 20));
  lead = Accepted(lead);
  EXPECT_EQ(DutyStart(lead), OnDay(1, 20));
  lead.category = LeadCategory::kOther;
  EXPECT_EQ(DutyVariant(lead), "COMPLAINT_3WD");
}

TEST(LeadTest, AReportOfTheGridBindsFromItsAcceptance) {
  for (LeadSource source : {LeadSource::kGridWorker, LeadSource::kDepartment, LeadSource::kOther}) {
    Lead lead = Complaint();
    lead.source = source;
    EXPECT_EQ(DutyVariant(lead), "REPORT");
    lead = Accepted(lead);
    EXPECT_EQ(DutyVariant(lead), "URGENT_24H");
    EXPECT_EQ(DutyStart(lead), OnDay(2, 9));
  }
}

TEST(LeadTest, AnotherOfficerTakesItOverWithoutGainingTime) {
  const Lead first = Accepted(Complaint());
  const auto second = AcceptLead(first, kZhang, KnownToLeads(), OnDay(3, 9));
  ASSERT_OK(second);
  EXPECT_EQ(second->accept_time, OnDay(2, 9));
  EXPECT_EQ(second->version, 3);
}

TEST(LeadTest, OnlyAQualifiedOfficerVerifies) {
  References references = KnownToLeads();
  references.officers[kZhang].certificate_end = absl::CivilDay(2023, 2, 1);
  const auto lead = AcceptLead(Complaint(), kZhang, references, OnDay(2, 9));
  EXPECT_EQ(ReasonOf(lead.status()), "OFFICER_NOT_QUALIFIED");
}

TEST(LeadTest, AConfirmedLeadNeedsAnInspectionOfItsVenueAfterItsReceipt) {
  Lead lead = Accepted(Complaint());
  lead.venue = kVenue;
  const auto verify = [&](const std::optional<VerifyingInspection>& inspection) {
    return VerifyLead(lead, LeadOutcome::kConfirmed, inspection, "属实", OnDay(2, 12)).status();
  };
  EXPECT_EQ(ReasonOf(verify(std::nullopt)), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(verify(VerifyingInspection{"i", kOtherVenue, OnDay(2, 10)})), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(verify(VerifyingInspection{"i", kVenue, OnDay(1, 10)})), "INVALID_FIELD");
  EXPECT_OK(verify(VerifyingInspection{"i", kVenue, OnDay(2, 10)}));
}

TEST(LeadTest, ALeadWithoutVenueLearnsItFromTheInspection) {
  const auto lead =
      VerifyLead(Accepted(Complaint()), LeadOutcome::kConfirmed,
                 VerifyingInspection{"i", kVenue, OnDay(2, 10)}, "属实", OnDay(2, 12));
  ASSERT_OK(lead);
  EXPECT_EQ(lead->venue, kVenue);
}

TEST(LeadTest, NothingFoundNeedsNoInspection) {
  EXPECT_OK(VerifyLead(Accepted(Complaint()), LeadOutcome::kNotConfirmed, std::nullopt, "不属实",
                       OnDay(2, 12)));
}

TEST(LeadTest, VerbsStartOnlyFromTheirStates) {
  const Lead received = Complaint();
  const Lead accepted = Accepted(received);
  const Lead verified =
      *VerifyLead(accepted, LeadOutcome::kNotConfirmed, std::nullopt, "不属实", OnDay(2, 12));
  const Lead closed = *ReplyLead(verified, ReplyResult::kTold, "已电话告知", OnDay(2, 15));
  const Lead refused = *RefuseLead(received, "不属消防职责", OnDay(2, 9));
  const Lead transferred =
      *TransferLead(accepted, kHousing, "属住建职责", KnownToLeads(), OnDay(2, 9));
  struct Row {
    Lead lead;
    bool accept, refuse, transfer, verify, reply;
  };
  for (const Row& row : {Row{received, true, true, true, false, false},
                         Row{accepted, true, false, true, true, false},
                         Row{verified, false, false, false, false, true},
                         Row{closed, false, false, false, false, false},
                         Row{refused, false, false, false, false, false},
                         Row{transferred, false, false, false, false, false}}) {
    const auto allowed = [](const absl::StatusOr<Lead>& result) {
      EXPECT_EQ(ReasonOf(result.status()), result.ok() ? "" : "LEAD_STATE");
      return result.ok();
    };
    const absl::Time now = OnDay(3, 9);
    EXPECT_EQ(allowed(AcceptLead(row.lead, kZhang, KnownToLeads(), now)), row.accept);
    EXPECT_EQ(allowed(RefuseLead(row.lead, "理由", now)), row.refuse);
    EXPECT_EQ(allowed(TransferLead(row.lead, kHousing, "理由", KnownToLeads(), now)), row.transfer);
    EXPECT_EQ(
        allowed(VerifyLead(row.lead, LeadOutcome::kNotConfirmed, std::nullopt, "不属实", now)),
        row.verify);
    EXPECT_EQ(allowed(ReplyLead(row.lead, ReplyResult::kNotPossible, "匿名", now)), row.reply);
  }
}

TEST(LeadTest, TheFutureAndOtherDistrictsAreRefused) {
  Lead lead = Complaint();
  EXPECT_EQ(ReasonOf(CheckNewLead(lead, {}, OnDay(1, 19))), "IN_THE_FUTURE");
  lead.venue = "districts/120111/venues/01850000-0000-7000-8000-000000000001";
  EXPECT_EQ(ReasonOf(CheckNewLead(lead, {}, OnDay(1, 21))), "INVALID_FIELD");
  lead.venue = kVenue;
  EXPECT_EQ(ReasonOf(CheckNewLead(lead, {}, OnDay(1, 21))), "NOT_FOUND");
}

}  // namespace
}  // namespace rectify::hazard::domain
