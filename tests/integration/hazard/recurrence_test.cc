// The same hazard at the same venue again.
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/hazard_events.pb.h"
#include "tests/integration/hazard/fixture.h"

namespace rectify::hazard {
namespace {

class RecurrenceTest : public HazardTest {
 protected:
  v1::Inspection At(absl::Time time, const std::string& venue,
                    const std::vector<std::string>& codes) {
    v1::RecordInspectionRequest request = Sample();
    request.mutable_inspection()->set_venue(venue);
    *request.mutable_inspection()->mutable_inspect_time() = rpc::ToTimestamp(time);
    for (const std::string& code : codes) {
      *request.mutable_inspection()->add_findings() = Order(code);
    }
    const auto inspection = Record(request);
    EXPECT_OK(inspection);
    return inspection.value_or(v1::Inspection());
  }
};

TEST_F(RecurrenceTest, IsLinkedToTheLatestOfItsVenueAndCode) {
  venue::v1::Venue other = SampleVenue();
  other.set_name(kOtherVenue);
  registry_.Announce(other);
  system_.Settle();
  const absl::Time now = system_.clock().Now();
  At(now - absl::Hours(24 * 20), kVenue, {"B02"});
  const v1::Inspection latest = At(now - absl::Hours(24 * 10), kVenue, {"B02", "B03"});
  At(now - absl::Hours(24 * 5), kOtherVenue, {"B02"});

  const v1::Inspection again = At(now - absl::Hours(1), kVenue, {"B02", "B04"});
  ASSERT_EQ(again.findings_size(), 2);
  EXPECT_EQ(again.findings(0).recurrence_of(), latest.findings(0).name());
  EXPECT_EQ(again.findings(0).recurrence_count(), 2);
  EXPECT_EQ(again.findings(1).recurrence_of(), "");

  const auto stored = GetFinding(again.findings(0).name());
  ASSERT_OK(stored);
  EXPECT_EQ(stored->recurrence_of(), latest.findings(0).name());
  v1::InspectionRecorded event;
  for (const event::v1::EventEnvelope& envelope : Events()) {
    if (envelope.type() == event.GetTypeName()) event.ParseFromString(envelope.payload());
  }
  ASSERT_EQ(event.findings_size(), 2);
  EXPECT_EQ(event.findings(0).recurrence_of(), latest.findings(0).name());
  EXPECT_EQ(event.findings(0).recurrence_count(), 2);
}

}  // namespace
}  // namespace rectify::hazard
