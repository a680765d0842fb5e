// The rpcs of rectify.hazard.v1.MajorHazards.
#include <algorithm>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "rectify/hazard/v1/major_hazard_service.pb.h"
#include "services/hazard_findings/api/convert.h"
#include "services/hazard_findings/api/handlers.h"
#include "services/hazard_findings/api/major_hazard_convert.h"
#include "services/hazard_findings/api/major_hazard_data.h"
#include "services/hazard_findings/api/references.h"
#include "services/hazard_findings/events/major_hazard_payloads.h"
#include "services/hazard_findings/store/finding_store.h"
#include "services/hazard_findings/store/inspection_store.h"
#include "services/hazard_findings/store/major_hazard_store.h"
#include "services/hazard_findings/store/reference_store.h"
#include "services/hazard_findings/store/venue_names.h"

namespace rectify::hazard::api {
namespace {

using rectify::events::Change;
using State = domain::MajorHazardState;

// Streets and departments take part, and the conduct of the officers is followed.
constexpr int kMajorHazardAudience = rectify::events::kDepartments | rectify::events::kDiscipline;
// Each brings its meetings with every opinion.
constexpr int kMaxPerPage = 100;

absl::Status CheckTakesPart(const rpc::Call& call, const std::vector<std::string>& officers,
                            const std::string& field) {
  const bool takes_part =
      std::any_of(officers.begin(), officers.end(),
                  [&](const std::string& officer) { return call.caller.HasPost(officer); });
  if (takes_part) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kPermissionDenied,
      {.reason = "NOT_YOUR_TASK",
       .text = {absl::StrCat("只有参加的执法人员可以办理（", field, "）"),
                absl::StrCat("only an officer who took part may do this (", field, ")")},
       .metadata = {},
       .violations = {}});
}

absl::StatusOr<domain::Inspection> FindInspection(pg::Tx& tx, absl::string_view district,
                                                  const std::string& name) {
  if (rpc::DistrictOf(name) != district) return NotFoundError(name);
  return store::GetInspection(tx, district, PartsOf(name).id);
}

void Audit(Change& change, const domain::MajorHazard& hazard, absl::string_view action,
           absl::string_view what) {
  rectify::events::AuditRecord record;
  record.subject = hazard.name();
  record.related = {hazard.venue, hazard.inspection()};
  record.related.insert(record.related.end(), hazard.findings.begin(), hazard.findings.end());
  record.action = std::string(action);
  record.summary = absl::StrCat("重大火灾隐患：", what);
  record.details = {{"rule_set", hazard.rule_set},
                    {"clauses", absl::StrJoin(hazard.clauses, "、")}};
  change.Audit(std::move(record));
}

absl::StatusOr<v1::MajorHazardRuleSet> GetMajorHazardRules(
    const Context& context, const rpc::Call&, const v1::GetMajorHazardRulesRequest& request) {
  const absl::CivilDay day =
      request.has_day() ? rpc::ToCivilDay(request.day()) : CivilDayOf(context.host.clock().Now());
  const domain::RuleSet* rules = context.major_hazard_rules->On(day);
  if (rules == nullptr)
    return NotFoundError(absl::StrCat("majorHazardRules@", FormatCivilDay(day)));
  return ToProto(*rules);
}

absl::StatusOr<v1::SuggestMajorHazardResponse> SuggestMajorHazard(
    const Context& context, const rpc::Call& call, const v1::SuggestMajorHazardRequest& request) {
  if (request.inspection().empty() == request.venue().empty()) {
    return FieldError("inspection", {"inspection 与 venue 应当且只能填写一个",
                                     "exactly one of inspection and venue must be given"});
  }
  const std::string district = rpc::DistrictOf(request.parent());
  ASSIGN_OR_RETURN(const std::vector<domain::Finding> findings,
                   context.host.pool().TransactValue(
                       "hazard.suggest_major_hazard",
                       {.access = pg::Access::kReadOnly, .deadline = call.deadline},
                       [&](pg::Tx& tx) -> absl::StatusOr<std::vector<domain::Finding>> {
                         if (!request.venue().empty()) {
                           return store::OpenFindingsOf(tx, district, request.venue());
                         }
                         ASSIGN_OR_RETURN(domain::Inspection inspection,
                                          FindInspection(tx, district, request.inspection()));
                         std::erase_if(inspection.findings, [](const domain::Finding& finding) {
                           return finding.closed();
                         });
                         return std::move(inspection.findings);
                       }));
  std::vector<domain::VenueGroup> groups;
  for (int group : request.venue_groups()) {
    groups.push_back(static_cast<domain::VenueGroup>(group));
  }
  v1::SuggestMajorHazardResponse response;
  for (const domain::Suggestion& suggestion :
       domain::SuggestMajorHazard(*context.major_hazard_rules, findings, groups)) {
    *response.add_suggestions() = ToProto(suggestion);
  }
  return response;
}

absl::StatusOr<v1::MajorHazard> ProposeMajorHazard(const Context& context, const rpc::Call& call,
                                                   const v1::ProposeMajorHazardRequest& request) {
  const v1::MajorHazard& message = request.major_hazard();
  return context.host.commands().Run<v1::MajorHazard>(
      call, [&](Change& change) -> absl::StatusOr<v1::MajorHazard> {
        domain::MajorHazard draft;
        draft.district = rpc::DistrictOf(request.parent());
        ASSIGN_OR_RETURN(domain::Inspection inspection,
                         FindInspection(change.sql(), draft.district, message.inspection()));
        ASSIGN_OR_RETURN(inspection.venue, store::SurvivorOf(change.sql(), inspection.venue));
        RETURN_IF_ERROR(CheckTakesPart(call, inspection.officers, "major_hazard.inspection"));
        draft.id = change.NewId("major_hazard");
        draft.inspection_id = inspection.id;
        draft.findings.assign(message.findings().begin(), message.findings().end());
        draft.clauses.assign(message.clauses().begin(), message.clauses().end());
        draft.facts = message.facts();
        draft.expert_argument = message.expert_argument();
        ASSIGN_OR_RETURN(const domain::MajorHazard hazard,
                         domain::ProposeMajorHazard(std::move(draft), inspection,
                                                    *context.major_hazard_rules, change.now()));
        RETURN_IF_ERROR(store::AddMajorHazard(change.sql(), hazard));
        Audit(change, hazard, "ProposeMajorHazard", "提请判定");
        change.Emit(hazard.name(), hazard.version, events::ToMajorHazardProposed(hazard),
                    kMajorHazardAudience);
        return ToProto(hazard);
      });
}

absl::StatusOr<v1::MajorHazard> GetMajorHazard(const Context& context, const rpc::Call& call,
                                               const v1::GetMajorHazardRequest& request) {
  const NameParts name = PartsOf(request.name());
  ASSIGN_OR_RETURN(
      const domain::MajorHazard hazard,
      context.host.pool().TransactValue(
          "hazard.get_major_hazard", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) { return store::GetMajorHazard(tx, name.district, name.id); }));
  return ToProto(hazard);
}

absl::StatusOr<v1::ListMajorHazardsResponse> ListMajorHazards(
    const Context& context, const rpc::Call& call, const v1::ListMajorHazardsRequest& request) {
  ASSIGN_OR_RETURN(
      auto page, context.host.pool().TransactValue(
                     "hazard.list_major_hazards",
                     {.access = pg::Access::kReadOnly, .deadline = call.deadline}, [&](pg::Tx& tx) {
                       return store::ListMajorHazards(
                           tx, rpc::DistrictOf(request.parent()), request.filter(),
                           std::min(request.page_size(), kMaxPerPage), request.page_token());
                     }));
  v1::ListMajorHazardsResponse response;
  for (const domain::MajorHazard& hazard : page.first) {
    *response.add_major_hazards() = ToProto(hazard);
  }
  response.set_next_page_token(page.second);
  return response;
}

// The frame of every verb: references, lock, etag, change, save. `change_hazard` also audits and
// emits.
template <typename Request>
absl::StatusOr<v1::MajorHazard> RunVerb(
    const Context& context, const rpc::Call& call, const Request& request,
    const std::vector<std::string>& officers,
    const std::function<absl::StatusOr<domain::MajorHazard>(
        Change&, domain::MajorHazard, const domain::References&)>& change_hazard) {
  const NameParts name = PartsOf(request.name());
  service::Host& host = context.host;
  RETURN_IF_ERROR(
      CompleteReferences(host.pool(), host.peer("venue"), call, name.district, officers));
  return host.commands().Run<v1::MajorHazard>(
      call, [&](Change& change) -> absl::StatusOr<v1::MajorHazard> {
        ASSIGN_OR_RETURN(domain::MajorHazard hazard,
                         store::LockMajorHazard(change.sql(), name.district, name.id));
        RETURN_IF_ERROR(rpc::CheckEtag(hazard.version, request.etag()));
        ASSIGN_OR_RETURN(
            const domain::References references,
            store::LoadReferences(change.sql(), name.district,
                                  {.venue = "", .officers = officers, .departments = {}}));
        ASSIGN_OR_RETURN(hazard, change_hazard(change, std::move(hazard), references));
        RETURN_IF_ERROR(store::SaveMajorHazard(change.sql(), hazard));
        return ToProto(hazard);
      });
}

template <typename Event>
void Tell(Change& change, const domain::MajorHazard& hazard, const Event& event) {
  change.Emit(hazard.name(), hazard.version, event, kMajorHazardAudience);
}

std::vector<std::string> ParticipantsOf(const v1::Deliberation& deliberation) {
  std::vector<std::string> officers;
  for (const auto& participant : deliberation.participants()) {
    officers.push_back(participant.officer());
  }
  return officers;
}

absl::StatusOr<v1::MajorHazard> RecordDetermination(const Context& context, const rpc::Call& call,
                                                    const v1::RecordDeterminationRequest& request) {
  return RunVerb(context, call, request, ParticipantsOf(request.deliberation()),
                 [&](Change& change, domain::MajorHazard hazard,
                     const domain::References& references) -> absl::StatusOr<domain::MajorHazard> {
                   ASSIGN_OR_RETURN(
                       hazard, domain::RecordDetermination(std::move(hazard),
                                                           ToDeliberation(request.deliberation()),
                                                           references, change.now()));
                   if (hazard.state == State::kDetermined) {
                     Audit(change, hazard, "RecordDetermination", "集体议定，予以判定");
                     Tell(change, hazard, events::ToMajorHazardDetermined(hazard));
                   } else {
                     Audit(change, hazard, "RecordDetermination", "集体议定，不予判定");
                     Tell(change, hazard, events::ToMajorHazardRejected(hazard));
                   }
                   return hazard;
                 });
}

absl::StatusOr<v1::MajorHazard> ServeMajorHazardNotice(
    const Context& context, const rpc::Call& call,
    const v1::ServeMajorHazardNoticeRequest& request) {
  return RunVerb(context, call, request, {},
                 [&](Change& change, domain::MajorHazard hazard,
                     const domain::References&) -> absl::StatusOr<domain::MajorHazard> {
                   ASSIGN_OR_RETURN(hazard, domain::ServeNotice(
                                                std::move(hazard), request.notice_number(),
                                                ToStoredTime(request.serve_time()),
                                                rpc::ToCivilDay(request.due_date()), change.now()));
                   Audit(change, hazard, "ServeMajorHazardNotice", "整改通知书送达");
                   Tell(change, hazard, events::ToMajorHazardNoticeServed(hazard));
                   return hazard;
                 });
}

absl::StatusOr<v1::MajorHazard> ReportMajorHazard(const Context& context, const rpc::Call& call,
                                                  const v1::ReportMajorHazardRequest& request) {
  return RunVerb(context, call, request, {},
                 [&](Change& change, domain::MajorHazard hazard,
                     const domain::References&) -> absl::StatusOr<domain::MajorHazard> {
                   ASSIGN_OR_RETURN(
                       hazard, domain::ReportToGovernment(std::move(hazard), request.document(),
                                                          change.now()));
                   Audit(change, hazard, "ReportMajorHazard", "书面报告人民政府");
                   Tell(change, hazard, events::ToMajorHazardReported(hazard));
                   return hazard;
                 });
}

absl::StatusOr<v1::MajorHazard> SuperviseMajorHazard(
    const Context& context, const rpc::Call& call, const v1::SuperviseMajorHazardRequest& request) {
  return RunVerb(context, call, request, {},
                 [&](Change& change, domain::MajorHazard hazard,
                     const domain::References&) -> absl::StatusOr<domain::MajorHazard> {
                   ASSIGN_OR_RETURN(hazard, domain::Supervise(std::move(hazard),
                                                              request.supervision(), change.now()));
                   Audit(change, hazard, "SuperviseMajorHazard", "挂牌督办");
                   Tell(change, hazard, events::ToMajorHazardSupervised(hazard));
                   return hazard;
                 });
}

absl::StatusOr<v1::MajorHazard> RecheckMajorHazard(const Context& context, const rpc::Call& call,
                                                   const v1::RecheckMajorHazardRequest& request) {
  const domain::MajorHazardRecheck recheck = ToRecheck(request.recheck());
  RETURN_IF_ERROR(CheckTakesPart(call, recheck.officers, "recheck.officers"));
  return RunVerb(context, call, request, recheck.officers,
                 [&](Change& change, domain::MajorHazard hazard,
                     const domain::References& references) -> absl::StatusOr<domain::MajorHazard> {
                   ASSIGN_OR_RETURN(hazard, domain::Recheck(std::move(hazard), recheck, references,
                                                            change.now()));
                   if (recheck.passed) {
                     Audit(change, hazard, "RecheckMajorHazard", "复查合格");
                     Tell(change, hazard, events::ToMajorHazardRecheckPassed(hazard));
                   } else {
                     Audit(change, hazard, "RecheckMajorHazard", "复查不合格");
                     Tell(change, hazard, events::ToMajorHazardRecheckFailed(hazard));
                   }
                   return hazard;
                 });
}

absl::StatusOr<v1::MajorHazard> DelistMajorHazard(const Context& context, const rpc::Call& call,
                                                  const v1::DelistMajorHazardRequest& request) {
  return RunVerb(context, call, request, ParticipantsOf(request.deliberation()),
                 [&](Change& change, domain::MajorHazard hazard,
                     const domain::References& references) -> absl::StatusOr<domain::MajorHazard> {
                   ASSIGN_OR_RETURN(hazard, domain::Delist(std::move(hazard),
                                                           ToDeliberation(request.deliberation()),
                                                           references, change.now()));
                   if (hazard.state == State::kDelisted) {
                     Audit(change, hazard, "DelistMajorHazard", "集体议定，摘牌销案");
                     Tell(change, hazard, events::ToMajorHazardDelisted(hazard));
                   } else {
                     Audit(change, hazard, "DelistMajorHazard", "集体议定，不予销案");
                     Tell(change, hazard, events::ToMajorHazardRecheckFailed(hazard));
                   }
                   return hazard;
                 });
}

}  // namespace

void RegisterMajorHazardRpcs(const Context& context) {
  const Methods methods(context, "rectify.hazard.v1.MajorHazards");
  methods.Add("GetMajorHazardRules", GetMajorHazardRules);
  methods.Add("SuggestMajorHazard", SuggestMajorHazard);
  methods.Add("ProposeMajorHazard", ProposeMajorHazard);
  methods.Add("GetMajorHazard", GetMajorHazard);
  methods.Add("ListMajorHazards", ListMajorHazards);
  methods.Add("RecordDetermination", RecordDetermination);
  methods.Add("ServeMajorHazardNotice", ServeMajorHazardNotice);
  methods.Add("ReportMajorHazard", ReportMajorHazard);
  methods.Add("SuperviseMajorHazard", SuperviseMajorHazard);
  methods.Add("RecheckMajorHazard", RecheckMajorHazard);
  methods.Add("DelistMajorHazard", DelistMajorHazard);
}

}  // namespace rectify::hazard::api
