// What changes keep: the days of persons, campaign classes, and a venue that was merged.
#include "gmock/gmock.h"
#include "libs/base/clock.h"
#include "libs/testing/status_matchers.h"
#include "samples.h"
#include "services/venue_registry/domain/venue_merge.h"

namespace rectify::venue::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kOtherId[] = "01857a2c-0000-7000-8000-000000000002";
using ::rectify::testing::kPrecondition;

absl::Time Later() { return SampleTime() + absl::Hours(48); }

Venue Other() {
  Venue venue = SampleVenue();
  venue.id = kOtherId;
  venue.fields.display_name = "示例五金城";
  venue.fields.external_ids = {{"grid", "B-2"}, {"urban", "U-7"}};
  return venue;
}

TEST(PersonDaysTest, WhoIsNoLongerNamedBecomesAFormerPerson) {
  VenueFields sent = SampleFields();
  sent.persons[0].name = "王五";
  ASSERT_OK_AND_ASSIGN(const VenueChange change,
                       UpdateVenue(SampleVenue(), sent, {"persons"}, Later()));
  const absl::CivilDay day = CivilDayOf(Later());
  EXPECT_EQ(change.venue.fields.persons[0].start_day, day);
  EXPECT_EQ(change.venue.fields.persons[1].start_day, std::nullopt);
  EXPECT_THAT(change.venue.former_persons,
              ElementsAre(FormerPerson{PersonRole::kResponsiblePerson, "张三丰", {}, day}));
}

TEST(PersonDaysTest, ANewPhoneNumberMakesNobodyFormer) {
  Venue present = SampleVenue();
  present.fields.persons[0].start_day = absl::CivilDay(2020, 3, 1);
  VenueFields sent = SampleFields();
  sent.persons[0].contact.mobile = "13700001111";
  ASSERT_OK_AND_ASSIGN(const VenueChange change, UpdateVenue(present, sent, {"persons"}, Later()));
  EXPECT_EQ(change.venue.fields.persons[0].start_day, absl::CivilDay(2020, 3, 1));
  EXPECT_THAT(change.venue.former_persons, IsEmpty());
}

TEST(PersonDaysTest, TheFirstDayCanBeCorrected) {
  VenueFields sent = SampleFields();
  sent.persons[0].start_day = absl::CivilDay(2019, 1, 1);
  ASSERT_OK_AND_ASSIGN(const VenueChange change,
                       UpdateVenue(SampleVenue(), sent, {"persons"}, Later()));
  EXPECT_THAT(change.changed, ElementsAre("persons"));
  EXPECT_THAT(change.venue.former_persons, IsEmpty());
}

TEST(CampaignClassTest, IsOnePerCampaignAndSetOnce) {
  ASSERT_OK_AND_ASSIGN(const VenueChange first,
                       SetCampaignClass(SampleVenue(), "zdfx-2023", VenueClass::kCrowded,
                                        " 高层公共建筑 ", Later()));
  EXPECT_THAT(first.changed, ElementsAre("campaign_classes"));
  const CampaignClass expected = {VenueClass::kCrowded, "高层公共建筑", Later()};
  EXPECT_EQ(first.venue.fields.campaign_classes.at("zdfx-2023"), expected);
  ASSERT_OK_AND_ASSIGN(const VenueChange same,
                       SetCampaignClass(first.venue, "zdfx-2023", VenueClass::kCrowded,
                                        "高层公共建筑", Later() + absl::Hours(1)));
  EXPECT_THAT(same.changed, IsEmpty());
  ASSERT_OK_AND_ASSIGN(
      const VenueChange second,
      SetCampaignClass(first.venue, "gaoceng-2025", VenueClass::kSensitive, "", Later()));
  EXPECT_THAT(second.venue.fields.campaign_classes, SizeIs(2));
}

TEST(CampaignClassTest, StaysWhenAnUpdateNamesAllFields) {
  ASSERT_OK_AND_ASSIGN(const VenueChange set, SetCampaignClass(SampleVenue(), "zdfx-2023",
                                                               VenueClass::kCrowded, "", Later()));
  ASSERT_OK_AND_ASSIGN(const VenueChange update,
                       UpdateVenue(set.venue, SampleFields(), {"*"}, Later()));
  EXPECT_THAT(update.changed, IsEmpty());
  EXPECT_THAT(UpdateVenue(set.venue, SampleFields(), {"campaign_classes"}, Later()),
              HasViolation("update_mask"));
}

TEST(MergeTest, TheSourceEndsAndItsExternalIdsMove) {
  ASSERT_OK_AND_ASSIGN(const Merge merge, MergeVenues(Other(), SampleVenue(), "同一单位", Later()));
  EXPECT_EQ(merge.source.state, VenueState::kMerged);
  EXPECT_EQ(merge.source.merged_into, kVenueId);
  EXPECT_EQ(merge.source.version, 2);
  // Each has its own id in the grid's system: the target keeps its own.
  EXPECT_THAT(merge.source.fields.external_ids, ElementsAre(std::pair("grid", "B-2")));
  EXPECT_THAT(merge.target.venue.fields.external_ids,
              ElementsAre(std::pair("grid", "A-1"), std::pair("urban", "U-7")));
  EXPECT_THAT(merge.target.changed, ElementsAre("external_ids"));
  EXPECT_THAT(ChangedPaths(Other(), merge.source), ElementsAre("external_ids", "state"));
}

TEST(MergeTest, AMergedOrClosedVenueIsNeitherSourceNorTarget) {
  ASSERT_OK_AND_ASSIGN(const Merge merge, MergeVenues(Other(), SampleVenue(), "同一单位", Later()));
  EXPECT_THAT(MergeVenues(SampleVenue(), merge.source, "反向", Later()),
              StatusIs(kPrecondition, "VENUE_MERGED"));
  EXPECT_THAT(MergeVenues(merge.source, SampleVenue(), "再次", Later()),
              StatusIs(kPrecondition, "VENUE_MERGED"));
  EXPECT_THAT(UpdateVenue(merge.source, SampleFields(), {"*"}, Later()),
              StatusIs(kPrecondition, "VENUE_MERGED"));
  EXPECT_THAT(CloseVenue(merge.source, "关闭", Later()), StatusIs(kPrecondition, "VENUE_MERGED"));
  ASSERT_OK_AND_ASSIGN(const Venue closed, CloseVenue(Other(), "停业", Later()));
  EXPECT_THAT(MergeVenues(closed, SampleVenue(), "同一单位", Later()),
              StatusIs(kPrecondition, "VENUE_CLOSED"));
}

TEST(MergeTest, AVenueIsNotMergedIntoItselfNorWithoutAReason) {
  EXPECT_THAT(MergeVenues(SampleVenue(), SampleVenue(), "同一单位", Later()),
              HasViolation("target"));
  EXPECT_THAT(MergeVenues(Other(), SampleVenue(), " ", Later()), HasViolation("reason"));
}

}  // namespace
}  // namespace rectify::venue::domain
