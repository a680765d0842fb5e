#include "services/partner_registry/domain/feed.h"

#include "gtest/gtest.h"

namespace rectify::partner::domain {
namespace {

constexpr char kJiaoyu[] = "districts/120110/departments/jiaoyu";
constexpr char kZhujian[] = "districts/120110/departments/zhujian";

Partner Department() {
  Partner partner{.district = "120110", .id = "x", .fields = {}, .create_time = {}};
  partner.fields.role = Role::kDepartmentStaff;
  partner.fields.posts = {kJiaoyu};
  partner.fields.event_types = {"rectify.hazard.v1.*"};
  return partner;
}

Thing Lead(const std::vector<std::string>& desks) {
  return {.name = "districts/120110/leads/a",
          .district = "120110",
          .readers = {Role::kStreetOfficer, Role::kDepartmentStaff},
          .has_desk = true,
          .desks = desks};
}

TEST(MaySee, IsForTheDesksOfAThing) {
  EXPECT_TRUE(MaySee(Department(), Lead({kZhujian, kJiaoyu})));
  EXPECT_FALSE(MaySee(Department(), Lead({kZhujian})));
  EXPECT_FALSE(MaySee(Department(), Lead({}))) << "nobody's is not everybody's";
}

TEST(MaySee, OfAThingWithoutDesksIsForTheDistrict) {
  Thing campaign = Lead({});
  campaign.has_desk = false;
  EXPECT_TRUE(MaySee(Department(), campaign));
  campaign.district = "120111";
  EXPECT_FALSE(MaySee(Department(), campaign));
}

TEST(MaySee, IsForWhoseRoleMayReadTheKind) {
  Thing venue = Lead({});
  venue.has_desk = false;
  venue.readers = {Role::kStreetOfficer};
  EXPECT_FALSE(MaySee(Department(), venue));
}

TEST(Tells, TypesAndPackages) {
  EXPECT_TRUE(Tells({"rectify.hazard.v1.*"}, "rectify.hazard.v1.LeadAccepted"));
  EXPECT_TRUE(Tells({"rectify.hazard.v1.LeadAccepted"}, "rectify.hazard.v1.LeadAccepted"));
  EXPECT_FALSE(Tells({"rectify.hazard.v1.LeadAccepted"}, "rectify.hazard.v1.LeadAcceptedToo"));
  EXPECT_FALSE(Tells({"rectify.hazard.v1.*"}, "rectify.hazard.v10.LeadAccepted"));
  EXPECT_FALSE(Tells({}, "rectify.hazard.v1.LeadAccepted"));
}

TEST(NextStep, BeginsGoesOnBeginsAnewAndEnds) {
  Partner partner = Department();
  EXPECT_EQ(NextStep(partner, Lead({kJiaoyu}), std::nullopt), Step::kBegin);
  EXPECT_EQ(NextStep(partner, Lead({kJiaoyu}), 1), Step::kTell);
  EXPECT_EQ(NextStep(partner, Lead({kZhujian}), std::nullopt), Step::kNothing);
  EXPECT_EQ(NextStep(partner, Lead({kZhujian}), 1), Step::kWithdraw);
  partner.types_version = 2;
  EXPECT_EQ(NextStep(partner, Lead({kJiaoyu}), 1), Step::kBegin);
  partner.fields.event_types = {};
  EXPECT_EQ(NextStep(partner, Lead({kJiaoyu}), 1), Step::kWithdraw);
  EXPECT_EQ(NextStep(partner, Lead({kJiaoyu}), std::nullopt), Step::kNothing);
}

}  // namespace
}  // namespace rectify::partner::domain
