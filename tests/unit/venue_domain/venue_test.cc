#include "services/venue_registry/domain/venue.h"

#include <cmath>
#include <limits>

#include "libs/testing/status_matchers.h"
#include "samples.h"

namespace rectify::venue::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using ::rectify::testing::kInvalid;
using ::rectify::testing::kPrecondition;

TEST(CheckVenue, TrimsButKeepsTheNameAsOnTheLicence) {
  VenueFields fields = SampleFields();
  fields.display_name = "　天津市𠮷野家（集团）有限公司 ";
  ASSERT_OK_AND_ASSIGN(const VenueFields checked, CheckVenue(fields));
  EXPECT_EQ(checked.display_name, "天津市𠮷野家（集团）有限公司");
}

TEST(CheckVenue, NeedsACodeOrAReasonButNotBoth) {
  VenueFields fields = SampleFields();
  fields.uscc = "";
  EXPECT_THAT(CheckVenue(fields), StatusIs(kInvalid, "INVALID_FIELD"));
  EXPECT_THAT(CheckVenue(fields), HasViolation("uscc"));
  fields.no_uscc_reason = "无照经营";
  EXPECT_OK(CheckVenue(fields));
  fields.uscc = kUscc;
  EXPECT_THAT(CheckVenue(fields), HasViolation("no_uscc_reason"));
}

TEST(CheckVenue, SaysUsccInvalidForAWrongCode) {
  VenueFields fields = SampleFields();
  fields.uscc = "91120110MA05RC0A0A";
  EXPECT_THAT(CheckVenue(fields), StatusIs(kInvalid, "USCC_INVALID"));
  EXPECT_THAT(CheckVenue(fields), HasViolation("uscc"));
}

TEST(CheckVenue, TellsAllViolationsAtOnce) {
  const absl::Status status = CheckVenue({}).status();
  for (const char* field : {"display_name", "venue_class", "kind", "uscc", "address", "street"}) {
    EXPECT_THAT(status, HasViolation(field)) << field;
  }
}

TEST(CheckVenue, LimitsTheLengthInCharactersNotBytes) {
  VenueFields fields = SampleFields();
  fields.display_name.clear();
  for (int i = 0; i < 200; ++i) fields.display_name += "㙍";
  EXPECT_OK(CheckVenue(fields));
  fields.display_name += "㙍";
  EXPECT_THAT(CheckVenue(fields), HasViolation("display_name"));
}

TEST(CheckVenue, RefusesControlCharacters) {
  VenueFields fields = SampleFields();
  fields.address = "津塘路\x07 1号";
  EXPECT_THAT(CheckVenue(fields), HasViolation("address"));
}

TEST(CheckVenue, KeepsPointsInsideChina) {
  VenueFields fields = SampleFields();
  for (auto [longitude, latitude] : {std::pair{73.0, 3.0}, std::pair{136.0, 54.0}}) {
    fields.point = Point{longitude, latitude, Datum::kGcj02};
    EXPECT_OK(CheckVenue(fields));
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (double longitude : {72.9, 136.1, 0.0, nan}) {
    fields.point = Point{longitude, 39, Datum::kCgcs2000};
    EXPECT_THAT(CheckVenue(fields), HasViolation("point.longitude")) << longitude;
  }
  for (double latitude : {2.9, 54.1, -39.0, nan}) {
    fields.point = Point{117, latitude, Datum::kCgcs2000};
    EXPECT_THAT(CheckVenue(fields), HasViolation("point.latitude")) << latitude;
  }
  fields.point = Point{117, 39, {}};
  EXPECT_THAT(CheckVenue(fields), HasViolation("point.datum"));
}

TEST(CheckVenue, TakesSystemNamesThatAFilterCanWrite) {
  VenueFields fields = SampleFields();
  for (const char* system : {"Grid", "grid:x", "", "网格"}) {
    fields.external_ids = {{system, "1"}};
    EXPECT_THAT(CheckVenue(fields), HasViolation("external_ids")) << system;
  }
  fields.external_ids = {{"grid", " "}};
  EXPECT_THAT(CheckVenue(fields), HasViolation("external_ids"));
}

TEST(UpdateVenue, ChangesTheFieldsOfTheMaskOnly) {
  VenueFields sent;
  sent.address = "新地址";
  sent.display_name = "不在掩码中";
  const absl::Time later = SampleTime() + absl::Hours(1);
  ASSERT_OK_AND_ASSIGN(const VenueChange change,
                       UpdateVenue(SampleVenue(), sent, {"address", "key_unit"}, later));
  EXPECT_THAT(change.changed, ElementsAre("address", "key_unit"));
  EXPECT_EQ(change.venue.fields.address, "新地址");
  EXPECT_EQ(change.venue.fields.display_name, SampleFields().display_name);
  EXPECT_EQ(change.venue.version, 2);
  EXPECT_EQ(change.venue.update_time, later);
  EXPECT_EQ(change.venue.create_time, SampleTime());
}

TEST(UpdateVenue, KeepsTheVersionWhenNothingChanges) {
  ASSERT_OK_AND_ASSIGN(const VenueChange change, UpdateVenue(SampleVenue(), SampleFields(), {"*"},
                                                             SampleTime() + absl::Hours(1)));
  EXPECT_THAT(change.changed, IsEmpty());
  EXPECT_EQ(change.venue.version, 1);
  EXPECT_EQ(change.venue.update_time, SampleTime());
}

TEST(UpdateVenue, RefusesPathsThatDoNotExistOrCantChange) {
  for (const char* path : {"name", "state", "close_reason", "create_time", "etag", "nonsense",
                           "point.longitude", ""}) {
    EXPECT_THAT(UpdateVenue(SampleVenue(), SampleFields(), {path}, SampleTime()),
                HasViolation("update_mask"))
        << path;
  }
  EXPECT_THAT(UpdateVenue(SampleVenue(), SampleFields(), {}, SampleTime()),
              HasViolation("update_mask"));
}

TEST(UpdateVenue, ChecksTheWholeResult) {
  VenueFields sent;
  EXPECT_THAT(UpdateVenue(SampleVenue(), sent, {"uscc"}, SampleTime()), HasViolation("uscc"));
  sent.no_uscc_reason = "注销中";
  EXPECT_OK(UpdateVenue(SampleVenue(), sent, {"uscc", "no_uscc_reason"}, SampleTime()));
}

TEST(CloseVenue, KeepsTheReason) {
  ASSERT_OK_AND_ASSIGN(const Venue closed,
                       CloseVenue(SampleVenue(), " 搬离 ", SampleTime() + absl::Hours(1)));
  EXPECT_EQ(closed.state, VenueState::kClosed);
  EXPECT_EQ(closed.close_reason, "搬离");
  EXPECT_EQ(closed.version, 2);
}

TEST(CloseVenue, NeedsAReason) {
  EXPECT_THAT(CloseVenue(SampleVenue(), " 　", SampleTime()), HasViolation("reason"));
}

TEST(ClosedVenue, CantBeChangedOrClosedAgain) {
  ASSERT_OK_AND_ASSIGN(const Venue closed, CloseVenue(SampleVenue(), "搬离", SampleTime()));
  EXPECT_THAT(UpdateVenue(closed, SampleFields(), {"address"}, SampleTime()),
              StatusIs(kPrecondition, "VENUE_CLOSED"));
  EXPECT_THAT(CloseVenue(closed, "再次", SampleTime()), StatusIs(kPrecondition, "VENUE_CLOSED"));
}

TEST(FoldName, TakesSpellingsOfOneNameAsOne) {
  EXPECT_EQ(FoldName("天津（集团）ＡＢＣ酒店"), FoldName(" 天津(集团)abc酒店"));
  EXPECT_NE(FoldName("𠮷野家"), FoldName("吉野家"));
}

}  // namespace
}  // namespace rectify::venue::domain
