// Two venues that turned out to be one: what was recorded stays, what comes is of the one that goes
// on.
#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "libs/base/error.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/hazard_events.pb.h"
#include "rectify/hazard/v1/lead_service.pb.h"
#include "rectify/hazard/v1/major_hazard_service.pb.h"
#include "tests/integration/hazard/fixture.h"

namespace rectify::hazard {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// kVenue goes on.
constexpr char kGone[] = "districts/120110/venues/01850000-0000-7000-8000-000000000002";
constexpr char kFirst[] = "districts/120110/venues/01850000-0000-7000-8000-000000000003";

class VenueMergeTest : public HazardTest {
 protected:
  VenueMergeTest() {
    registry_.Announce(Other(kGone));
    registry_.Announce(Other(kFirst));
    system_.Settle();
  }

  venue::v1::Venue Other(const char* name) const {
    venue::v1::Venue venue = SampleVenue();
    venue.set_name(name);
    venue.set_display_name("北方五金市场");
    return venue;
  }
  void Merge(const char* source = kGone, const char* target = kVenue) {
    venue::v1::Venue merged = Other(source);
    merged.set_etag("\"2\"");
    registry_.AnnounceMerge(merged, Other(target));
    system_.Settle();
  }

  // With one finding, `days` ago.
  v1::Inspection Inspect(const std::string& venue, int days = 0, const std::string& lead = "",
                         const std::string& code = "B02") {
    v1::RecordInspectionRequest request = Sample();
    v1::Inspection& inspection = *request.mutable_inspection();
    inspection.set_venue(venue);
    *inspection.mutable_inspect_time() =
        rpc::ToTimestamp(system_.clock().Now() - absl::Hours(24 * days));
    if (!lead.empty()) {
      inspection.set_kind(v1::INSPECTION_KIND_COMPLAINT);
      inspection.set_lead(lead);
    }
    *inspection.add_findings() = Order(code);
    const auto recorded = Record(request);
    EXPECT_OK(recorded);
    return recorded.value_or(v1::Inspection());
  }

  // The venues of what the list shows of `venue`, newest first.
  std::vector<std::string> InspectedAs(const std::string& venue) {
    v1::ListInspectionsRequest request;
    request.set_parent("districts/120110");
    request.set_filter(absl::StrCat("venue = \"", venue, "\""));
    const auto page = Zhang().Unary<v1::ListInspectionsResponse>(
        "rectify.hazard.v1.HazardFindings.ListInspections", request);
    EXPECT_OK(page);
    std::vector<std::string> venues;
    for (const v1::Inspection& each : page->inspections()) venues.push_back(each.venue());
    return venues;
  }
  std::vector<std::string> FoundAs(const std::string& venue) {
    v1::ListFindingsRequest request;
    request.set_parent("districts/120110");
    request.set_filter(absl::StrCat("venue = \"", venue, "\""));
    const auto page = Zhang().Unary<v1::ListFindingsResponse>(
        "rectify.hazard.v1.HazardFindings.ListFindings", request);
    EXPECT_OK(page);
    std::vector<std::string> venues;
    for (const v1::Finding& each : page->findings()) venues.push_back(each.venue());
    return venues;
  }

  // How many findings of the venue point to a major hazard.
  size_t CountedFor(const std::string& venue) {
    v1::SuggestMajorHazardRequest request;
    request.set_parent("districts/120110");
    request.set_venue(venue);
    const auto response = Zhang().Unary<v1::SuggestMajorHazardResponse>(
        "rectify.hazard.v1.MajorHazards.SuggestMajorHazard", request);
    EXPECT_OK(response);
    std::set<std::string> findings;
    for (const auto& suggestion : response->suggestions()) {
      for (const auto& hit : suggestion.direct()) {
        findings.insert(hit.findings().begin(), hit.findings().end());
      }
    }
    return findings.size();
  }

  static v1::CreateLeadRequest Complaint() {
    v1::CreateLeadRequest request;
    request.set_parent("districts/120110");
    v1::Lead& lead = *request.mutable_lead();
    lead.set_source(v1::Lead::SOURCE_COMPLAINT);
    lead.set_external_id("12345-20230201-0001");
    lead.set_category(v1::Lead::CATEGORY_OTHER);
    lead.set_text("安全出口上锁");
    lead.set_place("示例路1号二层");
    lead.set_venue(kGone);
    return request;
  }
  template <typename Request>
  absl::StatusOr<v1::Lead> Do(const std::string& method, const Request& request) {
    return system_.As("hazard", "users/zhang", {"INSPECTOR", "DEPARTMENT_HEAD"}, {kZhang})
        .Unary<v1::Lead>(absl::StrCat("rectify.hazard.v1.Leads.", method), request);
  }
};

TEST_F(VenueMergeTest, WhatIsRecordedFromNowOnIsOfTheVenueThatGoesOn) {
  const v1::Inspection before = Inspect(kGone);
  Merge();
  const v1::Inspection after = Inspect(kGone);
  EXPECT_EQ(after.venue(), kVenue);
  EXPECT_EQ(after.findings(0).venue(), kVenue);
  v1::InspectionRecorded event;
  for (const event::v1::EventEnvelope& envelope : Events()) {
    if (envelope.type() == event.GetTypeName()) event.ParseFromString(envelope.payload());
  }
  EXPECT_EQ(event.venue(), kVenue);
  EXPECT_EQ(GetInspection(before.name())->venue(), kGone);
  EXPECT_EQ(GetFinding(before.findings(0).name())->venue(), kGone);
}

TEST_F(VenueMergeTest, EachNameFindsWhatWasRecordedUnderAny) {
  Inspect(kGone, 3);
  Inspect(kVenue, 2);
  EXPECT_THAT(InspectedAs(kVenue), ElementsAre(kVenue));
  EXPECT_THAT(InspectedAs(kGone), ElementsAre(kGone));
  Merge();
  Inspect(kGone, 1);
  for (const char* name : {kVenue, kGone}) {
    EXPECT_THAT(InspectedAs(name), ElementsAre(kVenue, kVenue, kGone)) << name;
    EXPECT_THAT(FoundAs(name), UnorderedElementsAre(kVenue, kVenue, kGone)) << name;
  }
  EXPECT_THAT(InspectedAs(kFirst), IsEmpty());
}

TEST_F(VenueMergeTest, AVenueThatIsMergedOnTakesItsFormerNamesAlong) {
  Inspect(kFirst);
  Merge(kFirst, kGone);
  EXPECT_EQ(Inspect(kFirst).venue(), kGone);
  Merge(kGone, kVenue);
  EXPECT_EQ(Inspect(kFirst).venue(), kVenue);
  EXPECT_THAT(InspectedAs(kVenue), UnorderedElementsAre(kVenue, kGone, kFirst));
}

TEST_F(VenueMergeTest, AHazardComesAgainAlsoUnderAnotherName) {
  const v1::Inspection before = Inspect(kGone, 10);
  Merge();
  const v1::Inspection after = Inspect(kVenue);
  EXPECT_EQ(after.findings(0).recurrence_of(), before.findings(0).name());
}

TEST_F(VenueMergeTest, TheOpenFindingsOfAllNamesCountForAMajorHazard) {
  for (const char* venue : {kGone, kVenue}) Inspect(venue, 0, "", "C01");
  EXPECT_EQ(CountedFor(kVenue), 1U);
  Merge();
  for (const char* venue : {kGone, kVenue}) EXPECT_EQ(CountedFor(venue), 2U) << venue;
}

TEST_F(VenueMergeTest, ALeadIsVerifiedByAnInspectionUnderTheOtherName) {
  const auto lead = Do("CreateLead", Complaint());
  ASSERT_OK(lead);
  EXPECT_EQ(lead->venue(), kGone);
  v1::AcceptLeadRequest accept;
  accept.set_name(lead->name());
  accept.set_officer(kZhang);
  ASSERT_OK(Do("AcceptLead", accept));
  Merge();
  const v1::Inspection inspection = Inspect(kVenue, 0, lead->name());
  v1::VerifyLeadRequest verify;
  verify.set_name(lead->name());
  verify.set_outcome(v1::Lead::OUTCOME_CONFIRMED);
  verify.set_inspection(inspection.name());
  verify.set_text("现场核查属实");
  const auto verified = Do("VerifyLead", verify);
  ASSERT_OK(verified);
  EXPECT_EQ(verified->venue(), kGone);
}

TEST_F(VenueMergeTest, ALeadThatIsHandedInAgainAfterAMergeIsARepeat) {
  const auto lead = Do("CreateLead", Complaint());
  ASSERT_OK(lead);
  Merge();
  const auto again = Do("CreateLead", Complaint());
  ASSERT_OK(again);
  EXPECT_EQ(again->name(), lead->name());
  v1::CreateLeadRequest other = Complaint();
  other.mutable_lead()->set_external_id("12345-20230201-0002");
  EXPECT_EQ(Do("CreateLead", other)->venue(), kVenue);
}

// The registry is asked about a name that no event has brought, and answers with another venue.
TEST_F(VenueMergeTest, AMergeIsKnownAlsoByAsking) {
  const std::string unheard = "districts/120110/venues/01850000-0000-7000-8000-0000000000b1";
  venue::v1::Venue answer = SampleVenue();
  answer.set_redirected_from(unheard);
  registry_.Put(answer);
  EXPECT_EQ(Inspect(unheard).venue(), kVenue);
  EXPECT_EQ(registry_.calls(), 1);
  EXPECT_EQ(Inspect(unheard).venue(), kVenue);
  EXPECT_EQ(registry_.calls(), 1);
  // Its own event comes later and changes nothing of that.
  registry_.Announce(Other(unheard.c_str()));
  system_.Settle();
  EXPECT_EQ(Inspect(unheard).venue(), kVenue);
}

}  // namespace
}  // namespace rectify::hazard
