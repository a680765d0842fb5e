#include "services/hazard_findings/store/campaign_store.h"

#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "rectify/hazard/v1/campaign.pb.h"

namespace rectify::hazard::store {
namespace {

using domain::Campaign;

#define RECTIFY_CAMPAIGN_COLUMNS                                                            \
  "district, code, title, scope, checklist, checklist_version, target_classes, "            \
  "phase_titles, phase_first_days::text[], phase_last_days::text[], state, activate_time, " \
  "end_time, conclusion, create_time, version"

constexpr pg::Statement kAddCampaign = {"hazard.add_campaign", R"sql(
  insert into campaigns (district, code, title, scope, checklist, checklist_version, target_classes,
                         phase_titles, phase_first_days, phase_last_days, state, conclusion,
                         create_time, version)
  values ($1::text, $2::text, $3::text, $4::text, $5::text, $6::int, $7::text[], $8::text[],
          $9::date[], $10::date[], 1, '', $11::timestamptz, 1)
  on conflict do nothing)sql"};

constexpr pg::Statement kSaveCampaign = {"hazard.save_campaign", R"sql(
  update campaigns
     set title = $3::text, scope = $4::text, checklist = $5::text, checklist_version = $6::int,
         target_classes = $7::text[], phase_titles = $8::text[], phase_first_days = $9::date[],
         phase_last_days = $10::date[], state = $11::smallint, activate_time = $12::timestamptz,
         end_time = $13::timestamptz, conclusion = $14::text, version = $15::bigint
   where district = $1::text and code = $2::text)sql"};

constexpr pg::Statement kGetCampaign = {"hazard.get_campaign",
                                        "select " RECTIFY_CAMPAIGN_COLUMNS R"sql(
  from campaigns where district = $1::text and code = $2::text)sql"};

constexpr pg::Statement kLockToChange = {"hazard.lock_campaign_to_change",
                                         "select " RECTIFY_CAMPAIGN_COLUMNS R"sql(
  from campaigns where district = $1::text and code = $2::text for update)sql"};

constexpr pg::Statement kLockToUse = {"hazard.lock_campaign_to_use",
                                      "select " RECTIFY_CAMPAIGN_COLUMNS R"sql(
  from campaigns where district = $1::text and code = $2::text for share)sql"};

absl::CivilDay DayOf(const std::string& text) {
  return ParseCivilDay(text).value_or(absl::CivilDay());
}

Campaign ReadCampaign(const pg::Row& row) {
  Campaign campaign;
  campaign.district = row.Text(0);
  campaign.code = row.Text(1);
  campaign.title = row.Text(2);
  campaign.scope = row.Text(3);
  campaign.checklist = row.Text(4);
  campaign.checklist_version = static_cast<int>(row.Int(5));
  campaign.target_classes = row.TextArray(6);
  const std::vector<std::string> titles = row.TextArray(7);
  const std::vector<std::string> first_days = row.TextArray(8);
  const std::vector<std::string> last_days = row.TextArray(9);
  for (size_t i = 0; i < titles.size(); ++i) {
    campaign.phases.push_back({titles[i], DayOf(first_days[i]), DayOf(last_days[i])});
  }
  campaign.state = static_cast<domain::CampaignState>(row.Int(10));
  campaign.activate_time = row.OptTime(11);
  campaign.end_time = row.OptTime(12);
  campaign.conclusion = row.Text(13);
  campaign.create_time = row.Time(14);
  campaign.version = row.Int(15);
  return campaign;
}

struct PhaseColumns {
  std::vector<std::string> titles;
  std::vector<absl::CivilDay> first_days, last_days;
};

PhaseColumns ColumnsOf(const Campaign& campaign) {
  PhaseColumns columns;
  for (const domain::CampaignPhase& phase : campaign.phases) {
    columns.titles.push_back(phase.title);
    columns.first_days.push_back(phase.first_day);
    columns.last_days.push_back(phase.last_day);
  }
  return columns;
}

const query::ListSpec& CampaignList() {
  using Kind = query::ListField::Kind;
  static const auto& spec = *new query::ListSpec{
      .name = "hazard.list_campaigns",
      .columns = RECTIFY_CAMPAIGN_COLUMNS,
      .from = "campaigns where district = $1",
      .fields = {{"state", Kind::kEnum, "state = $?", v1::Campaign::State_descriptor()},
                 {"checklist", Kind::kText, "checklist = $?"}},
      .order = {{"campaigns.create_time", "timestamptz"}, {"campaigns.code", "text"}},
      .descending = true};
  return spec;
}

}  // namespace

absl::Status AddCampaign(pg::Tx& tx, const Campaign& campaign) {
  const PhaseColumns phases = ColumnsOf(campaign);
  ASSIGN_OR_RETURN(
      pg::Rows added,
      tx.Exec(kAddCampaign,
              {campaign.district, campaign.code, campaign.title, campaign.scope, campaign.checklist,
               campaign.checklist_version, campaign.target_classes, phases.titles,
               phases.first_days, phases.last_days, campaign.create_time}));
  if (added.affected() == 1) return absl::OkStatus();
  return MakeError(absl::StatusCode::kAlreadyExists,
                   {.reason = "ALREADY_EXISTS",
                    .text = {"该编号的专项行动已存在（campaign_id）",
                             "a campaign with this id exists already (campaign_id)"},
                    .metadata = {{"field", "campaign_id"}},
                    .violations = {}});
}

absl::Status SaveCampaign(pg::Tx& tx, const Campaign& campaign) {
  const PhaseColumns phases = ColumnsOf(campaign);
  return tx
      .Exec(kSaveCampaign,
            {campaign.district, campaign.code, campaign.title, campaign.scope, campaign.checklist,
             campaign.checklist_version, campaign.target_classes, phases.titles, phases.first_days,
             phases.last_days, static_cast<int>(campaign.state), campaign.activate_time,
             campaign.end_time, campaign.conclusion, campaign.version})
      .status();
}

absl::StatusOr<Campaign> GetCampaign(pg::Tx& tx, absl::string_view district,
                                     absl::string_view code) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kGetCampaign, {district, code}));
  if (rows.empty()) return NotFoundError(domain::CampaignName(district, code));
  return ReadCampaign(rows[0]);
}

absl::StatusOr<Campaign> LockCampaign(pg::Tx& tx, absl::string_view district,
                                      absl::string_view code, CampaignLock lock) {
  ASSIGN_OR_RETURN(
      pg::Rows rows,
      tx.Exec(lock == CampaignLock::kToChange ? kLockToChange : kLockToUse, {district, code}));
  if (rows.empty()) return NotFoundError(domain::CampaignName(district, code));
  return ReadCampaign(rows[0]);
}

absl::StatusOr<std::pair<std::vector<Campaign>, std::string>> ListCampaigns(
    pg::Tx& tx, absl::string_view district, absl::string_view filter, int page_size,
    absl::string_view page_token) {
  ASSIGN_OR_RETURN(query::ListQuery query, query::ListQuery::Build(CampaignList(), {district},
                                                                   filter, page_size, page_token));
  return query.Run<Campaign>(tx, ReadCampaign);
}

}  // namespace rectify::hazard::store
