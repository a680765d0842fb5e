// Buildings: their checks and the high-rise class that the facts suggest.
#include "services/venue_registry/domain/building.h"

#include "libs/testing/status_matchers.h"
#include "samples.h"

namespace rectify::venue::domain {
namespace {

using ::rectify::testing::HasViolation;

BuildingFields Tower(BuildingUse use, double height, int year) {
  return {.display_name = "示例大厦",
          .address = "津塘路1号",
          .street_code = "120110001",
          .point = {},
          .height_m = height,
          .floors_above = 0,
          .floors_below = 0,
          .use = use,
          .built_year = year,
          .high_rise_class = HighRiseClass::kNone};
}

TEST(BuildingTest, TheFactsSuggestOneOfTheFourHighRiseClasses) {
  using enum BuildingUse;
  const auto suggested = [](BuildingUse use, double height, int year) {
    return SuggestHighRiseClass(Tower(use, height, year));
  };
  EXPECT_EQ(suggested(kMixedResidential, 60, 2000), HighRiseClass::kOldMixed);
  EXPECT_EQ(suggested(kMixedResidential, 60, 2001), HighRiseClass::kNone);
  EXPECT_EQ(suggested(kResidential, 27.1, 1998), HighRiseClass::kOldResidential);
  EXPECT_EQ(suggested(kResidential, 27, 1998), HighRiseClass::kNone);
  EXPECT_EQ(suggested(kResidential, 100.1, 2020), HighRiseClass::kSuper);
  EXPECT_EQ(suggested(kResidential, 100, 2020), HighRiseClass::kNone);
  EXPECT_EQ(suggested(kPublic, 24.1, 0), HighRiseClass::kPublic);
  EXPECT_EQ(suggested(kPublic, 24, 0), HighRiseClass::kNone);
  EXPECT_EQ(suggested(kIndustrial, 30, 1990), HighRiseClass::kNone);
}

TEST(BuildingTest, FloorsStandInForAnUnknownHeightOfAResidentialBuilding) {
  BuildingFields fields = Tower(BuildingUse::kResidential, 0, 1995);
  fields.floors_above = 10;
  EXPECT_EQ(SuggestHighRiseClass(fields), HighRiseClass::kOldResidential);
  fields.floors_above = 9;
  EXPECT_EQ(SuggestHighRiseClass(fields), HighRiseClass::kNone);
  fields.use = BuildingUse::kPublic;
  fields.floors_above = 12;
  EXPECT_EQ(SuggestHighRiseClass(fields), HighRiseClass::kNone);
}

TEST(BuildingTest, AnUnknownYearMakesNoBuildingOld) {
  EXPECT_EQ(SuggestHighRiseClass(Tower(BuildingUse::kResidential, 50, 0)), HighRiseClass::kNone);
}

TEST(BuildingTest, SizesAndYearsThatCanNotBeAreNamed) {
  BuildingFields fields = Tower(BuildingUse::kPublic, 1001, 2024);
  fields.floors_above = 201;
  fields.floors_below = -1;
  const auto result = CheckBuilding(fields, 2023);
  EXPECT_THAT(result, HasViolation("height_m"));
  EXPECT_THAT(result, HasViolation("floors_above"));
  EXPECT_THAT(result, HasViolation("floors_below"));
  EXPECT_THAT(result, HasViolation("built_year"));
  EXPECT_OK(CheckBuilding(Tower(BuildingUse::kPublic, 1000, 2023), 2023));
}

TEST(BuildingTest, AChangeThatChangesNothingKeepsTheVersion) {
  const Building present{.district = kDistrict,
                         .id = kVenueId,
                         .fields = Tower(BuildingUse::kPublic, 50, 2010),
                         .create_time = SampleTime(),
                         .update_time = SampleTime()};
  const absl::Time later = SampleTime() + absl::Hours(1);
  ASSERT_OK_AND_ASSIGN(const BuildingChange same,
                       UpdateBuilding(present, present.fields, {"*"}, later));
  EXPECT_TRUE(same.changed.empty());
  EXPECT_EQ(same.after.version, 1);
  BuildingFields sent = present.fields;
  sent.height_m = 120;
  sent.display_name = "不在掩码中";
  ASSERT_OK_AND_ASSIGN(const BuildingChange change,
                       UpdateBuilding(present, sent, {"height_m"}, later));
  EXPECT_EQ(change.changed, std::vector<std::string>{"height_m"});
  EXPECT_EQ(change.after.version, 2);
  EXPECT_EQ(change.after.fields.display_name, "示例大厦");
  EXPECT_EQ(change.after.update_time, later);
}

}  // namespace
}  // namespace rectify::venue::domain
