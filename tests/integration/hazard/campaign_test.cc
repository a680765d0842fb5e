// Campaigns and the kinds of inspection, over the real rpcs and tables.
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/rpc/convert.h"
#include "rectify/hazard/v1/campaign_events.pb.h"
#include "rectify/hazard/v1/campaign_service.pb.h"
#include "rectify/hazard/v1/hazard_events.pb.h"
#include "tests/integration/hazard/fixture.h"

namespace rectify::hazard {
namespace {

constexpr char kCampaigns[] = "rectify.hazard.v1.Campaigns.";

class CampaignTest : public HazardTest {
 protected:
  rpc::Client& Head() { return system_.As("hazard", "users/head", {"DEPARTMENT_HEAD"}); }

  static v1::CreateCampaignRequest HighRise() {
    v1::CreateCampaignRequest request;
    request.set_parent("districts/120110");
    request.set_campaign_id("gaoceng-2023");
    v1::Campaign& campaign = *request.mutable_campaign();
    campaign.set_title("高层建筑重大火灾风险专项整治");
    campaign.set_checklist("high-rise");
    v1::CampaignPhase& phase = *campaign.add_phases();
    phase.set_title("排查整治");
    *phase.mutable_first_day() = rpc::ToDate(absl::CivilDay(2023, 1, 1));
    *phase.mutable_last_day() = rpc::ToDate(absl::CivilDay(2023, 6, 30));
    return request;
  }

  template <typename Request>
  absl::StatusOr<v1::Campaign> Do(const std::string& method, const Request& request) {
    return Head().Unary<v1::Campaign>(absl::StrCat(kCampaigns, method), request);
  }
  absl::StatusOr<v1::Campaign> Activate(const v1::Campaign& campaign) {
    v1::ActivateCampaignRequest request;
    request.set_name(campaign.name());
    request.set_etag(campaign.etag());
    return Do("ActivateCampaign", request);
  }
  absl::StatusOr<v1::ListInspectionsResponse> List(const std::string& filter) {
    v1::ListInspectionsRequest request;
    request.set_parent("districts/120110");
    request.set_filter(filter);
    return Zhang().Unary<v1::ListInspectionsResponse>(
        "rectify.hazard.v1.HazardFindings.ListInspections", request);
  }
};

TEST_F(CampaignTest, GoesFromDraftToItsEnd) {
  auto campaign = Do("CreateCampaign", HighRise());
  ASSERT_OK(campaign);
  EXPECT_EQ(campaign->state(), v1::Campaign::STATE_DRAFT);
  EXPECT_EQ(campaign->checklist_version(), 1);
  EXPECT_EQ(campaign->target_classes_size(), 4);
  EXPECT_EQ(ReasonOf(Do("CreateCampaign", HighRise()).status()), "ALREADY_EXISTS");

  v1::UpdateCampaignRequest update;
  *update.mutable_campaign() = *campaign;
  update.mutable_campaign()->set_scope("建筑高度大于24米的公共建筑和高层住宅");
  update.mutable_update_mask()->add_paths("scope");
  campaign = Do("UpdateCampaign", update);
  ASSERT_OK(campaign);
  EXPECT_EQ(ReasonOf(Do("UpdateCampaign", update).status()), "ETAG_MISMATCH");

  campaign = Activate(*campaign);
  ASSERT_OK(campaign);
  EXPECT_EQ(campaign->state(), v1::Campaign::STATE_ACTIVE);
  v1::EndCampaignRequest end;
  end.set_name(campaign->name());
  end.set_conclusion("完成整治任务");
  campaign = Do("EndCampaign", end);
  ASSERT_OK(campaign);
  EXPECT_EQ(campaign->state(), v1::Campaign::STATE_ENDED);

  v1::GetCampaignRequest get;
  get.set_name(campaign->name());
  const auto read = Do("GetCampaign", get);
  ASSERT_OK(read);
  EXPECT_EQ(read->SerializeAsString(), campaign->SerializeAsString());
  v1::ListCampaignsRequest list;
  list.set_parent("districts/120110");
  list.set_filter("state = \"ENDED\" AND checklist = \"high-rise\"");
  const auto page =
      Head().Unary<v1::ListCampaignsResponse>(absl::StrCat(kCampaigns, "ListCampaigns"), list);
  ASSERT_OK(page);
  EXPECT_EQ(page->campaigns_size(), 1);
  EXPECT_EQ(EventTypes("departments"),
            (std::vector<std::string>{"CampaignCreated", "CampaignUpdated", "CampaignActivated",
                                      "CampaignEnded"}));
  EXPECT_EQ(Trail(campaign->name()).size(), 4u);
}

TEST_F(CampaignTest, AnInspectionUnderACampaignKeepsItsAnswers) {
  const auto draft = Do("CreateCampaign", HighRise());
  ASSERT_OK(draft);
  v1::RecordInspectionRequest request = Sample();
  v1::Inspection& inspection = *request.mutable_inspection();
  inspection.set_kind(v1::INSPECTION_KIND_CAMPAIGN);
  inspection.set_campaign(draft->name());
  *inspection.add_findings() = Order("B08");
  v1::ChecklistAnswer& answer = *inspection.add_checklist_answers();
  answer.set_item("HR08");
  answer.set_result(v1::ChecklistAnswer::RESULT_FAIL);
  answer.set_note("三层防火门损坏");
  answer.add_findings(0);
  EXPECT_EQ(ReasonOf(Record(request).status()), "CAMPAIGN_NOT_IN_FORCE");

  ASSERT_OK(Activate(*draft));
  const auto recorded = Record(request);
  ASSERT_OK(recorded);
  const auto read = GetInspection(recorded->name());
  ASSERT_OK(read);
  EXPECT_EQ(read->SerializeAsString(), recorded->SerializeAsString());
  ASSERT_EQ(read->checklist_answers_size(), 1);
  EXPECT_EQ(read->checklist_answers(0).findings(0), 0);
  const auto listed =
      List(absl::StrCat("campaign = \"", draft->name(), "\" AND kind = \"CAMPAIGN\""));
  ASSERT_OK(listed);
  EXPECT_EQ(listed->inspections_size(), 1);
  EXPECT_EQ(List("kind = \"ROUTINE\"")->inspections_size(), 0);
  for (const auto& event : Events()) {
    if (event.type() != v1::InspectionRecorded::descriptor()->full_name()) continue;
    v1::InspectionRecorded payload;
    ASSERT_TRUE(payload.ParseFromString(event.payload()));
    EXPECT_EQ(payload.kind(), v1::INSPECTION_KIND_CAMPAIGN);
    EXPECT_EQ(payload.campaign(), draft->name());
  }
}

TEST_F(CampaignTest, AnOldCallersInspectionIsRoutine) {
  const auto recorded = Record(Sample());
  ASSERT_OK(recorded);
  EXPECT_EQ(recorded->kind(), v1::INSPECTION_KIND_ROUTINE);
}

TEST_F(CampaignTest, FromTheFirstDayOfTheCapOnAYearHasAnEnd) {
  v1::RecordInspectionRequest request = Sample();
  const auto on = [&](absl::CivilDay day) {
    system_.AdvanceTo(StartOfDay(day) + absl::Hours(12));
    *request.mutable_inspection()->mutable_inspect_time() =
        rpc::ToTimestamp(StartOfDay(day) + absl::Hours(10));
    return Record(request);
  };
  for (const auto& day : {absl::CivilDay(2024, 12, 30), absl::CivilDay(2024, 12, 31)}) {
    ASSERT_OK(on(day));
  }
  registry_.Announce([&] {
    venue::v1::Officer officer = SampleOfficer(kZhang);
    *officer.mutable_certificate_end() = rpc::ToDate(absl::CivilDay(2030, 12, 31));
    officer.set_etag("\"2\"");
    return officer;
  }());
  registry_.Announce([&] {
    venue::v1::Officer officer = SampleOfficer(kLi);
    *officer.mutable_certificate_end() = rpc::ToDate(absl::CivilDay(2030, 12, 31));
    officer.set_etag("\"2\"");
    return officer;
  }());
  ASSERT_OK(on(absl::CivilDay(2025, 1, 6)));
  ASSERT_OK(on(absl::CivilDay(2025, 1, 7)));
  EXPECT_EQ(ReasonOf(on(absl::CivilDay(2025, 1, 8)).status()), "INSPECTION_CAP_REACHED");
  request.mutable_inspection()->set_kind(v1::INSPECTION_KIND_RECHECK);
  const auto recheck = on(absl::CivilDay(2025, 1, 8));
  ASSERT_OK(recheck);
  EXPECT_EQ(recheck->cap_exception(), v1::CAP_EXCEPTION_RECHECK);
  request.mutable_inspection()->set_kind(v1::INSPECTION_KIND_ROUTINE);
  ASSERT_OK(on(absl::CivilDay(2026, 1, 5)));
}

}  // namespace
}  // namespace rectify::hazard
