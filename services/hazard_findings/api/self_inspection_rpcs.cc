// The rpcs of rectify.hazard.v1.SelfInspections.
#include <algorithm>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "services/hazard_findings/api/callers.h"
#include "services/hazard_findings/api/campaign_convert.h"
#include "services/hazard_findings/api/convert.h"
#include "services/hazard_findings/api/handlers.h"
#include "services/hazard_findings/api/references.h"
#include "services/hazard_findings/api/self_inspection_convert.h"
#include "services/hazard_findings/events/self_inspection_payloads.h"
#include "services/hazard_findings/store/campaign_store.h"
#include "services/hazard_findings/store/reference_store.h"
#include "services/hazard_findings/store/venue_names.h"

namespace rectify::hazard::api {
namespace {

using domain::SelfInspection;
using rectify::events::Change;

// What a venue tells of itself stays between it and the fire body.
constexpr int kSelfInspectionAudience = rectify::events::kInternalOnly;

// Venues see their own, under each name; the fire body sees all.
absl::StatusOr<store::Desks> VenuesOf(pg::Tx& tx, const rpc::Caller& caller) {
  if (IsFireBody(caller)) return std::nullopt;
  return store::WithFormerNames(tx, caller.posts);
}

absl::Status NotYours() {
  return MakeError(absl::StatusCode::kPermissionDenied,
                   {.reason = "NOT_YOUR_TASK",
                    .text = {"只有该场所或者该自查的承办人可以办理（name）",
                             "only the venue, or the officer, of this self-inspection may do this "
                             "(name)"},
                    .metadata = {},
                    .violations = {}});
}

absl::Status CheckMaySee(pg::Tx& tx, const rpc::Call& call, const SelfInspection& self) {
  ASSIGN_OR_RETURN(const store::Desks venues, VenuesOf(tx, call.caller));
  const bool may =
      !venues.has_value() || std::find(venues->begin(), venues->end(), self.venue) != venues->end();
  return may ? absl::OkStatus() : NotFoundError(self.name());
}

absl::Status CheckIsVenue(pg::Tx& tx, const rpc::Call& call, const SelfInspection& self) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   store::WithFormerNames(tx, call.caller.posts));
  const bool may = std::find(names.begin(), names.end(), self.venue) != names.end();
  return may ? absl::OkStatus() : NotYours();
}

absl::Status CheckIsOfficer(const rpc::Call& call, const SelfInspection& self) {
  const bool may = call.caller.HasRole("DEPARTMENT_HEAD") || call.caller.HasPost(self.officer);
  return may ? absl::OkStatus() : NotYours();
}

void Audit(Change& change, const SelfInspection& self, absl::string_view action,
           absl::string_view what) {
  rectify::events::AuditRecord record;
  record.subject = self.name();
  record.related = {self.campaign, self.venue, self.officer};
  record.action = std::string(action);
  record.summary = absl::StrCat("自查自改", what);
  record.details["due_date"] = FormatCivilDay(self.due_date);
  record.details["problems"] = absl::StrCat(self.problems.size());
  record.details["open_problems"] = absl::StrCat(self.open_problems());
  change.Audit(std::move(record));
}

template <typename Event>
Event ToEvent(const SelfInspection& self) {
  Event event;
  *event.mutable_self_inspection() = events::ToFacts(self);
  *event.mutable_duty() = events::ToDuty(self);
  return event;
}

template <typename Event>
void Emit(Change& change, const SelfInspection& self) {
  change.Emit(self.name(), self.version, ToEvent<Event>(self), kSelfInspectionAudience);
}

std::vector<std::string> VenuesOf(const domain::SelfInspectionRequest& request) {
  std::vector<std::string> venues;
  for (const auto& target : request.targets) venues.push_back(target.venue);
  return venues;
}

// What does not exist, or lies in another district, stays missing; the rule tells.
absl::StatusOr<domain::References> LoadRequestReferences(
    pg::Tx& tx, const domain::SelfInspectionRequest& request) {
  ASSIGN_OR_RETURN(
      domain::References references,
      store::LoadReferences(tx, request.district,
                            {.venue = "", .officers = {request.officer}, .departments = {}}));
  if (rpc::DistrictOf(request.campaign) != request.district) return references;
  auto campaign = store::LockCampaign(tx, request.district, PartsOf(request.campaign).id,
                                      store::CampaignLock::kToUse);
  if (absl::IsNotFound(campaign.status())) return references;
  RETURN_IF_ERROR(campaign.status());
  references.campaign = *std::move(campaign);
  return references;
}

std::vector<SelfInspection> MakeSelfInspections(Change& change,
                                                const domain::SelfInspectionRequest& request) {
  std::vector<SelfInspection> all;
  for (size_t i = 0; i < request.targets.size(); ++i) {
    SelfInspection self;
    self.district = request.district;
    self.id = change.NewId(absl::StrCat("self_inspection/", i));
    self.campaign = request.campaign;
    self.venue = request.targets[i].venue;
    self.target_class = request.targets[i].target_class;
    self.officer = request.officer;
    self.due_date = request.due_date;
    self.first_due_date = request.due_date;
    self.create_time = change.now();
    all.push_back(std::move(self));
  }
  return all;
}

absl::StatusOr<v1::RequestSelfInspectionsResponse> RequestSelfInspections(
    const Context& context, const rpc::Call& call,
    const v1::RequestSelfInspectionsRequest& message) {
  const domain::SelfInspectionRequest asked = ToRequest(message);
  const std::vector<std::string> venues = VenuesOf(asked);
  std::vector<std::string> names = venues;
  names.push_back(asked.officer);
  service::Host& host = context.host;
  RETURN_IF_ERROR(CompleteReferences(host.pool(), host.peer("venue"), call, asked.district, names));
  using Response = v1::RequestSelfInspectionsResponse;
  return host.commands().Run<Response>(call, [&](Change& change) -> absl::StatusOr<Response> {
    domain::SelfInspectionRequest request = asked;
    ASSIGN_OR_RETURN(const domain::References references,
                     LoadRequestReferences(change.sql(), request));
    ASSIGN_OR_RETURN(const auto known, store::KnownVenues(change.sql(), request.district, venues));
    for (domain::SelfInspectionRequest::Target& target : request.targets) {
      const auto venue = known.find(target.venue);
      if (venue != known.end()) target.venue = venue->second.name;
    }
    RETURN_IF_ERROR(domain::CheckRequest(request, references, known, change.now()));
    Response response;
    const std::vector<SelfInspection> all = MakeSelfInspections(change, request);
    RETURN_IF_ERROR(store::AddSelfInspections(change.sql(), all));
    for (const SelfInspection& self : all) {
      Audit(change, self, "RequestSelfInspection", "通知");
      Emit<v1::SelfInspectionRequested>(change, self);
      *response.add_self_inspections() = ToProto(self);
    }
    return response;
  });
}

absl::StatusOr<v1::SelfInspection> GetSelfInspection(const Context& context, const rpc::Call& call,
                                                     const v1::GetSelfInspectionRequest& request) {
  const NameParts name = PartsOf(request.name());
  ASSIGN_OR_RETURN(SelfInspection self,
                   context.host.pool().TransactValue(
                       "hazard.get_self_inspection",
                       {.access = pg::Access::kReadOnly, .deadline = call.deadline},
                       [&](pg::Tx& tx) -> absl::StatusOr<SelfInspection> {
                         ASSIGN_OR_RETURN(const store::Desks venues, VenuesOf(tx, call.caller));
                         return store::GetSelfInspection(tx, name.district, name.id, venues);
                       }));
  return ToProto(self);
}

using SelfPage = std::pair<std::vector<SelfInspection>, std::string>;

absl::StatusOr<v1::ListSelfInspectionsResponse> ListSelfInspections(
    const Context& context, const rpc::Call& call, const v1::ListSelfInspectionsRequest& request) {
  ASSIGN_OR_RETURN(
      auto page, context.host.pool().TransactValue(
                     "hazard.list_self_inspections",
                     {.access = pg::Access::kReadOnly, .deadline = call.deadline},
                     [&](pg::Tx& tx) -> absl::StatusOr<SelfPage> {
                       ASSIGN_OR_RETURN(const store::Desks venues, VenuesOf(tx, call.caller));
                       return store::ListSelfInspections(tx, rpc::DistrictOf(request.parent()),
                                                         venues, request.filter(),
                                                         request.page_size(), request.page_token());
                     }));
  v1::ListSelfInspectionsResponse response;
  for (const SelfInspection& self : page.first) *response.add_self_inspections() = ToProto(self);
  response.set_next_page_token(page.second);
  return response;
}

// The frame of every verb: lock, whether it is there for the caller, etag, change, save.
template <typename Request>
absl::StatusOr<v1::SelfInspection> RunVerb(
    const Context& context, const rpc::Call& call, const Request& request, bool with_parts,
    const std::function<absl::StatusOr<SelfInspection>(Change&, SelfInspection)>& fn) {
  const NameParts name = PartsOf(request.name());
  return context.host.commands().Run<v1::SelfInspection>(
      call, [&](Change& change) -> absl::StatusOr<v1::SelfInspection> {
        ASSIGN_OR_RETURN(SelfInspection self,
                         store::LockSelfInspection(change.sql(), name.district, name.id));
        RETURN_IF_ERROR(CheckMaySee(change.sql(), call, self));
        RETURN_IF_ERROR(rpc::CheckEtag(self.version, request.etag()));
        ASSIGN_OR_RETURN(self, fn(change, std::move(self)));
        RETURN_IF_ERROR(store::SaveSelfInspection(change.sql(), self, with_parts));
        return ToProto(self);
      });
}

// Answers rest on the version of the checklist that the campaign was activated with.
absl::StatusOr<const domain::Checklist*> ChecklistOf(const Context& context, pg::Tx& tx,
                                                     const SelfInspection& self) {
  ASSIGN_OR_RETURN(const domain::Campaign campaign,
                   store::GetCampaign(tx, self.district, PartsOf(self.campaign).id));
  const domain::Checklist* checklist =
      context.checklists->Find(campaign.checklist, campaign.checklist_version);
  if (checklist == nullptr) return absl::InternalError("the campaign's checklist is gone");
  return checklist;
}

absl::StatusOr<v1::SelfInspection> ReportSelfInspection(
    const Context& context, const rpc::Call& call, const v1::ReportSelfInspectionRequest& request) {
  return RunVerb(context, call, request, true,
                 [&](Change& change, SelfInspection self) -> absl::StatusOr<SelfInspection> {
                   RETURN_IF_ERROR(CheckIsVenue(change.sql(), call, self));
                   ASSIGN_OR_RETURN(const domain::Checklist* checklist,
                                    ChecklistOf(context, change.sql(), self));
                   ASSIGN_OR_RETURN(self, domain::ReportSelfInspection(
                                              std::move(self), ToAnswers(request.answers()),
                                              ToProblems(request), *checklist, change.now()));
                   Audit(change, self, "ReportSelfInspection", "报告");
                   Emit<v1::SelfInspectionReported>(change, self);
                   return self;
                 });
}

absl::StatusOr<v1::SelfInspection> RectifySelfFoundProblem(
    const Context& context, const rpc::Call& call,
    const v1::RectifySelfFoundProblemRequest& request) {
  return RunVerb(context, call, request, true,
                 [&](Change& change, SelfInspection self) -> absl::StatusOr<SelfInspection> {
                   RETURN_IF_ERROR(CheckIsVenue(change.sql(), call, self));
                   ASSIGN_OR_RETURN(self, domain::RectifySelfFoundProblem(
                                              std::move(self), request.problem(),
                                              request.rectification(), change.now()));
                   Audit(change, self, "RectifySelfFoundProblem", "问题改正");
                   if (self.state == domain::SelfInspectionState::kClosed) {
                     Emit<v1::SelfInspectionClosed>(change, self);
                   } else {
                     Emit<v1::SelfFoundProblemRectified>(change, self);
                   }
                   return self;
                 });
}

absl::StatusOr<v1::SelfInspection> ConfirmSelfInspection(
    const Context& context, const rpc::Call& call,
    const v1::ConfirmSelfInspectionRequest& request) {
  return RunVerb(context, call, request, false,
                 [&](Change& change, SelfInspection self) -> absl::StatusOr<SelfInspection> {
                   RETURN_IF_ERROR(CheckIsOfficer(call, self));
                   ASSIGN_OR_RETURN(self,
                                    domain::ConfirmSelfInspection(std::move(self), change.now()));
                   Audit(change, self, "ConfirmSelfInspection", "确认");
                   Emit<v1::SelfInspectionConfirmed>(change, self);
                   if (self.state == domain::SelfInspectionState::kClosed) {
                     ++self.version;
                     Emit<v1::SelfInspectionClosed>(change, self);
                   }
                   return self;
                 });
}

absl::StatusOr<v1::SelfInspection> ReturnSelfInspection(
    const Context& context, const rpc::Call& call, const v1::ReturnSelfInspectionRequest& request) {
  return RunVerb(context, call, request, false,
                 [&](Change& change, SelfInspection self) -> absl::StatusOr<SelfInspection> {
                   RETURN_IF_ERROR(CheckIsOfficer(call, self));
                   ASSIGN_OR_RETURN(self, domain::ReturnSelfInspection(
                                              std::move(self), request.reason(),
                                              rpc::ToCivilDay(request.due_date()), change.now()));
                   Audit(change, self, "ReturnSelfInspection", "退回");
                   auto event = ToEvent<v1::SelfInspectionReturned>(self);
                   event.set_reason(self.return_reason);
                   change.Emit(self.name(), self.version, event, kSelfInspectionAudience);
                   return self;
                 });
}

absl::StatusOr<v1::CampaignProgress> GetCampaignProgress(
    const Context& context, const rpc::Call& call, const v1::GetCampaignProgressRequest& request) {
  const NameParts name = PartsOf(request.name());
  ASSIGN_OR_RETURN(store::Progress progress,
                   context.host.pool().TransactValue(
                       "hazard.campaign_progress",
                       {.access = pg::Access::kRepeatableReadOnly, .deadline = call.deadline},
                       [&](pg::Tx& tx) -> absl::StatusOr<store::Progress> {
                         RETURN_IF_ERROR(store::GetCampaign(tx, name.district, name.id).status());
                         return store::CampaignProgress(tx, name.district, request.name());
                       }));
  return ToProto(progress, request.name());
}

}  // namespace

void RegisterSelfInspectionRpcs(const Context& context) {
  const Methods methods(context, "rectify.hazard.v1.SelfInspections");
  methods.Add("RequestSelfInspections", RequestSelfInspections);
  methods.Add("GetSelfInspection", GetSelfInspection);
  methods.Add("ListSelfInspections", ListSelfInspections);
  methods.Add("ReportSelfInspection", ReportSelfInspection);
  methods.Add("RectifySelfFoundProblem", RectifySelfFoundProblem);
  methods.Add("ConfirmSelfInspection", ConfirmSelfInspection);
  methods.Add("ReturnSelfInspection", ReturnSelfInspection);
  methods.Add("GetCampaignProgress", GetCampaignProgress);
}

}  // namespace rectify::hazard::api
