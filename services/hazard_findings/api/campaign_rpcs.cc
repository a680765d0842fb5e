// The rpcs of rectify.hazard.v1.Campaigns.
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "rectify/hazard/v1/campaign_service.pb.h"
#include "services/hazard_findings/api/campaign_convert.h"
#include "services/hazard_findings/api/checklist_data.h"
#include "services/hazard_findings/api/convert.h"
#include "services/hazard_findings/api/handlers.h"
#include "services/hazard_findings/events/campaign_payloads.h"
#include "services/hazard_findings/store/campaign_store.h"

namespace rectify::hazard::api {
namespace {

using rectify::events::Change;

constexpr int kCampaignAudience = rectify::events::kDepartments;

template <typename Event>
void AuditAndEmit(Change& change, const domain::Campaign& campaign, absl::string_view action,
                  absl::string_view what) {
  rectify::events::AuditRecord record;
  record.subject = campaign.name();
  record.action = std::string(action);
  record.summary = absl::StrCat(what, "专项行动：", campaign.title);
  record.details["checklist"] = absl::StrCat(campaign.checklist, " ", campaign.checklist_version);
  change.Audit(std::move(record));
  Event event;
  *event.mutable_campaign() = events::ToFacts(campaign);
  change.Emit(campaign.name(), campaign.version, event, kCampaignAudience);
}

absl::StatusOr<v1::Campaign> CreateCampaign(const Context& context, const rpc::Call& call,
                                            const v1::CreateCampaignRequest& request) {
  domain::Campaign wanted = ToCampaign(request.campaign());
  wanted.district = rpc::DistrictOf(request.parent());
  wanted.code = request.campaign_id();
  if (!rpc::MatchName("districts/{district}/campaigns/{code}", wanted.name(), "campaign_id").ok()) {
    return FieldError("campaign_id", {"campaign_id 只能用字母、数字、- 和 _，至多 32 个字符",
                                      "campaign_id must be 1 to 32 of A-Z a-z 0-9 _ -"});
  }
  return context.host.commands().Run<v1::Campaign>(
      call, [&](Change& change) -> absl::StatusOr<v1::Campaign> {
        ASSIGN_OR_RETURN(domain::Campaign campaign,
                         domain::CompleteCampaign(wanted, *context.checklists));
        campaign.create_time = change.now();
        RETURN_IF_ERROR(store::AddCampaign(change.sql(), campaign));
        AuditAndEmit<v1::CampaignCreated>(change, campaign, "CreateCampaign", "创建");
        return ToProto(campaign);
      });
}

absl::StatusOr<v1::Campaign> GetCampaign(const Context& context, const rpc::Call& call,
                                         const v1::GetCampaignRequest& request) {
  const NameParts name = PartsOf(request.name());
  ASSIGN_OR_RETURN(
      domain::Campaign campaign,
      context.host.pool().TransactValue(
          "hazard.get_campaign", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) { return store::GetCampaign(tx, name.district, name.id); }));
  return ToProto(campaign);
}

absl::StatusOr<v1::ListCampaignsResponse> ListCampaigns(const Context& context,
                                                        const rpc::Call& call,
                                                        const v1::ListCampaignsRequest& request) {
  ASSIGN_OR_RETURN(
      auto page, context.host.pool().TransactValue(
                     "hazard.list_campaigns",
                     {.access = pg::Access::kReadOnly, .deadline = call.deadline}, [&](pg::Tx& tx) {
                       return store::ListCampaigns(tx, rpc::DistrictOf(request.parent()),
                                                   request.filter(), request.page_size(),
                                                   request.page_token());
                     }));
  v1::ListCampaignsResponse response;
  for (const domain::Campaign& campaign : page.first) {
    *response.add_campaigns() = ToProto(campaign);
  }
  response.set_next_page_token(page.second);
  return response;
}

// The frame of every change: lock, etag, change, save.
absl::StatusOr<v1::Campaign> RunChange(
    const Context& context, const rpc::Call& call, const std::string& resource,
    const std::string& etag,
    const std::function<absl::StatusOr<domain::Campaign>(Change&, domain::Campaign)>& fn) {
  const NameParts name = PartsOf(resource);
  return context.host.commands().Run<v1::Campaign>(
      call, [&](Change& change) -> absl::StatusOr<v1::Campaign> {
        ASSIGN_OR_RETURN(domain::Campaign campaign,
                         store::LockCampaign(change.sql(), name.district, name.id,
                                             store::CampaignLock::kToChange));
        RETURN_IF_ERROR(rpc::CheckEtag(campaign.version, etag));
        ASSIGN_OR_RETURN(campaign, fn(change, std::move(campaign)));
        RETURN_IF_ERROR(store::SaveCampaign(change.sql(), campaign));
        return ToProto(campaign);
      });
}

absl::StatusOr<v1::Campaign> UpdateCampaign(const Context& context, const rpc::Call& call,
                                            const v1::UpdateCampaignRequest& request) {
  const domain::Campaign wanted = ToCampaign(request.campaign());
  const std::vector<std::string> paths(request.update_mask().paths().begin(),
                                       request.update_mask().paths().end());
  return RunChange(
      context, call, request.campaign().name(), request.campaign().etag(),
      [&](Change& change, domain::Campaign campaign) -> absl::StatusOr<domain::Campaign> {
        ASSIGN_OR_RETURN(campaign, domain::UpdateCampaign(std::move(campaign), wanted, paths,
                                                          *context.checklists));
        AuditAndEmit<v1::CampaignUpdated>(change, campaign, "UpdateCampaign", "修改");
        return campaign;
      });
}

absl::StatusOr<v1::Campaign> ActivateCampaign(const Context& context, const rpc::Call& call,
                                              const v1::ActivateCampaignRequest& request) {
  return RunChange(
      context, call, request.name(), request.etag(),
      [&](Change& change, domain::Campaign campaign) -> absl::StatusOr<domain::Campaign> {
        ASSIGN_OR_RETURN(campaign, domain::ActivateCampaign(std::move(campaign), change.now()));
        AuditAndEmit<v1::CampaignActivated>(change, campaign, "ActivateCampaign", "启动");
        return campaign;
      });
}

absl::StatusOr<v1::Campaign> EndCampaign(const Context& context, const rpc::Call& call,
                                         const v1::EndCampaignRequest& request) {
  return RunChange(
      context, call, request.name(), request.etag(),
      [&](Change& change, domain::Campaign campaign) -> absl::StatusOr<domain::Campaign> {
        ASSIGN_OR_RETURN(
            campaign, domain::EndCampaign(std::move(campaign), request.conclusion(), change.now()));
        AuditAndEmit<v1::CampaignEnded>(change, campaign, "EndCampaign", "结束");
        return campaign;
      });
}

absl::StatusOr<v1::ListChecklistsResponse> ListChecklists(
    const Context& context, const rpc::Call&, const v1::ListChecklistsRequest& request) {
  v1::ListChecklistsResponse response;
  for (const domain::Checklist& checklist : context.checklists->all()) {
    if (!request.code().empty() && checklist.code != request.code()) continue;
    *response.add_checklists() = ToProto(checklist);
  }
  return response;
}

}  // namespace

void RegisterCampaignRpcs(const Context& context) {
  const Methods methods(context, "rectify.hazard.v1.Campaigns");
  methods.Add("CreateCampaign", CreateCampaign);
  methods.Add("GetCampaign", GetCampaign);
  methods.Add("ListCampaigns", ListCampaigns);
  methods.Add("UpdateCampaign", UpdateCampaign);
  methods.Add("ActivateCampaign", ActivateCampaign);
  methods.Add("EndCampaign", EndCampaign);
  methods.Add("ListChecklists", ListChecklists);
}

}  // namespace rectify::hazard::api
