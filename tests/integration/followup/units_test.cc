// Penalised units come by event and by file, each decision once.
#include "rectify/venue/v1/venue_directory_events.pb.h"
#include "rectify/venue/v1/venue_events.pb.h"
#include "tests/integration/followup/fixture.h"

namespace rectify::followup {
namespace {

using ::absl::StatusCode;
using ::rectify::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using Result = v1::ImportPenalisedUnitsResponse;

class UnitsTest : public FollowupTest {
 protected:
  void TellVenue(int n) {
    venue::v1::VenueRegistered event;
    event.mutable_venue()->set_name(Venue(n));
    event.mutable_venue()->set_display_name("示例单位");
    event.mutable_venue()->set_street(kStreet);
    Tell(*venue_, Venue(n), event);
  }
  void TellMerge(int source, int target) {
    venue::v1::VenueMerged event;
    event.mutable_source()->set_name(Venue(source));
    event.mutable_target()->set_name(Venue(target));
    Tell(*venue_, Venue(source), event);
    system_.Settle();
  }
};

TEST_F(UnitsTest, APenaltyBecomesAUnitOnce) {
  TellVenue(7);
  system_.Settle();
  TellPenalty(7);
  TellPenalty(8, "津丽消行罚决字〔2023〕第7号");  // the same decision, told again
  system_.Settle();
  const std::vector<v1::PenalisedUnit> units = Units();
  ASSERT_THAT(units, SizeIs(1));
  EXPECT_EQ(units[0].decision_number(), "津丽消行罚决字〔2023〕第7号");
  EXPECT_EQ(units[0].party(), "示例单位7");
  EXPECT_EQ(units[0].street(), kStreet);
  EXPECT_EQ(units[0].source(), v1::PenalisedUnit::SOURCE_EVENT);
  EXPECT_EQ(units[0].state(), v1::PenalisedUnit::STATE_WAITING);
  EXPECT_EQ(units[0].entry_quarter(), "2023Q1");
  EXPECT_THAT(units[0].officers(), ElementsAre(Officer(7), Officer(8)));
}

TEST_F(UnitsTest, AStreetThatFollowsLaterIsFilledIn) {
  TellPenalty(7);
  system_.Settle();
  EXPECT_EQ(Units()[0].street(), "");
  TellVenue(7);
  system_.Settle();
  EXPECT_EQ(Units()[0].street(), kStreet);
}

TEST_F(UnitsTest, AUnitKeepsTheVenueOfItsDecisionAndIsFoundByEachName) {
  TellVenue(8);
  TellPenalty(7);
  system_.Settle();
  TellMerge(7, 8);
  const std::vector<v1::PenalisedUnit> units = Units(absl::StrCat("venue = \"", Venue(8), "\""));
  ASSERT_THAT(units, SizeIs(1));
  EXPECT_EQ(units[0].venue(), Venue(7));
  EXPECT_EQ(units[0].street(), kStreet);
  EXPECT_THAT(Units(absl::StrCat("venue = \"", Venue(7), "\"")), SizeIs(1));
  EXPECT_THAT(Units(absl::StrCat("venue = \"", Venue(9), "\"")), SizeIs(0));
}

TEST_F(UnitsTest, AnInterestInAVenueIsOneUnderEachOfItsNames) {
  TellVenue(8);
  TellPenalty(7);
  AddVisitors(3);
  v1::Visitor visitor;
  visitor.set_name(absl::StrCat(kParent, "/visitors/v0"));
  visitor.set_display_name("示例人员0");
  visitor.set_user("users/v0");
  v1::Interest& interest = *visitor.add_interests();
  interest.set_subject(Venue(8));
  interest.set_reason("亲属任职");
  ASSERT_OK(SaveVisitor(visitor));
  TellMerge(7, 8);
  // The frame says so of the only unit, whose facts are those of its decision.
  const std::string record = Record(RunDraw());
  EXPECT_THAT(record, HasSubstr("\\tv0\\t"));
  EXPECT_THAT(Verify(record), SizeIs(0));
}

TEST_F(UnitsTest, AFileKeepsItsGoodRows) {
  const std::string csv = absl::StrCat(
      "文号,决定日期,类别,单位名称,承办人,处罚\n", "罚字1号,2023-02-03,行政处罚,示例甲,",
      Officer(1), ";", Officer(2), ",罚款五千元\n", "罚字2号,2023-13-03,,示例乙,", Officer(1),
      ",\n", "检字3号,2023-02-05,监督检查,示例丙,", Officer(3), ",\n",
      "罚字1号,2023-02-03,,示例甲,", Officer(1), ",\n");
  const std::vector<Result> results = Import(csv);
  ASSERT_THAT(results, SizeIs(4));
  EXPECT_EQ(results[0].result(), Result::RESULT_CREATED);
  EXPECT_EQ(results[1].result(), Result::RESULT_REFUSED);
  EXPECT_EQ(results[1].line(), 3);
  EXPECT_THAT(results[1].problems(), ElementsAre(HasSubstr("decision_date")));
  EXPECT_EQ(results[2].result(), Result::RESULT_CREATED);
  EXPECT_EQ(results[3].result(), Result::RESULT_UNCHANGED);
  EXPECT_EQ(results[3].unit(), results[0].unit());

  EXPECT_THAT(Units(), SizeIs(2));
  EXPECT_THAT(Units("case_kind = INSPECTION"), SizeIs(1));
  EXPECT_THAT(Units(absl::StrCat("officer = \"", Officer(2), "\"")), SizeIs(1));
  for (const Result& again : Import(csv)) EXPECT_NE(again.result(), Result::RESULT_CREATED);
  EXPECT_THAT(Units(), SizeIs(2));
}

TEST_F(UnitsTest, AVisitorsTiesOnlyGrow) {
  AddVisitors(2);
  v1::Visitor visitor;
  visitor.set_name(absl::StrCat(kParent, "/visitors/v0"));
  visitor.set_display_name("示例人员0");
  visitor.set_user("users/v0");
  v1::Interest& interest = *visitor.add_interests();
  interest.set_subject(Venue(1));
  interest.set_reason("亲属任职");
  ASSERT_OK(SaveVisitor(visitor));
  visitor.clear_interests();
  EXPECT_THAT(SaveVisitor(visitor), StatusIs(StatusCode::kFailedPrecondition, "INTEREST_KEPT"));
  visitor.set_name(absl::StrCat(kParent, "/visitors/v9"));
  EXPECT_THAT(SaveVisitor(visitor), StatusIs(StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
}

}  // namespace
}  // namespace rectify::followup
