#include "services/partner_registry/domain/partner.h"

#include "gmock/gmock.h"
#include "libs/testing/status_matchers.h"

namespace rectify::partner::domain {
namespace {

using ::rectify::testing::HasViolation;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Contract kOnlyLeads = {
    [](Role, absl::string_view scope) { return scope == "rectify.hazard.v1.Leads.*"; },
    [](absl::string_view type) { return type == "rectify.hazard.v1.LeadAccepted"; }};

PartnerFields Sample() {
  return {.display_name = "东丽区教育局安全管理平台",
          .role = Role::kDepartmentStaff,
          .posts = {"districts/120110/departments/jiaoyu"},
          .scopes = {"rectify.hazard.v1.Leads.*"},
          .requests_per_minute = 0};
}

Partner Present() {
  Partner partner{.district = "120110", .id = "x", .fields = Sample(), .create_time = {}};
  partner.fields.requests_per_minute = kDefaultRequests;
  return partner;
}

TEST(CheckPartner, SortsAndTakesTheUsualLimit) {
  PartnerFields fields = Sample();
  fields.posts = {"districts/120110/departments/zhujian", "districts/120110/departments/jiaoyu",
                  "districts/120110/departments/zhujian"};
  ASSERT_OK_AND_ASSIGN(fields, CheckPartner("120110", fields, kOnlyLeads));
  EXPECT_THAT(fields.posts, ElementsAre("districts/120110/departments/jiaoyu",
                                        "districts/120110/departments/zhujian"));
  EXPECT_EQ(fields.requests_per_minute, 600);
}

TEST(CheckPartner, NamesEverythingThatIsWrong) {
  PartnerFields fields = Sample();
  fields.display_name = "";
  fields.posts = {"districts/120110/departments/jiaoyu", "districts/120111/departments/jiaoyu",
                  "districts/120110/streets/120110001", "districts/120110/departments/"};
  fields.scopes = {"rectify.hazard.v1.Leads.*", "rectify.hazard.v1.Leeds.*"};
  fields.requests_per_minute = 60'001;
  fields.event_types = {"rectify.hazard.v1.LeadAccepted", "rectify.hazard.v1.LeadLost"};
  const absl::Status status = CheckPartner("120110", fields, kOnlyLeads).status();
  for (const char* field : {"display_name", "posts[1]", "posts[2]", "posts[3]", "scopes[1]",
                            "requests_per_minute", "event_types[1]"}) {
    EXPECT_THAT(status, HasViolation(field));
  }
  EXPECT_EQ(DetailOf(status)->violations.size(), 7);
}

TEST(CheckPartner, StreetsActForStreetsOnly) {
  PartnerFields fields = Sample();
  fields.role = Role::kStreetOfficer;
  EXPECT_THAT(CheckPartner("120110", fields, kOnlyLeads).status(), HasViolation("posts[0]"));
  fields.posts = {"districts/120110/streets/120110001"};
  EXPECT_OK(CheckPartner("120110", fields, kOnlyLeads));
}

TEST(CheckPartner, NoOtherRole) {
  PartnerFields fields = Sample();
  fields.role = static_cast<Role>(4);
  EXPECT_THAT(CheckPartner("120110", fields, kOnlyLeads).status(), HasViolation("role"));
}

TEST(CheckPartner, NothingIsAllowedByLeavingItOut) {
  PartnerFields fields = Sample();
  fields.scopes.clear();
  fields.posts.clear();
  const absl::Status status = CheckPartner("120110", fields, kOnlyLeads).status();
  EXPECT_THAT(status, HasViolation("scopes"));
  EXPECT_THAT(status, HasViolation("posts"));
}

TEST(UpdatePartner, ChangesWhatTheMaskNames) {
  PartnerFields sent = Sample();
  sent.display_name = "教育局";
  sent.requests_per_minute = 60;
  ASSERT_OK_AND_ASSIGN(const PartnerChange change,
                       UpdatePartner(Present(), sent, {"requests_per_minute"}, kOnlyLeads));
  EXPECT_THAT(change.changed, ElementsAre("requests_per_minute"));
  EXPECT_EQ(change.partner.fields.display_name, Sample().display_name);
  EXPECT_EQ(change.partner.version, 2);
}

TEST(UpdatePartner, TheSameAgainIsNoChange) {
  ASSERT_OK_AND_ASSIGN(const PartnerChange change,
                       UpdatePartner(Present(), Sample(), {"*"}, kOnlyLeads));
  EXPECT_THAT(change.changed, IsEmpty());
}

TEST(UpdatePartner, TheRoleStays) {
  EXPECT_THAT(UpdatePartner(Present(), Sample(), {"role"}, kOnlyLeads).status(),
              HasViolation("update_mask"));
  EXPECT_THAT(UpdatePartner(Present(), Sample(), {}, kOnlyLeads).status(),
              HasViolation("update_mask"));
}

TEST(UpdatePartner, TellsWhenItsFeedMaySeeOtherThings) {
  PartnerFields sent = Sample();
  sent.display_name = "东丽区教育局";
  ASSERT_OK_AND_ASSIGN(PartnerChange change,
                       UpdatePartner(Present(), sent, {"display_name"}, kOnlyLeads));
  EXPECT_FALSE(change.other_view);
  sent.posts = {"districts/120110/departments/zhujian"};
  ASSERT_OK_AND_ASSIGN(change, UpdatePartner(Present(), sent, {"posts"}, kOnlyLeads));
  EXPECT_TRUE(change.other_view);
  EXPECT_EQ(change.partner.types_version, 1) << "what it has been told of stays as it is";
  sent.event_types = {"rectify.hazard.v1.LeadAccepted"};
  ASSERT_OK_AND_ASSIGN(change, UpdatePartner(Present(), sent, {"event_types"}, kOnlyLeads));
  EXPECT_TRUE(change.other_view);
  EXPECT_EQ(change.partner.types_version, 2);
}

}  // namespace
}  // namespace rectify::partner::domain
