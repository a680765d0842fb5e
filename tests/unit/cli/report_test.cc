// The year's report as statements about hand-made events.
#include "gmock/gmock.h"
#include "libs/base/clock.h"
#include "libs/rpc/convert.h"
#include "libs/testing/status_matchers.h"
#include "rectify/deadline/v1/deadline_events.pb.h"
#include "rectify/followup/v1/visit.pb.h"
#include "rectify/hazard/v1/department_task_events.pb.h"
#include "rectify/hazard/v1/hazard_events.pb.h"
#include "rectify/hazard/v1/lead_events.pb.h"
#include "rectify/hazard/v1/self_inspection_events.pb.h"
#include "rectify/reminder/v1/reminder.pb.h"
#include "rectify/venue/v1/venue_events.pb.h"
#include "services/cli/report/figures.h"
#include "services/cli/report/fold.h"
#include "services/cli/report/render.h"

namespace rectify::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kDistrict[] = "districts/120110/";
constexpr auto kAuthority = deadline::v1::CLOCK_SIDE_AUTHORITY;
constexpr auto kVenue = deadline::v1::CLOCK_SIDE_VENUE;
constexpr auto kDepartment = deadline::v1::CLOCK_SIDE_DEPARTMENT;

std::string Name(const std::string& rest) { return kDistrict + rest; }

absl::Time Midnight(int year, int month, int day) {
  return StartOfDay(absl::CivilDay(year, month, day));
}

absl::Time At(int month, int day) { return Midnight(2023, month, day) + absl::Hours(10); }

class ReportTest : public ::testing::Test {
 protected:
  template <typename Payload>
  void Happens(absl::Time at, const Payload& payload) {
    event::v1::EventEnvelope event;
    event.set_type(Payload::descriptor()->full_name());
    event.set_payload(payload.SerializeAsString());
    *event.mutable_occur_time() = rpc::ToTimestamp(at);
    EXPECT_OK(Fold(event, facts_));
  }

  void HasVenue(const std::string& id, venue::v1::VenueClass venue_class,
                const std::string& street) {
    venue::v1::VenueRegistered event;
    event.mutable_venue()->set_name(Name("venues/" + id));
    event.mutable_venue()->set_venue_class(venue_class);
    event.mutable_venue()->set_street(Name("streets/" + street));
    Happens(At(1, 1), event);
  }

  void HasStreet(const std::string& code, const std::string& label) {
    venue::v1::StreetUpdated event;
    event.set_name(Name("streets/" + code));
    event.set_display_name(label);
    Happens(At(1, 1), event);
  }

  void IsFound(const std::string& id, const std::string& venue, absl::Time at,
               hazard::v1::Disposition disposition = hazard::v1::DISPOSITION_ORDER) {
    hazard::v1::FindingRecorded event;
    event.mutable_finding()->set_finding(Name("findings/" + id));
    event.mutable_finding()->set_disposition(disposition);
    event.set_venue(Name("venues/" + venue));
    Happens(at, event);
  }

  void IsOrdered(const std::string& finding, absl::Time at) {
    hazard::v1::FindingOrdered event;
    event.set_finding(Name("findings/" + finding));
    Happens(at, event);
    Starts("correction_term", finding, kVenue, at);
  }

  // A clock named by its kind and finding.
  void Starts(const std::string& kind, const std::string& finding, deadline::v1::ClockSide side,
              absl::Time at) {
    deadline::v1::ClockStarted event;
    event.set_clock(Name("clocks/" + kind + "-" + finding));
    event.set_kind(kind);
    event.set_title(kind);
    event.set_side(side);
    event.add_findings(Name("findings/" + finding));
    Happens(at, event);
  }

  void IsMet(const std::string& kind, const std::string& finding, bool in_time) {
    deadline::v1::ClockMet event;
    event.set_clock(Name("clocks/" + kind + "-" + finding));
    event.set_in_time(in_time);
    Happens(At(6, 1), event);
  }

  void IsOverdue(const std::string& kind, const std::string& finding) {
    deadline::v1::ClockOverdue event;
    event.set_clock(Name("clocks/" + kind + "-" + finding));
    Happens(At(5, 1), event);
  }

  std::vector<std::string> RecordsBehind(const std::string& key) {
    const YearFigures figures = ComputeFigures(facts_, 2023, absl::CivilDay(2023, 12, 31));
    absl::StatusOr<Records> records = RecordsOf(figures, key);
    EXPECT_OK(records.status());
    std::vector<std::string> ids;
    for (const std::string& name : *records) ids.push_back(name.substr(name.rfind('/') + 1));
    return ids;
  }

  Facts facts_;
};

TEST_F(ReportTest, AFindingIsCountedByItsVenuesClassAndStreetAndByItsMonth) {
  HasStreet("120110003", "万新街道");
  HasVenue("a", venue::v1::VENUE_CLASS_CROWDED, "120110003");
  IsFound("f1", "a", At(3, 7));
  EXPECT_THAT(RecordsBehind("class/CROWDED/found"), ElementsAre("f1"));
  EXPECT_THAT(RecordsBehind("class/SENSITIVE/found"), IsEmpty());
  EXPECT_THAT(RecordsBehind("street/120110003/found"), ElementsAre("f1"));
  EXPECT_THAT(RecordsBehind("month/3/found"), ElementsAre("f1"));
  EXPECT_THAT(RecordsBehind("month/4/found"), IsEmpty());
}

TEST_F(ReportTest, TheTermClockDecidesWhetherAFindingWasRectifiedInTimeOrLateOrIsOverdue) {
  HasVenue("a", venue::v1::VENUE_CLASS_CROWDED, "1");
  for (const char* id : {"in_time", "late", "overdue", "running"}) {
    IsFound(id, "a", At(2, 1));
    IsOrdered(id, At(2, 2));
  }
  IsMet("correction_term", "in_time", true);
  IsOverdue("correction_term", "late");
  IsMet("correction_term", "late", false);
  IsOverdue("correction_term", "overdue");
  EXPECT_THAT(RecordsBehind("class/CROWDED/ordered"),
              ElementsAre("in_time", "late", "overdue", "running"));
  for (const char* id : {"in_time", "late", "overdue", "running"}) {
    EXPECT_THAT(RecordsBehind(std::string("class/CROWDED/") + id), ElementsAre(id));
  }
}

TEST_F(ReportTest, AFailedRecheckAfterTheTermOrAPenaltyIsAnEscalation) {
  HasVenue("a", venue::v1::VENUE_CLASS_CROWDED, "1");
  for (const char* id : {"f1", "f2", "f3"}) IsFound(id, "a", At(2, 1));
  Starts("next_instrument", "f1", kAuthority, At(3, 1));
  deadline::v1::OrderDrafted drafted;
  drafted.set_order(Name("orders/o2"));
  drafted.add_findings(Name("findings/f2"));
  Happens(At(2, 1), drafted);
  deadline::v1::PenaltyRecorded penalty;
  penalty.set_order(Name("orders/o2"));
  penalty.set_venue(Name("venues/a"));
  Happens(At(4, 1), penalty);
  EXPECT_THAT(RecordsBehind("class/CROWDED/escalated"), ElementsAre("f1", "f2"));
  EXPECT_THAT(RecordsBehind("total/venues_penalised/count"), ElementsAre("a"));
}

TEST_F(ReportTest, BothSidesClocksAreToldApartByWhoMustAct) {
  Starts("correction_term", "f1", kVenue, At(2, 1));
  Starts("recheck", "f1", kAuthority, At(2, 1));
  Starts("transfer", "f2", kDepartment, At(2, 1));
  IsMet("recheck", "f1", false);
  EXPECT_THAT(RecordsBehind("clocks/venue:correction_term/running"),
              ElementsAre("correction_term-f1"));
  EXPECT_THAT(RecordsBehind("clocks/authority:/late"), ElementsAre("recheck-f1"));
  EXPECT_THAT(RecordsBehind("clocks/department:/started"), ElementsAre("transfer-f2"));
}

TEST_F(ReportTest, AnInspectionIsSortedByWhyItTookPlace) {
  hazard::v1::InspectionRecorded event;
  event.set_inspection(Name("inspections/i1"));
  event.set_kind(hazard::v1::INSPECTION_KIND_CAMPAIGN);
  *event.mutable_inspect_time() = rpc::ToTimestamp(At(3, 1));
  event.add_findings()->set_finding(Name("findings/f1"));
  Happens(At(3, 1), event);
  event.set_inspection(Name("inspections/i2"));
  event.clear_kind();
  event.clear_findings();
  Happens(At(3, 1), event);
  EXPECT_THAT(RecordsBehind("inspections/CAMPAIGN/count"), ElementsAre("i1"));
  EXPECT_THAT(RecordsBehind("inspections/CAMPAIGN/findings"), ElementsAre("f1"));
  EXPECT_THAT(RecordsBehind("inspections/ROUTINE/count"), ElementsAre("i2"));
  EXPECT_THAT(RecordsBehind("inspections/all/with_findings"), ElementsAre("i1"));
}

TEST_F(ReportTest, ASelfInspectionAndATaskStandUnderTheirCampaign) {
  hazard::v1::SelfInspectionReported reported;
  hazard::v1::SelfInspectionFacts& inspection = *reported.mutable_self_inspection();
  inspection.set_self_inspection(Name("selfInspections/s1"));
  inspection.set_campaign(Name("campaigns/four-class"));
  inspection.set_target_class("RJ");
  inspection.set_state(hazard::v1::SelfInspection::STATE_REPORTED);
  inspection.set_problem_count(1);
  Happens(At(6, 1), reported);
  hazard::v1::DepartmentTaskAccepted accepted;
  accepted.mutable_task()->set_task(Name("departmentTasks/t1"));
  accepted.mutable_task()->set_campaign(Name("campaigns/high-rise"));
  accepted.mutable_task()->set_department(Name("departments/zhujian"));
  accepted.mutable_task()->set_state(hazard::v1::DepartmentTask::STATE_ACCEPTED);
  Happens(At(6, 2), accepted);
  EXPECT_THAT(RecordsBehind("self_inspections/four-class:RJ/reported"), ElementsAre("s1"));
  EXPECT_THAT(RecordsBehind("self_inspections/four-class:RJ/problems"), ElementsAre("s1"));
  EXPECT_THAT(RecordsBehind("self_inspections/all/confirmed"), IsEmpty());
  EXPECT_THAT(RecordsBehind("tasks/high-rise:zhujian/accepted"), ElementsAre("t1"));
  EXPECT_THAT(RecordsBehind("tasks/high-rise:zhujian/reported"), IsEmpty());
}

TEST_F(ReportTest, ALeadIsSortedByItsSourceAndByWhatBecameOfIt) {
  hazard::v1::LeadVerified verified;
  verified.mutable_lead()->set_lead(Name("leads/l1"));
  verified.mutable_lead()->set_source(hazard::v1::Lead::SOURCE_COMPLAINT);
  verified.mutable_lead()->set_state(hazard::v1::Lead::STATE_VERIFIED);
  *verified.mutable_lead()->mutable_receive_time() = rpc::ToTimestamp(At(3, 1));
  verified.set_outcome(hazard::v1::Lead::OUTCOME_CONFIRMED);
  Happens(At(3, 2), verified);
  hazard::v1::LeadReplied replied;
  *replied.mutable_lead() = verified.lead();
  replied.mutable_lead()->set_state(hazard::v1::Lead::STATE_CLOSED);
  Happens(At(3, 3), replied);
  EXPECT_THAT(RecordsBehind("leads/COMPLAINT/received"), ElementsAre("l1"));
  EXPECT_THAT(RecordsBehind("leads/COMPLAINT/confirmed"), ElementsAre("l1"));
  EXPECT_THAT(RecordsBehind("leads/COMPLAINT/replied"), ElementsAre("l1"));
  EXPECT_THAT(RecordsBehind("leads/GRID_WORKER/received"), IsEmpty());
}

TEST_F(ReportTest, DrawsAndVisitsAreThereForTheCommitteeOnly) {
  EXPECT_EQ(
      RecordsOf(ComputeFigures(facts_, 2023, absl::CivilDay(2023, 12, 31)), "visits/2023Q1/done")
          .status()
          .code(),
      absl::StatusCode::kNotFound);
  CommitteeFacts& committee = facts_.committee.emplace();
  committee.draws["d1"] = {"2023Q1", false, At(3, 20)};
  committee.draws["d2"] = {"2023Q1", true, At(3, 19)};
  committee.visits["v1"] = {"d1", followup::v1::Visit::STATE_DONE};
  committee.visits["v2"] = {"d1", followup::v1::Visit::STATE_PLANNED};
  EXPECT_THAT(RecordsBehind("visits/2023Q1/draws"), ElementsAre("d1"));
  EXPECT_THAT(RecordsBehind("visits/2023Q1/drawn"), ElementsAre("v1", "v2"));
  EXPECT_THAT(RecordsBehind("visits/2023Q1/done"), ElementsAre("v1"));
  EXPECT_THAT(RecordsBehind("visits/2023Q2/drawn"), IsEmpty());
}

TEST_F(ReportTest, AnotherYearsFindingsClocksAndRemindersAreNotThisYears) {
  IsFound("f1", "a", Midnight(2022, 12, 31));
  IsFound("f2", "a", Midnight(2024, 1, 1));
  Starts("recheck", "f1", kAuthority, Midnight(2022, 12, 31));
  facts_.reminders[Name("reminders/r1")] = {reminder::v1::Reminder::STATE_SENT,
                                            Midnight(2024, 1, 1)};
  EXPECT_THAT(RecordsBehind("total/findings/count"), IsEmpty());
  EXPECT_THAT(RecordsBehind("clocks/all/started"), IsEmpty());
  EXPECT_THAT(RecordsBehind("reminders/all/count"), IsEmpty());
}

TEST_F(ReportTest, ASumNamesWhatItsRowsName) {
  HasVenue("a", venue::v1::VENUE_CLASS_CROWDED, "1");
  HasVenue("b", venue::v1::VENUE_CLASS_SENSITIVE, "1");
  IsFound("f1", "a", At(2, 1));
  IsFound("f2", "b", At(2, 1));
  EXPECT_THAT(RecordsBehind("class/all/found"), ElementsAre("f1", "f2"));
}

TEST_F(ReportTest, AFindingWhoseVenueIsNotKnownIsNotLost) {
  IsFound("f1", "nowhere", At(2, 1));
  EXPECT_THAT(RecordsBehind("class/UNSPECIFIED/found"), ElementsAre("f1"));
}

TEST_F(ReportTest, AMonthThatHasNotBegunHasNoRow) {
  const YearFigures figures = ComputeFigures(facts_, 2023, absl::CivilDay(2023, 6, 30));
  EXPECT_OK(RecordsOf(figures, "month/6/found").status());
  EXPECT_EQ(RecordsOf(figures, "month/7/found").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ReportTest, AWrongKeySaysWhatThereIs) {
  const YearFigures figures = ComputeFigures(facts_, 2023, absl::CivilDay(2023, 12, 31));
  EXPECT_THAT(std::string(RecordsOf(figures, "class/CROWDED/fund").status().message()),
              HasSubstr("found"));
  EXPECT_EQ(RecordsOf(figures, "class").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ReportTest, EveryNumberThatIsPrintedIsTheSizeOfItsRecords) {
  HasVenue("a", venue::v1::VENUE_CLASS_CROWDED, "1");
  IsFound("f1", "a", At(2, 1));
  IsOrdered("f1", At(2, 2));
  const YearFigures figures = ComputeFigures(facts_, 2023, absl::CivilDay(2023, 12, 31));
  const auto json = ReportJson(figures, facts_);
  for (const auto& [section, rows] : json["sections"].items()) {
    for (const auto& [row, cells] : rows.items()) {
      for (const auto& [column, number] : cells.items()) {
        if (column == "label") continue;
        absl::StatusOr<Records> records = RecordsOf(figures, section + "/" + row + "/" + column);
        ASSERT_OK(records.status());
        EXPECT_EQ(number.get<size_t>(), records->size());
      }
    }
  }
}

TEST_F(ReportTest, APayloadThatIsNotItsTypeIsAnError) {
  event::v1::EventEnvelope event;
  event.set_type("rectify.hazard.v1.FindingRecorded");
  event.set_payload("\xff");
  EXPECT_EQ(Fold(event, facts_).code(), absl::StatusCode::kDataLoss);
}

TEST_F(ReportTest, AnUnknownTypeSaysNothing) {
  event::v1::EventEnvelope event;
  event.set_type("rectify.venue.v1.Tomorrow");
  EXPECT_OK(Fold(event, facts_));
}

}  // namespace
}  // namespace rectify::cli
