// CreateFrame, FreezeFrame, the seed, DrawSample, AbandonDraw.
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/failpoint.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/followup/v1/draw_service.pb.h"
#include "services/followup_visits/api/convert.h"
#include "services/followup_visits/api/handlers.h"
#include "services/followup_visits/events/payloads.h"
#include "services/followup_visits/store/draw_store.h"
#include "services/followup_visits/store/unit_store.h"
#include "services/followup_visits/store/visit_store.h"
#include "services/followup_visits/store/visitor_store.h"

namespace rectify::followup::api {
namespace {

using rectify::events::Change;

// Audit entry and event of a draw's new version.
v1::Draw Told(Change& change, const domain::Draw& draw, const char* action, std::string summary) {
  change.Audit({.subject = draw.name(),
                .related = {},
                .action = action,
                .summary = std::move(summary),
                .details = {{"quarter", draw.quarter.text()}}});
  change.Emit(draw.name(), draw.version, events::ToDrawChanged(draw));
  return ToProto(draw);
}

absl::StatusOr<v1::Draw> CreateFrame(const Context& context, const rpc::Call& call,
                                     const v1::CreateFrameRequest& request) {
  domain::Draw draw;
  ASSIGN_OR_RETURN(draw.quarter, domain::ParseQuarter(request.quarter(), "quarter"));
  draw.district = rpc::DistrictOf(request.parent());
  for (int kind : request.case_kinds()) {
    draw.case_kinds.push_back(static_cast<domain::CaseKind>(kind));
  }
  draw.streets.assign(request.streets().begin(), request.streets().end());
  draw.version = 1;
  return context.host.commands().Run<v1::Draw>(
      call, [&](Change& change) -> absl::StatusOr<v1::Draw> {
        draw.id = change.NewId("draw");
        draw.create_time = change.now();
        RETURN_IF_ERROR(store::AddDraw(change.sql(), draw));
        RECTIFY_FAILPOINT("draw.after_create");
        return Told(change, draw, "CreateFrame",
                    absl::StrCat("建立 ", draw.quarter.text(), " 回访抽样框"));
      });
}

std::vector<domain::Pick> ToPicks(const google::protobuf::RepeatedPtrField<v1::Pick>& picks) {
  std::vector<domain::Pick> result;
  for (const v1::Pick& pick : picks) result.push_back({PartsOf(pick.unit()).id, pick.reason()});
  return result;
}

// The draw's frame as it is now.
absl::StatusOr<domain::FrameDraft> ReadDraft(Change& change, const domain::Draw& draw,
                                             const v1::FreezeFrameRequest& request) {
  domain::FrameDraft draft;
  ASSIGN_OR_RETURN(const store::Tail tail, store::ReadTail(change.sql(), draw.district));
  // One more than allowed, so that too many are noticed.
  ASSIGN_OR_RETURN(
      draft.units,
      store::LockWaitingUnits(change.sql(), draw.district, draw.quarter.LastDay(), draw.case_kinds,
                              draw.streets, static_cast<int>(domain::kMaxFrame) + 1));
  ASSIGN_OR_RETURN(draft.visitors, store::ListVisitors(change.sql(), draw.district));
  draft.district = draw.district;
  draft.draw = draw.id;
  draft.number = tail.number + 1;
  draft.previous = tail.record_hash;
  draft.quarter = draw.quarter;
  draft.case_kinds = draw.case_kinds;
  draft.streets = draw.streets;
  draft.forced = ToPicks(request.forced());
  draft.excluded = ToPicks(request.excluded());
  draft.officials.assign(request.officials().begin(), request.officials().end());
  draft.public_source = request.public_source();
  draft.now = change.now();
  return draft;
}

absl::StatusOr<v1::Draw> FreezeFrame(const Context& context, const rpc::Call& call,
                                     const v1::FreezeFrameRequest& request) {
  const NameParts name = PartsOf(request.name());
  return context.host.commands().Run<v1::Draw>(
      call, [&](Change& change) -> absl::StatusOr<v1::Draw> {
        ASSIGN_OR_RETURN(domain::Draw draw, store::LockDraw(change.sql(), name.district, name.id));
        RETURN_IF_ERROR(rpc::CheckEtag(draw.version, request.etag()));
        RETURN_IF_ERROR(domain::CheckDrawState(draw, domain::DrawState::kDraft));
        ASSIGN_OR_RETURN(const domain::FrameDraft draft, ReadDraft(change, draw, request));
        ASSIGN_OR_RETURN(
            const domain::FrozenFrame frozen,
            domain::FreezeFrame(draft, context.rules.draw, [&](const domain::PenalisedUnit& unit) {
              return context.Salt(unit);
            }));
        ASSIGN_OR_RETURN(draw, domain::Freeze(std::move(draw), frozen.terms, change.now()));
        RETURN_IF_ERROR(store::SaveFrozen(change.sql(), draw, frozen.rows));
        RECTIFY_FAILPOINT("draw.after_freeze");
        return Told(change, draw, "FreezeFrame",
                    absl::StrCat("冻结第 ", frozen.terms.number, " 次抽取的抽样框，共 ",
                                 frozen.terms.frame_size, " 个对象，承诺散列 ", draw.commitment));
      });
}

// A verb on the seed of a draw.
absl::StatusOr<v1::Draw> ChangeSeed(
    const Context& context, const rpc::Call& call, const std::string& draw_name, const char* action,
    const char* summary,
    const std::function<absl::StatusOr<domain::Draw>(domain::Draw, absl::Time)>& rule) {
  const NameParts name = PartsOf(draw_name);
  return context.host.commands().Run<v1::Draw>(
      call, [&](Change& change) -> absl::StatusOr<v1::Draw> {
        ASSIGN_OR_RETURN(domain::Draw draw, store::LockDraw(change.sql(), name.district, name.id));
        ASSIGN_OR_RETURN(draw, rule(std::move(draw), change.now()));
        RETURN_IF_ERROR(store::SaveSeed(change.sql(), draw));
        RECTIFY_FAILPOINT("draw.after_seed");
        return Told(change, draw, action, summary);
      });
}

absl::Status PlanVisits(Change& change, const domain::FinishedDraw& finished) {
  const domain::Draw& draw = finished.draw;
  std::vector<store::PlannedVisit> visits;
  std::vector<std::string> units;
  for (const domain::Place& place : finished.places) {
    if (!place.drawn) continue;
    visits.push_back({change.NewId(absl::StrCat("visit/", place.unit)), place, {}});
    units.push_back(place.unit);
  }
  RETURN_IF_ERROR(
      store::SetUnitState(change.sql(), draw.district, units, domain::UnitState::kDrawn));
  RECTIFY_FAILPOINT("draw.after_units");
  RETURN_IF_ERROR(store::PlanVisits(change.sql(), draw.district, draw.id, visits, change.now()));
  RECTIFY_FAILPOINT("draw.after_visits");
  for (const store::PlannedVisit& planned : visits) {
    domain::Visit visit;
    visit.district = draw.district;
    visit.id = planned.id;
    visit.unit_id = planned.place.unit;
    visit.version = 1;
    change.Emit(visit.name(), visit.version, events::ToVisitChanged(visit));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Draw> DrawSample(const Context& context, const rpc::Call& call,
                                    const v1::DrawSampleRequest& request) {
  const NameParts name = PartsOf(request.name());
  return context.host.commands().Run<v1::Draw>(
      call, [&](Change& change) -> absl::StatusOr<v1::Draw> {
        ASSIGN_OR_RETURN(domain::Draw draw, store::LockDraw(change.sql(), name.district, name.id));
        ASSIGN_OR_RETURN(const auto frame, store::ReadFrame(change.sql(), name.district, name.id));
        ASSIGN_OR_RETURN(const domain::FinishedDraw finished,
                         domain::DrawSample(std::move(draw), frame, change.now()));
        RETURN_IF_ERROR(store::SaveFinished(change.sql(), finished));
        RECTIFY_FAILPOINT("draw.after_sample");
        RETURN_IF_ERROR(PlanVisits(change, finished));
        return Told(change, finished.draw, "DrawSample",
                    absl::StrCat("抽取回访对象 ", finished.draw.sample_size, " 个，记录散列 ",
                                 finished.draw.record_hash));
      });
}

absl::StatusOr<v1::Draw> AbandonDraw(const Context& context, const rpc::Call& call,
                                     const v1::AbandonDrawRequest& request) {
  const NameParts name = PartsOf(request.name());
  return context.host.commands().Run<v1::Draw>(
      call, [&](Change& change) -> absl::StatusOr<v1::Draw> {
        ASSIGN_OR_RETURN(domain::Draw draw, store::LockDraw(change.sql(), name.district, name.id));
        ASSIGN_OR_RETURN(const auto frame, store::ReadFrame(change.sql(), name.district, name.id));
        ASSIGN_OR_RETURN(const domain::FinishedDraw finished,
                         domain::Abandon(std::move(draw), frame, request.reason(), change.now()));
        RETURN_IF_ERROR(store::SaveFinished(change.sql(), finished));
        return Told(change, finished.draw, "AbandonDraw",
                    absl::StrCat("放弃抽取：", request.reason()));
      });
}

void RegisterSeedRpcs(const ContextPtr& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::CommitSeedHalfRequest, v1::Draw>(
      "rectify.followup.v1.FollowupDraws.CommitSeedHalf",
      [context](const rpc::Call& call, const v1::CommitSeedHalfRequest& request) {
        return ChangeSeed(*context, call, request.name(), "CommitSeedHalf", "提交种子承诺",
                          [&](domain::Draw draw, absl::Time now) {
                            return domain::CommitHalf(std::move(draw), call.caller.subject,
                                                      request.commitment(), now);
                          });
      });
  server.Unary<v1::RevealSeedHalfRequest, v1::Draw>(
      "rectify.followup.v1.FollowupDraws.RevealSeedHalf",
      [context](const rpc::Call& call, const v1::RevealSeedHalfRequest& request) {
        return ChangeSeed(*context, call, request.name(), "RevealSeedHalf", "公开种子",
                          [&](domain::Draw draw, absl::Time now) {
                            return domain::RevealHalf(std::move(draw), call.caller.subject,
                                                      request.value(), now);
                          });
      });
  server.Unary<v1::RecordPublicValueRequest, v1::Draw>(
      "rectify.followup.v1.FollowupDraws.RecordPublicValue",
      [context](const rpc::Call& call, const v1::RecordPublicValueRequest& request) {
        return ChangeSeed(*context, call, request.name(), "RecordPublicValue", "登记公开数值",
                          [&](domain::Draw draw, absl::Time) {
                            return domain::RecordPublicValue(std::move(draw), request.value());
                          });
      });
}

}  // namespace

void RegisterDrawRpcs(const ContextPtr& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::CreateFrameRequest, v1::Draw>(
      "rectify.followup.v1.FollowupDraws.CreateFrame",
      [context](const rpc::Call& call, const v1::CreateFrameRequest& request) {
        return CreateFrame(*context, call, request);
      });
  server.Unary<v1::FreezeFrameRequest, v1::Draw>(
      "rectify.followup.v1.FollowupDraws.FreezeFrame",
      [context](const rpc::Call& call, const v1::FreezeFrameRequest& request) {
        return FreezeFrame(*context, call, request);
      });
  RegisterSeedRpcs(context);
  server.Unary<v1::DrawSampleRequest, v1::Draw>(
      "rectify.followup.v1.FollowupDraws.DrawSample",
      [context](const rpc::Call& call, const v1::DrawSampleRequest& request) {
        return DrawSample(*context, call, request);
      });
  server.Unary<v1::AbandonDrawRequest, v1::Draw>(
      "rectify.followup.v1.FollowupDraws.AbandonDraw",
      [context](const rpc::Call& call, const v1::AbandonDrawRequest& request) {
        return AbandonDraw(*context, call, request);
      });
}

}  // namespace rectify::followup::api
