#include "tests/integration/noninterference/world.h"

#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/clock.h"
#include "libs/crypto/hash.h"
#include "libs/rpc/convert.h"
#include "rectify/deadline/v1/seal_service.pb.h"
#include "rectify/followup/v1/draw_service.pb.h"
#include "rectify/followup/v1/lead_service.pb.h"
#include "rectify/followup/v1/visit_service.pb.h"
#include "rectify/hazard/v1/campaign_service.pb.h"
#include "rectify/hazard/v1/hazard_service.pb.h"
#include "rectify/hazard/v1/referral_service.pb.h"
#include "rectify/partner/v1/partner_service.pb.h"
#include "rectify/partner/v1/webhook_service.pb.h"
#include "rectify/venue/v1/venue_service.pb.h"
#include "services/followup_visits/service.h"
#include "services/hazard_findings/service.h"
#include "services/partner_registry/service.h"
#include "services/rectification_deadlines/service.h"
#include "services/reminder_dispatch/service.h"
#include "services/venue_registry/service.h"

namespace rectify::noninterference {
namespace {

absl::Time Start() { return absl::FromCivil(absl::CivilHour(2023, 3, 20, 10), ChinaZone()); }

std::string Uuid(int n) { return absl::StrFormat("01850000-0000-7000-8000-%012d", n); }
std::string Name(absl::string_view collection, int n) {
  return absl::StrCat(kParent, "/", collection, "/", Uuid(n));
}
std::string Half(char c) { return std::string(40, c); }

}  // namespace

World::World()
    : system_(Start(), {"venue", "hazard", "deadline", "reminder", "followup", "partner"}) {
  system_.Start("venue", venue::Migrations(), [](service::Host& host) {
    return venue::RegisterVenue(host, venue::VenueConfig{});
  });
  system_.Start("hazard", hazard::Migrations(), [](service::Host& host) {
    return hazard::RegisterHazard(host, hazard::HazardConfig{});
  });
  system_.Start("deadline", deadline::Migrations(), [](service::Host& host) {
    return deadline::RegisterDeadline(host, deadline::DeadlineConfig{});
  });
  system_.Start("reminder", reminder::Migrations(), [this](service::Host& host) {
    reminder::ReminderConfig config;
    config.file_outbox = system_.folder() + "/letters";
    return reminder::RegisterReminder(host, config);
  });
  // Real time stands still, so that two worlds tell the same.
  system_.Start("partner", partner::Migrations(), [](service::Host& host) {
    return partner::RegisterPartner(host, {.real_now = Start});
  });
  system_.StartSealed("followup", followup::Migrations(), [](service::Host& host) {
    return followup::RegisterFollowup(host, followup::FollowupConfig{});
  });
  MakeEnforcementFacts();
  MakePartner();
  MakeUnits();
}

void World::Do(rpc::Client& client, absl::string_view method, google::protobuf::Message& request,
               google::protobuf::Message* response) {
  const auto* field = request.GetDescriptor()->FindFieldByName("request_id");
  ASSERT_NE(field, nullptr) << method;
  request.GetReflection()->SetString(&request, field, Uuid(500'000 + ++commands_));
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(std::string(method));
  ASSERT_NE(descriptor, nullptr) << method;
  std::unique_ptr<google::protobuf::Message> answer(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(descriptor->output_type())
          ->New());
  rpc::CallOptions call;
  call.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  ASSERT_OK(client.UnaryInto(method, request, *answer, call)) << method;
  if (response != nullptr) response->CopyFrom(*answer);
}

void World::MakePartner() {
  rpc::Client& registrar = system_.As("partner", "users/registrar", {"REGISTRAR"});
  partner::v1::CreatePartnerRequest create;
  create.set_parent(kParent);
  create.set_partner_id(Uuid(3000));
  create.mutable_partner()->set_display_name("示例平台");
  create.mutable_partner()->set_role(authz::v1::ROLE_STREET_OFFICER);
  create.mutable_partner()->add_posts(kStreet);
  create.mutable_partner()->add_scopes("rectify.hazard.v1.Leads.*");
  Do(registrar, "rectify.partner.v1.PartnerRegistry.CreatePartner", create);
  partner::v1::IssueApiKeyRequest issue;
  issue.set_parent(Name("partners", 3000));
  *issue.mutable_api_key()->mutable_expire_time() = rpc::ToTimestamp(Start() + absl::Hours(24));
  Do(registrar, "rectify.partner.v1.PartnerRegistry.IssueApiKey", issue);
  partner::v1::AddWebhookRequest add;
  add.set_parent(Name("partners", 3000));
  add.mutable_webhook()->set_url("https://127.0.0.1:9/");  // its partner follows nothing
  Do(registrar, "rectify.partner.v1.Webhooks.AddWebhook", add);
}

void World::MakeEnforcementFacts() {
  rpc::Client& registrar = system_.As("venue", "users/registrar", {"REGISTRAR"});
  venue::v1::UpdateStreetRequest street;
  street.mutable_street()->set_name(kStreet);
  street.mutable_street()->set_display_name("示例街道");
  Do(registrar, "rectify.venue.v1.VenueRegistry.UpdateStreet", street);
  for (int n = 0; n < 3; ++n) {
    venue::v1::CreateOfficerRequest officer;
    officer.set_parent(kParent);
    officer.set_officer_id(Uuid(1000 + n));
    officer.mutable_officer()->set_display_name(absl::StrCat("示例监督员", n));
    officer.mutable_officer()->set_post(venue::v1::POST_INSPECTOR);
    officer.mutable_officer()->set_certificate_number(absl::StrCat("示例证", n));
    *officer.mutable_officer()->mutable_certificate_start() =
        rpc::ToDate(absl::CivilDay(2020, 1, 1));
    *officer.mutable_officer()->mutable_certificate_end() = rpc::ToDate(absl::CivilDay(2026, 1, 1));
    *officer.mutable_officer()->mutable_post_start() = rpc::ToDate(absl::CivilDay(2020, 1, 1));
    Do(registrar, "rectify.venue.v1.VenueRegistry.CreateOfficer", officer);
  }
  for (int n = 0; n < 8; ++n) {
    venue::v1::CreateVenueRequest venue;
    venue.set_parent(kParent);
    venue.set_venue_id(Uuid(n));
    venue.mutable_venue()->set_display_name(absl::StrCat("示例单位", n));
    venue.mutable_venue()->set_venue_class(venue::v1::VENUE_CLASS_CROWDED);
    venue.mutable_venue()->set_kind(venue::v1::VENUE_KIND_HOTEL);
    venue.mutable_venue()->set_no_uscc_reason("示例");
    venue.mutable_venue()->set_address(absl::StrCat("示例路", n, "号"));
    venue.mutable_venue()->set_street(kStreet);
    Do(registrar, "rectify.venue.v1.VenueRegistry.CreateVenue", venue);
  }
  system_.Settle();
  rpc::Client& inspector =
      system_.As("hazard", "users/zhang", {"INSPECTOR"}, {Name("officers", 1000)});
  for (int n = 0; n < 3; ++n) {
    hazard::v1::RecordInspectionRequest inspection;
    inspection.set_parent(kParent);
    inspection.set_inspection_id(Uuid(2000 + n));
    inspection.mutable_inspection()->set_venue(Name("venues", n));
    *inspection.mutable_inspection()->mutable_inspect_time() = rpc::ToTimestamp(Start());
    inspection.mutable_inspection()->add_officers(Name("officers", 1000));
    inspection.mutable_inspection()->add_officers(Name("officers", 1001));
    hazard::v1::Finding& finding = *inspection.mutable_inspection()->add_findings();
    finding.set_catalog_code("B02");
    finding.set_description("示例隐患");
    finding.set_disposition(hazard::v1::DISPOSITION_ORDER);
    Do(inspector, "rectify.hazard.v1.HazardFindings.RecordInspection", inspection);
  }
  // What the deadline service makes of the inspections comes first, in both worlds.
  system_.Settle();
  MakeCampaignAndSeal();
  MakeReferral();
  system_.Settle();
}

void World::MakeCampaignAndSeal() {
  hazard::v1::CreateCampaignRequest create;
  create.set_parent(kParent);
  create.set_campaign_id("cafe");
  create.mutable_campaign()->set_title("示例行动");
  create.mutable_campaign()->set_scope("示例范围");
  create.mutable_campaign()->set_checklist("high-rise");
  hazard::v1::CampaignPhase& phase = *create.mutable_campaign()->add_phases();
  phase.set_title("示例阶段");
  *phase.mutable_first_day() = rpc::ToDate(absl::CivilDay(2023, 3, 20));
  *phase.mutable_last_day() = rpc::ToDate(absl::CivilDay(2023, 12, 31));
  Do(system_.As("hazard", "users/head", {"DEPARTMENT_HEAD"}),
     "rectify.hazard.v1.Campaigns.CreateCampaign", create);

  deadline::v1::ProposeSealRequest propose;
  propose.set_parent(kParent);
  deadline::v1::Seal& seal = *propose.mutable_seal();
  seal.set_venue(Name("venues", 0));
  *seal.mutable_inspect_time() = rpc::ToTimestamp(Start());
  seal.add_officers(Name("officers", 1000));
  seal.add_officers(Name("officers", 1001));
  seal.set_ground(deadline::v1::SEAL_GROUND_EXITS);
  seal.set_facts("示例事实");
  seal.add_parts("示例部位");
  seal.set_term_days(15);
  Do(system_.As("deadline", "users/zhang", {"INSPECTOR"}, {Name("officers", 1000)}),
     "rectify.deadline.v1.Seals.ProposeSeal", propose);
}

void World::MakeReferral() {
  hazard::v1::SendReferralRequest send;
  send.set_parent(kParent);
  hazard::v1::Referral& referral = *send.mutable_referral();
  referral.set_kind(hazard::v1::Referral::KIND_NOTICE);
  referral.set_subject(Name("venues", 0));
  referral.set_addressee(kStreet);
  referral.set_title("示例抄告");
  referral.set_text("示例正文");
  Do(system_.As("hazard", "users/head", {"DEPARTMENT_HEAD"}),
     "rectify.hazard.v1.Referrals.SendReferral", send);
}

void World::MakeUnits() {
  rpc::Client& ji = system_.As("followup", "users/ji.wei", {"DISCIPLINE"});
  std::string csv = "文号,决定日期,单位名称,场所,承办人\n";
  for (int n = 0; n < 8; ++n) {
    absl::StrAppend(&csv, "示例罚字", n, "号,2023-02-03,示例单位", n, ",", Name("venues", n), ",",
                    Name("officers", 1000), "\n");
  }
  bool sent = false;
  ASSERT_OK(ji.Stream(
      "rectify.followup.v1.FollowupDraws.ImportPenalisedUnits",
      [&](google::protobuf::Message& message) {
        if (std::exchange(sent, true)) return false;
        auto& request = static_cast<followup::v1::ImportPenalisedUnitsRequest&>(message);
        request.set_parent(kParent);
        request.set_csv(csv);
        return true;
      },
      [](const google::protobuf::Message&) { return absl::OkStatus(); }, absl::Seconds(30)));
  for (int n = 0; n < 3; ++n) {
    followup::v1::UpdateVisitorRequest visitor;
    visitor.mutable_visitor()->set_name(absl::StrCat(kParent, "/visitors/v", n));
    visitor.mutable_visitor()->set_display_name(absl::StrCat("示例人员", n));
    visitor.mutable_visitor()->set_user(absl::StrCat("users/v", n));
    Do(ji, "rectify.followup.v1.FollowupDraws.UpdateVisitor", visitor);
  }
}

void World::MakeVisits() {
  const std::string draws = "rectify.followup.v1.FollowupDraws.";
  const std::string visits = "rectify.followup.v1.FollowupVisits.";
  const std::string leads = "rectify.followup.v1.FollowupLeads.";
  rpc::Client& ji = system_.As("followup", "users/ji.wei", {"DISCIPLINE"});
  rpc::Client& bai = system_.As("followup", "users/bai.lin", {"DISCIPLINE"});

  followup::v1::CreateFrameRequest create;
  create.set_parent(kParent);
  create.set_quarter("2023Q1");
  followup::v1::Draw draw;
  Do(ji, draws + "CreateFrame", create, &draw);
  followup::v1::FreezeFrameRequest freeze;
  freeze.set_name(draw.name());
  freeze.add_officials("users/ji.wei");
  freeze.add_officials("users/bai.lin");
  Do(ji, draws + "FreezeFrame", freeze);
  for (rpc::Client* official : {&ji, &bai}) {
    followup::v1::CommitSeedHalfRequest commit;
    commit.set_name(draw.name());
    commit.set_commitment(
        absl::BytesToHexString(crypto::Sha256(Half(official == &ji ? 'a' : 'b'))));
    Do(*official, draws + "CommitSeedHalf", commit);
  }
  for (rpc::Client* official : {&ji, &bai}) {
    followup::v1::RevealSeedHalfRequest reveal;
    reveal.set_name(draw.name());
    reveal.set_value(Half(official == &ji ? 'a' : 'b'));
    Do(*official, draws + "RevealSeedHalf", reveal);
  }
  followup::v1::DrawSampleRequest sample;
  sample.set_name(draw.name());
  Do(ji, draws + "DrawSample", sample);

  followup::v1::ListVisitsRequest list;
  list.set_parent(kParent);
  const auto planned = ji.Unary<followup::v1::ListVisitsResponse>(visits + "ListVisits", list);
  ASSERT_OK(planned);
  ASSERT_GE(planned->visits_size(), 6);
  for (const followup::v1::Visit& visit : planned->visits()) {
    const std::string& visitor = visit.visitors(0);
    followup::v1::RecordVisitRequest record;
    record.set_name(visit.name());
    *record.mutable_visit_time() = rpc::ToTimestamp(Start());
    record.set_method(followup::v1::VISIT_METHOD_PHONE);
    for (const char* yes : {"two_officers", "rights_told", "document_explained", "gift_meal"}) {
      record.add_answers()->set_item(yes);
      record.mutable_answers()->rbegin()->set_value("YES");
    }
    for (const char* no : {"paid_outside", "brand_named", "intermediary", "unfair"}) {
      record.add_answers()->set_item(no);
      record.mutable_answers()->rbegin()->set_value("NO");
    }
    for (const char* score : {"attitude", "satisfied"}) {
      record.add_answers()->set_item(score);
      record.mutable_answers()->rbegin()->set_value("1");
    }
    record.mutable_respondent()->set_person_name("示例店长");
    Do(system_.As("followup", "users/" + visitor.substr(visitor.rfind('/') + 1), {"DISCIPLINE"}),
       visits + "RecordVisit", record);
  }

  const std::string& visit = planned->visits(0).name();
  followup::v1::RequestRevealRequest reveal;
  reveal.set_parent(visit);
  reveal.set_reason("核实");
  reveal.add_fields("person_name");
  Do(ji, visits + "RequestReveal", reveal);
  followup::v1::RegisterLeadRequest lead;
  lead.set_parent(kParent);
  lead.mutable_lead()->set_source(followup::v1::ProblemLead::SOURCE_VISIT);
  lead.mutable_lead()->set_visit(visit);
  lead.mutable_lead()->set_summary("反映接受宴请");
  lead.mutable_lead()->add_officers(Name("officers", 1000));
  *lead.mutable_lead()->mutable_receive_date() = rpc::ToDate(absl::CivilDay(2023, 3, 20));
  Do(ji, leads + "RegisterLead", lead);
  followup::v1::FreezeAnalysisRequest analysis;
  analysis.set_parent(kParent);
  analysis.set_quarter("2023Q1");
  Do(ji, leads + "FreezeAnalysis", analysis);
  IssueReferral();
  system_.Settle();
}

void World::IssueReferral() {
  followup::v1::IssueReferralRequest referral;
  referral.set_parent(kParent);
  referral.mutable_referral()->set_receiver("支队党委");
  referral.mutable_referral()->set_title("移送函");
  referral.mutable_referral()->set_text("现将有关情况移送。");
  Do(system_.As("followup", "users/ji.wei", {"DISCIPLINE"}),
     "rectify.followup.v1.FollowupLeads.IssueReferral", referral);
}

std::vector<std::string> World::FollowupNames() {
  rpc::Client& ji = system_.As("followup", "users/ji.wei", {"DISCIPLINE"});
  std::vector<std::string> names;
  followup::v1::ListVisitsRequest visits;
  visits.set_parent(kParent);
  const auto listed = ji.Unary<followup::v1::ListVisitsResponse>(
      "rectify.followup.v1.FollowupVisits.ListVisits", visits);
  EXPECT_OK(listed);
  for (const auto& visit : listed->visits()) {
    names.insert(names.end(), {visit.name(), visit.draw(), visit.unit()});
  }
  followup::v1::ListRevealsRequest reveals;
  reveals.set_parent(kParent);
  const auto revealed = ji.Unary<followup::v1::ListRevealsResponse>(
      "rectify.followup.v1.FollowupVisits.ListReveals", reveals);
  EXPECT_OK(revealed);
  for (const auto& reveal : revealed->reveals()) names.push_back(reveal.name());
  followup::v1::ListProblemLeadsRequest leads;
  leads.set_parent(kParent);
  const auto lead_list = ji.Unary<followup::v1::ListProblemLeadsResponse>(
      "rectify.followup.v1.FollowupLeads.ListProblemLeads", leads);
  EXPECT_OK(lead_list);
  for (const auto& lead : lead_list->leads()) names.push_back(lead.name());
  return names;
}

}  // namespace rectify::noninterference
