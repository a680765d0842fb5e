// What this service knows of venues, officers and departments: by events, and by asking when it
// misses something.
#include "gmock/gmock.h"
#include "libs/rpc/convert.h"
#include "tests/integration/hazard/fixture.h"

namespace rectify::hazard {
namespace {

using ::absl::StatusCode;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;

constexpr char kNewVenue[] = "districts/120110/venues/01850000-0000-7000-8000-0000000000b1";
constexpr char kNewOfficer[] = "districts/120110/officers/01850000-0000-7000-8000-0000000000b2";
constexpr char kPolice[] = "districts/120110/departments/gongan";

class ReferencesTest : public HazardTest {
 protected:
  venue::v1::Venue NewVenue(const std::string& etag = "\"1\"") const {
    venue::v1::Venue venue = SampleVenue();
    venue.set_name(kNewVenue);
    venue.set_etag(etag);
    return venue;
  }
  // An inspection of the new venue by Zhang and the new officer, with a transfer to the police.
  v1::RecordInspectionRequest NewSample() const {
    v1::RecordInspectionRequest request = Sample();
    request.mutable_inspection()->set_venue(kNewVenue);
    request.mutable_inspection()->set_officers(1, kNewOfficer);
    v1::Finding finding = Transfer("D04");
    finding.set_transfer_department(kPolice);
    *request.mutable_inspection()->add_findings() = finding;
    return request;
  }
  void PutAll() {
    registry_.Put(NewVenue());
    registry_.Put(SampleOfficer(kNewOfficer));
    venue::v1::Department police;
    police.set_name(kPolice);
    police.set_display_name("公安东丽分局");
    police.set_etag("\"1\"");
    registry_.Put(police);
  }
};

TEST_F(ReferencesTest, KnownThingsNeedNoCall) {
  ASSERT_OK(Record(Sample()));
  EXPECT_EQ(registry_.calls(), 0);
}

TEST_F(ReferencesTest, AsksTheRegistryForWhatItMissesAndRemembersIt) {
  PutAll();
  ASSERT_OK(Record(NewSample()));
  EXPECT_EQ(registry_.calls(), 3);
  ASSERT_OK(Record(NewSample()));
  EXPECT_EQ(registry_.calls(), 3);
}

TEST_F(ReferencesTest, AnUnknownDepartmentNamesTheField) {
  registry_.Put(NewVenue());
  registry_.Put(SampleOfficer(kNewOfficer));
  EXPECT_THAT(Record(NewSample()), HasViolation("inspection.findings[0].transfer_department"));
}

TEST_F(ReferencesTest, TheRegistryIsNotNeededForWhatIsKnown) {
  system_.Stop("venue");
  EXPECT_OK(Record(Sample()));
}

TEST_F(ReferencesTest, AMissWhileTheRegistryIsAwayIsUnavailable) {
  system_.Stop("venue");
  const int64_t rows = CountRows();
  EXPECT_EQ(Record(NewSample()).status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(CountRows(), rows);
}

TEST_F(ReferencesTest, AClosedVenueIsKnownAsClosedAlsoByAsking) {
  PutAll();
  venue::v1::Venue closed = NewVenue("\"2\"");
  closed.set_state(venue::v1::Venue::STATE_CLOSED);
  *closed.mutable_update_time() = rpc::ToTimestamp(At(1, 15));
  registry_.Put(closed);
  EXPECT_THAT(Record(NewSample()), StatusIs(StatusCode::kFailedPrecondition, "VENUE_CLOSED"));
  v1::RecordInspectionRequest earlier = NewSample();
  *earlier.mutable_inspection()->mutable_inspect_time() = rpc::ToTimestamp(At(1, 14));
  EXPECT_OK(Record(earlier));
}

// The answer of the rpc was version 2; the event of version 1 arrives after it.
TEST_F(ReferencesTest, AnOlderEventDoesNotOverwriteANewerCopy) {
  PutAll();
  venue::v1::Officer li = SampleOfficer(kNewOfficer);
  li.set_etag("\"2\"");
  registry_.Put(li);
  ASSERT_OK(Record(NewSample()));
  venue::v1::Officer older = SampleOfficer(kNewOfficer);
  *older.mutable_certificate_end() = rpc::ToDate(absl::CivilDay(2021, 1, 1));
  registry_.Announce(older);
  system_.Settle();
  EXPECT_OK(Record(NewSample()));
  older.set_etag("\"3\"");
  registry_.Announce(older);
  system_.Settle();
  EXPECT_THAT(Record(NewSample()),
              StatusIs(StatusCode::kFailedPrecondition, "OFFICER_NOT_QUALIFIED"));
}

TEST_F(ReferencesTest, EventsRenewTheCopies) {
  venue::v1::Venue renamed = SampleVenue();
  renamed.set_display_name("北方五金城（新）");
  renamed.set_etag("\"2\"");
  registry_.Announce(renamed);
  system_.Settle();
  ASSERT_OK_AND_ASSIGN(const v1::Inspection recorded, Record(Sample()));
  EXPECT_EQ(Trail(recorded.name())[0].summary(),
            "检查 北方五金城（新），发现隐患 0 处（当场改正 0，责令改正 0，移送 0）");
}

// They are taken as a run and written as one set.
TEST_F(ReferencesTest, OfSeveralEventsThatArriveTogetherTheLastCounts) {
  venue::v1::Officer officer = SampleOfficer(kNewOfficer);
  *officer.mutable_certificate_end() = rpc::ToDate(absl::CivilDay(2021, 1, 1));
  registry_.Announce(officer);
  registry_.Announce(NewVenue());
  registry_.Announce(SampleVenue());
  venue::v1::Venue renamed = NewVenue("\"2\"");
  renamed.set_display_name("北方五金城（新）");
  registry_.Announce(renamed);
  officer = SampleOfficer(kNewOfficer);
  officer.set_etag("\"2\"");
  registry_.Announce(officer);
  system_.Settle();
  v1::RecordInspectionRequest request = Sample();
  request.mutable_inspection()->set_venue(kNewVenue);
  request.mutable_inspection()->set_officers(1, kNewOfficer);
  ASSERT_OK_AND_ASSIGN(const v1::Inspection recorded, Record(request));
  EXPECT_EQ(registry_.calls(), 0);
  EXPECT_THAT(Trail(recorded.name())[0].summary(), ::testing::HasSubstr("北方五金城（新）"));
}

// A merge in the middle of a run is made where it stands.
TEST_F(ReferencesTest, AVenueThatIsRegisteredAndMergedInOneRunGoesOnAsTheOther) {
  registry_.Announce(NewVenue());
  registry_.AnnounceMerge(NewVenue("\"2\""), SampleVenue());
  venue::v1::Venue renamed = SampleVenue();
  renamed.set_display_name("北方五金城（新）");
  renamed.set_etag("\"2\"");
  registry_.Announce(renamed);
  system_.Settle();
  v1::RecordInspectionRequest request = Sample();
  request.mutable_inspection()->set_venue(kNewVenue);
  ASSERT_OK_AND_ASSIGN(const v1::Inspection recorded, Record(request));
  EXPECT_EQ(recorded.venue(), SampleVenue().name());
  EXPECT_THAT(Trail(recorded.name())[0].summary(), ::testing::HasSubstr("北方五金城（新）"));
}

}  // namespace
}  // namespace rectify::hazard
