// Campaigns: what makes one whole, when it is in force, what may change when.
#include "services/hazard_findings/domain/campaign.h"

#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/testing/status_matchers.h"

namespace rectify::hazard::domain {
namespace {

using absl::CivilDay;

absl::Time Noon(CivilDay day) { return StartOfDay(day) + absl::Hours(12); }

Checklists Lists() {
  Checklist list;
  list.code = "sample";
  list.version = 3;
  list.title = "示例清单";
  list.classes = {{"RJ", "人员密集场所", ""}, {"SC", "生产储存场所", ""}};
  list.items = {{"Z1", "通道畅通", {}, {}}};
  return *Checklists::Create({list});
}

Campaign Wanted() {
  Campaign campaign;
  campaign.district = "120110";
  campaign.code = "zx2023";
  campaign.title = "专项整治";
  campaign.checklist = "sample";
  campaign.phases = {{"自查自改", CivilDay(2023, 5, 1), CivilDay(2023, 6, 30)},
                     {"排查整治", CivilDay(2023, 7, 1), CivilDay(2023, 11, 30)}};
  return campaign;
}

Campaign Draft() { return *CompleteCampaign(Wanted(), Lists()); }
Campaign Active() { return *ActivateCampaign(Draft(), Noon(CivilDay(2023, 5, 4))); }

TEST(CampaignTest, WithoutVersionAndClassesItTakesTheNewestAndAll) {
  EXPECT_EQ(Draft().checklist_version, 3);
  EXPECT_EQ(Draft().target_classes, (std::vector<std::string>{"RJ", "SC"}));
}

TEST(CampaignTest, EveryWrongFieldIsNamed) {
  Campaign campaign = Wanted();
  campaign.phases[1].first_day = CivilDay(2023, 6, 30);
  campaign.phases[0].last_day = CivilDay(2023, 4, 30);
  campaign.phases[1].last_day = CivilDay(2023, 6, 1);
  campaign.target_classes = {"XX", "RJ", "RJ"};
  const auto detail = DetailOf(CompleteCampaign(campaign, Lists()).status());
  ASSERT_TRUE(detail.has_value());
  std::vector<std::string> fields;
  for (const FieldViolation& violation : detail->violations) fields.push_back(violation.field);
  EXPECT_EQ(fields,
            (std::vector<std::string>{"campaign.phases[0].last_day", "campaign.phases[1].last_day",
                                      "campaign.target_classes[0]", "campaign.target_classes[2]"}));
  campaign = Wanted();
  campaign.checklist_version = 2;
  EXPECT_EQ(ReasonOf(CompleteCampaign(campaign, Lists()).status()), "INVALID_FIELD");
}

TEST(CampaignTest, ItIsInForceFromItsFirstDayToItsLastOrItsEnd) {
  EXPECT_FALSE(Draft().InForceOn(CivilDay(2023, 5, 4)));
  const Campaign active = Active();
  EXPECT_FALSE(active.InForceOn(CivilDay(2023, 4, 30)));
  EXPECT_TRUE(active.InForceOn(CivilDay(2023, 5, 1)));
  EXPECT_TRUE(active.InForceOn(CivilDay(2023, 11, 30)));
  EXPECT_FALSE(active.InForceOn(CivilDay(2023, 12, 1)));
  const Campaign ended = *EndCampaign(active, "完成", Noon(CivilDay(2023, 10, 8)));
  EXPECT_TRUE(ended.InForceOn(CivilDay(2023, 10, 8)));
  EXPECT_FALSE(ended.InForceOn(CivilDay(2023, 10, 9)));
}

TEST(CampaignTest, WhatAnswersRestOnIsFixedByActivation) {
  Campaign other = Wanted();
  other.title = "新名称";
  other.target_classes = {"RJ"};
  EXPECT_EQ(UpdateCampaign(Draft(), other, {"target_classes"}, Lists())->target_classes.size(), 1u);
  EXPECT_EQ(UpdateCampaign(Active(), other, {"title"}, Lists())->title, "新名称");
  EXPECT_EQ(ReasonOf(UpdateCampaign(Active(), other, {"target_classes"}, Lists()).status()),
            "CAMPAIGN_STATE");
  EXPECT_EQ(ReasonOf(UpdateCampaign(Draft(), other, {"state"}, Lists()).status()), "INVALID_FIELD");
}

TEST(CampaignTest, VerbsStartOnlyFromTheirStates) {
  const absl::Time now = Noon(CivilDay(2023, 6, 1));
  const Campaign ended = *EndCampaign(Active(), "完成", now);
  EXPECT_EQ(ReasonOf(ActivateCampaign(Active(), now).status()), "CAMPAIGN_STATE");
  EXPECT_EQ(ReasonOf(ActivateCampaign(ended, now).status()), "CAMPAIGN_STATE");
  EXPECT_EQ(ReasonOf(EndCampaign(Draft(), "完成", now).status()), "CAMPAIGN_STATE");
  EXPECT_EQ(ReasonOf(EndCampaign(ended, "完成", now).status()), "CAMPAIGN_STATE");
  EXPECT_EQ(ReasonOf(UpdateCampaign(ended, Wanted(), {"title"}, Lists()).status()),
            "CAMPAIGN_STATE");
}

}  // namespace
}  // namespace rectify::hazard::domain
