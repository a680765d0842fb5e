// GetVisit, ListVisits, RecordVisit, RecordAttempt, ReplaceVisit, GetQuestionnaire.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/followup/v1/visit_service.pb.h"
#include "services/followup_visits/api/handlers.h"
#include "services/followup_visits/api/visit_convert.h"
#include "services/followup_visits/events/payloads.h"
#include "services/followup_visits/store/draw_store.h"
#include "services/followup_visits/store/unit_store.h"
#include "services/followup_visits/store/visitor_store.h"

namespace rectify::followup::api {
namespace {

using rectify::events::Change;

// Audit entry and event of a visit's new version. Neither tells an answer.
void Tell(Change& change, const domain::Visit& visit, const char* action, std::string summary) {
  change.Audit({.subject = visit.name(),
                .related = {domain::UnitName(visit.district, visit.unit_id)},
                .action = action,
                .summary = std::move(summary),
                .details = {}});
  change.Emit(visit.name(), visit.version, events::ToVisitChanged(visit));
}

// The caller's code as a visitor, "" for anybody else.
absl::StatusOr<std::string> VisitorOf(pg::Tx& tx, const std::string& district,
                                      const std::string& user) {
  ASSIGN_OR_RETURN(const std::vector<domain::Visitor> visitors, store::ListVisitors(tx, district));
  const auto found = std::find_if(visitors.begin(), visitors.end(),
                                  [&](const domain::Visitor& v) { return v.user == user; });
  return found == visitors.end() ? std::string() : found->code;
}

// The assigned visitors who have declared a tie to the unit since the draw.
absl::StatusOr<std::vector<std::string>> Barred(pg::Tx& tx, const std::string& district,
                                                const std::vector<std::string>& codes,
                                                const std::string& unit_id) {
  ASSIGN_OR_RETURN(const std::vector<domain::Visitor> visitors, store::ListVisitors(tx, district));
  ASSIGN_OR_RETURN(const std::vector<domain::PenalisedUnit> units,
                   store::ReadUnits(tx, district, {unit_id}));
  if (units.empty()) return NotFoundError(domain::UnitName(district, unit_id));
  return domain::BarredAmong(codes, visitors, units[0]);
}

absl::Status CheckNobodyBarred(pg::Tx& tx, const domain::Visit& visit) {
  ASSIGN_OR_RETURN(const std::vector<std::string> barred,
                   Barred(tx, visit.district, visit.visitors, visit.unit_id));
  if (barred.empty()) return absl::OkStatus();
  const std::string names = absl::StrJoin(barred, ",");
  return PreconditionError(
      "VISITOR_BARRED",
      {absl::StrCat(names, " 已申报与该对象有利害关系，应当回避：请登记未成功的回访并递补"),
       absl::StrCat(names, " declared a tie to the unit: note an attempt and replace the visit")},
      {{"visitors", names}});
}

absl::StatusOr<v1::Visit> GetVisit(const Context& context, const rpc::Call& call,
                                   const v1::GetVisitRequest& request) {
  const NameParts name = PartsOf(request.name());
  return context.host.pool().TransactValue(
      "followup.get_visit", ReadOnly(call), [&](pg::Tx& tx) -> absl::StatusOr<v1::Visit> {
        ASSIGN_OR_RETURN(const store::ListedVisit listed,
                         store::GetVisit(tx, name.district, name.id));
        ASSIGN_OR_RETURN(const domain::VisitContent content,
                         store::ReadContent(tx, *context.cipher, name.district, name.id));
        v1::Visit visit = ToProto(listed);
        AddContent(content, visit);
        return visit;
      });
}

absl::StatusOr<v1::ListVisitsResponse> ListVisits(const Context& context, const rpc::Call& call,
                                                  const v1::ListVisitsRequest& request) {
  ASSIGN_OR_RETURN(
      auto page,
      context.host.pool().TransactValue("followup.list_visits", ReadOnly(call), [&](pg::Tx& tx) {
        return store::ListVisits(tx, rpc::DistrictOf(request.parent()), request.filter(),
                                 request.page_size(), request.page_token());
      }));
  v1::ListVisitsResponse response;
  for (const store::ListedVisit& visit : page.first) *response.add_visits() = ToProto(visit);
  response.set_next_page_token(page.second);
  return response;
}

absl::StatusOr<v1::Visit> RecordVisit(const Context& context, const rpc::Call& call,
                                      const v1::RecordVisitRequest& request) {
  const NameParts name = PartsOf(request.name());
  const domain::VisitRecord record = ToVisitRecord(request);
  const domain::Questionnaire* questionnaire =
      domain::QuestionnaireOn(context.rules.questionnaires, CivilDayOf(record.visit_time));
  if (questionnaire == nullptr) {
    return FieldError("visit_time", {"visit_time 当日没有启用的问卷",
                                     "visit_time is before the first questionnaire"});
  }
  return context.host.commands().Run<v1::Visit>(
      call, [&](Change& change) -> absl::StatusOr<v1::Visit> {
        ASSIGN_OR_RETURN(store::ListedVisit listed,
                         store::LockVisit(change.sql(), name.district, name.id));
        domain::Visit& visit = listed.visit;
        RETURN_IF_ERROR(rpc::CheckEtag(visit.version, request.etag()));
        ASSIGN_OR_RETURN(const std::string visitor,
                         VisitorOf(change.sql(), name.district, call.caller.subject));
        ASSIGN_OR_RETURN(visit, domain::RecordVisit(std::move(visit), record, *questionnaire,
                                                    visitor, change.now()));
        RETURN_IF_ERROR(CheckNobodyBarred(change.sql(), visit));
        ASSIGN_OR_RETURN(visit.file_number,
                         NextDocumentNumber(context, change, name.district, "访"));
        RETURN_IF_ERROR(store::SaveVisit(change.sql(), visit));
        RETURN_IF_ERROR(store::SaveContent(change.sql(), *context.cipher, visit, record.content));
        RETURN_IF_ERROR(store::SetUnitState(change.sql(), name.district, {visit.unit_id},
                                            domain::UnitState::kVisited));
        Tell(change, visit, "RecordVisit", absl::StrCat("回访完成，立卷 ", visit.file_number));
        return ToProto(listed);
      });
}

absl::StatusOr<v1::Visit> RecordAttempt(const Context& context, const rpc::Call& call,
                                        const v1::RecordAttemptRequest& request) {
  const NameParts name = PartsOf(request.name());
  const domain::Attempt attempt = {.time = rpc::ToTime(request.attempt_time()),
                                   .reason = request.reason(),
                                   .user = call.caller.subject};
  return context.host.commands().Run<v1::Visit>(
      call, [&](Change& change) -> absl::StatusOr<v1::Visit> {
        ASSIGN_OR_RETURN(store::ListedVisit listed,
                         store::LockVisit(change.sql(), name.district, name.id));
        ASSIGN_OR_RETURN(const std::string visitor,
                         VisitorOf(change.sql(), name.district, call.caller.subject));
        ASSIGN_OR_RETURN(listed.visit, domain::RecordAttempt(std::move(listed.visit), attempt,
                                                             visitor, change.now()));
        RETURN_IF_ERROR(store::SaveVisit(change.sql(), listed.visit));
        Tell(change, listed.visit, "RecordAttempt",
             absl::StrCat("第 ", listed.visit.attempts.size(), " 次回访未成功"));
        return ToProto(listed);
      });
}

// The next place of the draw whose visitors are free of ties. One that is passed over stays owed.
absl::StatusOr<domain::Place> NextPlace(pg::Tx& tx, const domain::Visit& old) {
  while (true) {
    ASSIGN_OR_RETURN(domain::Place place,
                     store::TakeReserve(tx, old.district, old.draw_id, old.stratum));
    ASSIGN_OR_RETURN(const std::vector<std::string> barred,
                     Barred(tx, old.district, place.visitors, place.unit));
    if (barred.empty()) return place;
  }
}

// The visit of the next unit in the order of the draw.
absl::StatusOr<store::PlannedVisit> PlanReserve(Change& change, const domain::Visit& old) {
  ASSIGN_OR_RETURN(domain::Place place, NextPlace(change.sql(), old));
  store::PlannedVisit planned = {change.NewId("reserve"), std::move(place), old.id};
  RETURN_IF_ERROR(
      store::PlanVisits(change.sql(), old.district, old.draw_id, {planned}, change.now()));
  RETURN_IF_ERROR(store::SetUnitState(change.sql(), old.district, {planned.place.unit},
                                      domain::UnitState::kDrawn));
  // The unit that was not reached stays owed: a later draw takes it again.
  RETURN_IF_ERROR(
      store::SetUnitState(change.sql(), old.district, {old.unit_id}, domain::UnitState::kWaiting));
  return planned;
}

absl::StatusOr<v1::Visit> ReplaceVisit(const Context& context, const rpc::Call& call,
                                       const v1::ReplaceVisitRequest& request) {
  const NameParts name = PartsOf(request.name());
  return context.host.commands().Run<v1::Visit>(
      call, [&](Change& change) -> absl::StatusOr<v1::Visit> {
        ASSIGN_OR_RETURN(const store::ListedVisit before,
                         store::LockVisit(change.sql(), name.district, name.id));
        RETURN_IF_ERROR(rpc::CheckEtag(before.visit.version, request.etag()));
        ASSIGN_OR_RETURN(const std::string visitor,
                         VisitorOf(change.sql(), name.district, call.caller.subject));
        ASSIGN_OR_RETURN(
            const domain::Visit replaced,
            domain::ReplaceVisit(before.visit, request.reason(), change.NewId("reserve"), visitor));
        ASSIGN_OR_RETURN(const store::PlannedVisit planned, PlanReserve(change, replaced));
        RETURN_IF_ERROR(store::SaveVisit(change.sql(), replaced));
        Tell(change, replaced, "ReplaceVisit", "回访未能完成，按抽取顺序递补");
        ASSIGN_OR_RETURN(const store::ListedVisit next,
                         store::LockVisit(change.sql(), name.district, planned.id));
        Tell(change, next.visit, "ReplaceVisit", "按抽取顺序递补回访");
        return ToProto(next);
      });
}

absl::StatusOr<v1::Questionnaire> GetQuestionnaire(const Context& context,
                                                   const v1::GetQuestionnaireRequest& request) {
  const absl::CivilDay day =
      request.has_day() ? rpc::ToCivilDay(request.day()) : CivilDayOf(context.host.clock().Now());
  const domain::Questionnaire* questionnaire =
      domain::QuestionnaireOn(context.rules.questionnaires, day);
  if (questionnaire == nullptr) {
    return NotFoundError(absl::StrCat("questionnaire@", FormatCivilDay(day)));
  }
  return ToProto(*questionnaire);
}

}  // namespace

void RegisterVisitRpcs(const ContextPtr& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::GetVisitRequest, v1::Visit>(
      "rectify.followup.v1.FollowupVisits.GetVisit",
      [context](const rpc::Call& call, const v1::GetVisitRequest& request) {
        return GetVisit(*context, call, request);
      });
  server.Unary<v1::ListVisitsRequest, v1::ListVisitsResponse>(
      "rectify.followup.v1.FollowupVisits.ListVisits",
      [context](const rpc::Call& call, const v1::ListVisitsRequest& request) {
        return ListVisits(*context, call, request);
      });
  server.Unary<v1::RecordVisitRequest, v1::Visit>(
      "rectify.followup.v1.FollowupVisits.RecordVisit",
      [context](const rpc::Call& call, const v1::RecordVisitRequest& request) {
        return RecordVisit(*context, call, request);
      });
  server.Unary<v1::RecordAttemptRequest, v1::Visit>(
      "rectify.followup.v1.FollowupVisits.RecordAttempt",
      [context](const rpc::Call& call, const v1::RecordAttemptRequest& request) {
        return RecordAttempt(*context, call, request);
      });
  server.Unary<v1::ReplaceVisitRequest, v1::Visit>(
      "rectify.followup.v1.FollowupVisits.ReplaceVisit",
      [context](const rpc::Call& call, const v1::ReplaceVisitRequest& request) {
        return ReplaceVisit(*context, call, request);
      });
  server.Unary<v1::GetQuestionnaireRequest, v1::Questionnaire>(
      "rectify.followup.v1.FollowupVisits.GetQuestionnaire",
      [context](const rpc::Call&, const v1::GetQuestionnaireRequest& request) {
        return GetQuestionnaire(*context, request);
      });
}

}  // namespace rectify::followup::api
