// Which two venues may be one.
#include "services/venue_registry/domain/duplicates.h"

#include "gmock/gmock.h"
#include "samples.h"

namespace rectify::venue::domain {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

VenueFields Named(const std::string& name, const std::string& address) {
  VenueFields fields = SampleFields();
  fields.display_name = name;
  fields.address = address;
  fields.uscc.clear();
  fields.no_uscc_reason = "无照经营";
  fields.point.reset();
  return fields;
}

TEST(DuplicatesTest, TheCoreOfANameIsWhatTellsItFromOthers) {
  EXPECT_EQ(CoreName("天津市东丽区示例餐饮有限公司"), "示例餐饮");
  EXPECT_EQ(CoreName("示例餐饮（天津）有限责任公司"), "示例餐饮");
  EXPECT_EQ(CoreName("示例餐饮"), "示例餐饮");
  EXPECT_EQ(CoreName("ＡＢＣ 酒店"), "abc酒店");
  // Nothing is left: the name is its own core.
  EXPECT_EQ(CoreName("（天津）"), "(天津)");
  EXPECT_EQ(CoreName("公司"), "公司");
}

TEST(DuplicatesTest, NamesAreAsNearAsTheyShareNeighbouringCharacters) {
  EXPECT_DOUBLE_EQ(NameLikeness("示例餐饮", "示例餐饮"), 1);
  EXPECT_DOUBLE_EQ(NameLikeness("示例餐饮", "五金商行"), 0);
  EXPECT_DOUBLE_EQ(NameLikeness("示例餐饮", "示例餐厅"), 2.0 / 3);
  EXPECT_DOUBLE_EQ(NameLikeness("甲", "甲"), 1);
  EXPECT_DOUBLE_EQ(NameLikeness("", "甲"), 0);
}

TEST(DuplicatesTest, NameAndAddressTogetherSuggestOneVenue) {
  const Likeness likeness = Compare(Named("天津市示例餐饮有限公司", "津塘路 1-2号"),
                                    Named("示例餐饮（天津）公司", "津塘路12号"));
  EXPECT_THAT(likeness.reasons,
              ElementsAre(DuplicateReason::kNearName, DuplicateReason::kSameAddress));
  EXPECT_GE(likeness.score, kSuggestedScore);
}

TEST(DuplicatesTest, OneReasonAloneSuggestsNothing) {
  EXPECT_LT(Compare(Named("示例餐饮", "津塘路1号"), Named("示例餐饮", "金钟路9号")).score,
            kSuggestedScore);
  EXPECT_LT(Compare(Named("示例餐饮", "津塘路1号"), Named("五金商行", "津塘路1号")).score,
            kSuggestedScore);
  EXPECT_THAT(Compare(Named("示例餐饮", "津塘路1号"), Named("五金商行", "金钟路9号")).reasons,
              IsEmpty());
}

TEST(DuplicatesTest, BranchesOfOneUnitInDifferentPlacesAreNoDuplicates) {
  VenueFields first = SampleFields(), second = SampleFields();
  second.address = "东丽区金钟路9号";
  EXPECT_GE(Compare(first, second).score, kSuggestedScore);
  second.point->latitude += 0.02;
  const Likeness likeness = Compare(first, second);
  EXPECT_THAT(likeness.reasons, Contains(DuplicateReason::kFarApart));
  EXPECT_LT(likeness.score, kSuggestedScore);
}

TEST(DuplicatesTest, PointsAreComparedOnOneDatum) {
  VenueFields first = SampleFields(), second = SampleFields();
  second.point = Point{117.44906786, 39.06281426, Datum::kGcj02};
  EXPECT_THAT(Compare(first, second).reasons, Contains(DuplicateReason::kNearPoint));
}

}  // namespace
}  // namespace rectify::venue::domain
