// FreezeAnalysis, GetAnalysis, ListAnalyses.
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "rectify/followup/v1/followup_events.pb.h"
#include "rectify/followup/v1/lead_service.pb.h"
#include "services/followup_visits/api/handlers.h"
#include "services/followup_visits/domain/draw_record.h"
#include "services/followup_visits/store/analysis_store.h"
#include "services/followup_visits/store/unit_store.h"

namespace rectify::followup::api {
namespace {

using rectify::events::Change;

v1::Analysis AnalysisToProto(const store::Analysis& analysis) {
  v1::Analysis message;
  message.set_name(analysis.name());
  message.set_quarter(analysis.quarter);
  message.set_version(analysis.version);
  *message.mutable_cut_time() = rpc::ToTimestamp(analysis.cut_time);
  message.set_reason(analysis.reason);
  message.set_document(analysis.document);
  message.set_document_hash(analysis.document_hash);
  return message;
}

absl::StatusOr<domain::AnalysisInput> ReadInput(const Context& context, Change& change,
                                                const std::string& district,
                                                const domain::Quarter& quarter,
                                                const std::string& reason) {
  pg::Tx& tx = change.sql();
  domain::AnalysisInput input;
  ASSIGN_OR_RETURN(store::EarlierVersions earlier,
                   store::ReadEarlier(tx, district, quarter.text()));
  if (earlier.last > 0 && reason.empty()) {
    return FieldError("reason",
                      {"更正须说明理由（reason）", "a correction needs its reason (reason)"});
  }
  input.district = district;
  input.quarter = quarter;
  input.version = earlier.last + 1;
  input.reason = reason;
  input.cut_time = change.now();
  input.smallest_cell = context.rules.smallest_cell;
  input.published = std::move(earlier.published);
  ASSIGN_OR_RETURN(input.visits, store::ReadAnalysedVisits(tx, *context.cipher, district, quarter));
  ASSIGN_OR_RETURN(input.leads, store::ReadAnalysedLeads(tx, district, quarter));
  ASSIGN_OR_RETURN(
      input.previous_document,
      store::NewestDocument(tx, district, domain::QuarterOf(quarter.FirstDay() - 1).text()));
  std::set<std::string> officers;
  for (const domain::AnalysedVisit& visit : input.visits) officers.insert(visit.officer);
  ASSIGN_OR_RETURN(input.officer_names,
                   store::OfficerNames(tx, district, {officers.begin(), officers.end()}));
  return input;
}

absl::StatusOr<v1::Analysis> FreezeAnalysis(const Context& context, const rpc::Call& call,
                                            const v1::FreezeAnalysisRequest& request) {
  ASSIGN_OR_RETURN(const domain::Quarter quarter,
                   domain::ParseQuarter(request.quarter(), "quarter"));
  const std::string district = rpc::DistrictOf(request.parent());
  return context.host.commands().Run<v1::Analysis>(
      call, [&](Change& change) -> absl::StatusOr<v1::Analysis> {
        if (CivilDayOf(change.now()) < quarter.FirstDay()) {
          return FieldError("quarter", {"quarter 尚未开始", "quarter has not begun"});
        }
        ASSIGN_OR_RETURN(const domain::AnalysisInput input,
                         ReadInput(context, change, district, quarter, request.reason()));
        const domain::AnalysisResult result = domain::Analyse(input, context.rules.questionnaires);
        const store::Analysis analysis = {.district = district,
                                          .id = change.NewId("analysis"),
                                          .quarter = quarter.text(),
                                          .version = input.version,
                                          .cut_time = input.cut_time,
                                          .reason = input.reason,
                                          .document = result.document,
                                          .document_hash = domain::HashOf(result.document)};
        RETURN_IF_ERROR(store::AddAnalysis(change.sql(), analysis, result.cells));
        change.Audit({.subject = analysis.name(),
                      .related = {},
                      .action = "FreezeAnalysis",
                      .summary = absl::StrCat("冻结 ", analysis.quarter, " 季度分析第 ",
                                              analysis.version, " 版"),
                      .details = {{"document_hash", analysis.document_hash}}});
        v1::AnalysisFrozen event;
        event.set_analysis(analysis.name());
        event.set_document_hash(analysis.document_hash);
        change.Emit(analysis.name(), 1, event);
        return AnalysisToProto(analysis);
      });
}

absl::StatusOr<v1::Analysis> GetAnalysis(const Context& context, const rpc::Call& call,
                                         const v1::GetAnalysisRequest& request) {
  const NameParts name = PartsOf(request.name());
  ASSIGN_OR_RETURN(
      const store::Analysis analysis,
      context.host.pool().TransactValue("followup.get_analysis", ReadOnly(call), [&](pg::Tx& tx) {
        return store::GetAnalysis(tx, name.district, name.id);
      }));
  return AnalysisToProto(analysis);
}

absl::StatusOr<v1::ListAnalysesResponse> ListAnalyses(const Context& context, const rpc::Call& call,
                                                      const v1::ListAnalysesRequest& request) {
  ASSIGN_OR_RETURN(
      auto page,
      context.host.pool().TransactValue("followup.list_analyses", ReadOnly(call), [&](pg::Tx& tx) {
        return store::ListAnalyses(tx, rpc::DistrictOf(request.parent()), request.filter(),
                                   request.page_size(), request.page_token());
      }));
  v1::ListAnalysesResponse response;
  for (const store::Analysis& analysis : page.first) {
    *response.add_analyses() = AnalysisToProto(analysis);
  }
  response.set_next_page_token(page.second);
  return response;
}

}  // namespace

void RegisterAnalysisRpcs(const ContextPtr& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::FreezeAnalysisRequest, v1::Analysis>(
      "rectify.followup.v1.FollowupLeads.FreezeAnalysis",
      [context](const rpc::Call& call, const v1::FreezeAnalysisRequest& request) {
        return FreezeAnalysis(*context, call, request);
      });
  server.Unary<v1::GetAnalysisRequest, v1::Analysis>(
      "rectify.followup.v1.FollowupLeads.GetAnalysis",
      [context](const rpc::Call& call, const v1::GetAnalysisRequest& request) {
        return GetAnalysis(*context, call, request);
      });
  server.Unary<v1::ListAnalysesRequest, v1::ListAnalysesResponse>(
      "rectify.followup.v1.FollowupLeads.ListAnalyses",
      [context](const rpc::Call& call, const v1::ListAnalysesRequest& request) {
        return ListAnalyses(*context, call, request);
      });
}

}  // namespace rectify::followup::api
