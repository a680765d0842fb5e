// Every way in which RecordInspection can fail, and that a failure leaves nothing behind.
#include "absl/strings/str_cat.h"
#include "libs/rpc/convert.h"
#include "tests/integration/hazard/fixture.h"

namespace rectify::hazard {
namespace {

using ::absl::StatusCode;
using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;

class RefuseTest : public HazardTest {
 protected:
  // Records and checks that nothing was written.
  absl::StatusOr<v1::Inspection> Refused(const v1::RecordInspectionRequest& request) {
    system_.Settle();
    const int64_t rows = CountRows();
    absl::StatusOr<v1::Inspection> answer = Record(request);
    system_.Settle();
    EXPECT_EQ(CountRows(), rows);
    return answer;
  }
};

TEST_F(RefuseTest, OneBadFindingOfTenRefusesAllAndTellsEveryMistake) {
  v1::RecordInspectionRequest request = Sample();
  for (int i = 0; i < 10; ++i) *request.mutable_inspection()->add_findings() = Order("B02");
  v1::Finding& bad = *request.mutable_inspection()->mutable_findings(6);
  bad.set_term_days(400);
  bad.set_transfer_department("districts/120110/departments/none");
  const auto refused = Refused(request);
  EXPECT_THAT(refused, StatusIs(StatusCode::kInvalidArgument, "INVALID_FIELD"));
  EXPECT_THAT(refused, HasViolation("inspection.findings[6].term_days"));
  EXPECT_THAT(refused, HasViolation("inspection.findings[6].transfer_department"));
  EXPECT_EQ(DetailOf(refused.status())->violations.size(), 2u);
}

TEST_F(RefuseTest, OnlyAnOfficerOfTheInspectionRecordsIt) {
  rpc::Client& stranger = system_.As("hazard", "users/wang.fang", {"INSPECTOR"}, {kWang});
  const auto refused =
      stranger.Unary<v1::Inspection>("rectify.hazard.v1.HazardFindings.RecordInspection", Sample());
  EXPECT_THAT(refused, StatusIs(StatusCode::kPermissionDenied, "NOT_YOUR_TASK"));
  rpc::Client& second = system_.As("hazard", "users/li.na", {"INSPECTOR"}, {kLi});
  EXPECT_OK(
      second.Unary<v1::Inspection>("rectify.hazard.v1.HazardFindings.RecordInspection", Sample()));
}

TEST_F(RefuseTest, OtherRolesMayNotRecord) {
  rpc::Client& head = system_.As("hazard", "users/head", {"DEPARTMENT_HEAD"}, {kZhang});
  EXPECT_THAT(
      head.Unary<v1::Inspection>("rectify.hazard.v1.HazardFindings.RecordInspection", Sample()),
      StatusIs(StatusCode::kPermissionDenied, "ROLE_MISSING"));
}

TEST_F(RefuseTest, VenueAndOfficersMustExist) {
  v1::RecordInspectionRequest request = Sample();
  request.mutable_inspection()->set_venue(
      "districts/120110/venues/01850000-0000-7000-8000-00000000dead");
  EXPECT_THAT(Refused(request), StatusIs(StatusCode::kNotFound, "NOT_FOUND"));
  request = Sample();
  request.mutable_inspection()->set_officers(
      1, "districts/120110/officers/01850000-0000-7000-8000-00000000dead");
  EXPECT_THAT(Refused(request), StatusIs(StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(RefuseTest, AVenueOfAnotherDistrictIsNotAsked) {
  v1::RecordInspectionRequest request = Sample();
  request.mutable_inspection()->set_venue(
      "districts/120101/venues/01850000-0000-7000-8000-000000000001");
  const int calls = registry_.calls();
  EXPECT_THAT(Refused(request), HasViolation("inspection.venue"));
  EXPECT_EQ(registry_.calls(), calls);
}

TEST_F(RefuseTest, AClosedVenueIsNotInspectedAnyMore) {
  venue::v1::Venue closed = SampleVenue();
  closed.set_state(venue::v1::Venue::STATE_CLOSED);
  closed.set_etag("\"2\"");
  registry_.Announce(closed);  // at 12:00 of 1 February
  system_.Settle();
  system_.clock().Jump(At(2, 2, 12));
  v1::RecordInspectionRequest request = Sample();
  *request.mutable_inspection()->mutable_inspect_time() = rpc::ToTimestamp(At(2, 2, 10));
  EXPECT_THAT(Refused(request), StatusIs(StatusCode::kFailedPrecondition, "VENUE_CLOSED"));
  EXPECT_OK(Record(Sample()));  // that of the morning before
}

TEST_F(RefuseTest, TwoOfficersMustTakePart) {
  v1::RecordInspectionRequest request = Sample();
  request.mutable_inspection()->mutable_officers()->RemoveLast();
  EXPECT_THAT(Refused(request), StatusIs(StatusCode::kFailedPrecondition, "TOO_FEW_OFFICERS"));
  request.mutable_inspection()->add_officers(kZhang);
  EXPECT_THAT(Refused(request), StatusIs(StatusCode::kFailedPrecondition, "TOO_FEW_OFFICERS"));
}

TEST_F(RefuseTest, ACertificateIsValidOnItsLastDayAndNotAfter) {
  venue::v1::Officer li = SampleOfficer(kLi);
  *li.mutable_certificate_end() = rpc::ToDate(absl::CivilDay(2023, 2, 1));
  li.set_etag("\"2\"");
  registry_.Announce(li);
  system_.Settle();
  system_.clock().Jump(At(2, 3));
  v1::RecordInspectionRequest request = Sample();
  *request.mutable_inspection()->mutable_inspect_time() = rpc::ToTimestamp(At(2, 1, 23, 59));
  EXPECT_OK(Record(request));
  *request.mutable_inspection()->mutable_inspect_time() = rpc::ToTimestamp(At(2, 2, 0, 0));
  const auto refused = Refused(request);
  EXPECT_THAT(refused, StatusIs(StatusCode::kFailedPrecondition, "OFFICER_NOT_QUALIFIED"));
  EXPECT_THAT(refused, HasViolation("inspection.officers[1]"));
  auto metadata = DetailOf(refused.status())->metadata;
  EXPECT_EQ(metadata["officer"], kLi);
  EXPECT_EQ(metadata["date"], "2023-02-02");
}

TEST_F(RefuseTest, TheFutureIsRefused) {
  v1::RecordInspectionRequest request = Sample();
  *request.mutable_inspection()->mutable_inspect_time() = rpc::ToTimestamp(At(2, 1, 12, 1));
  const auto refused = Refused(request);
  EXPECT_THAT(refused, StatusIs(StatusCode::kInvalidArgument, "IN_THE_FUTURE"));
  EXPECT_THAT(refused, HasViolation("inspection.inspect_time"));
}

TEST_F(RefuseTest, CodesComeFromTheCatalogueOfTheDay) {
  v1::RecordInspectionRequest request = Sample();
  *request.mutable_inspection()->add_findings() = Order("Z99");
  const auto refused = Refused(request);
  EXPECT_THAT(refused, StatusIs(StatusCode::kInvalidArgument, "CATALOG_CODE_UNKNOWN"));
  EXPECT_THAT(refused, HasViolation("inspection.findings[0].catalog_code"));
}

TEST_F(RefuseTest, AnotherDepartmentsPowerIsNotOrdered) {
  v1::RecordInspectionRequest request = Sample();
  *request.mutable_inspection()->add_findings() = Order("E03");
  const auto refused = Refused(request);
  EXPECT_THAT(refused, StatusIs(StatusCode::kFailedPrecondition, "DISPOSITION_NOT_ALLOWED"));
  EXPECT_THAT(refused, HasViolation("inspection.findings[0].disposition"));
}

TEST_F(RefuseTest, AnIdIsAUuid) {
  v1::RecordInspectionRequest request = Sample();
  request.set_inspection_id("2023-001");
  EXPECT_THAT(Refused(request), HasViolation("inspection_id"));
}

}  // namespace
}  // namespace rectify::hazard
