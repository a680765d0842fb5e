// GetDraw, ListDraws, GetDrawRecord, VerifyDraw.
#include <utility>

#include "libs/base/error.h"
#include "libs/base/ids.h"
#include "libs/base/status_macros.h"
#include "rectify/followup/v1/draw_service.pb.h"
#include "services/followup_visits/api/convert.h"
#include "services/followup_visits/api/handlers.h"
#include "services/followup_visits/domain/verify.h"
#include "services/followup_visits/store/draw_store.h"
#include "services/followup_visits/store/unit_store.h"

namespace rectify::followup::api {
namespace {

absl::StatusOr<v1::Draw> GetDraw(const Context& context, const rpc::Call& call,
                                 const v1::GetDrawRequest& request) {
  const NameParts name = PartsOf(request.name());
  ASSIGN_OR_RETURN(domain::Draw draw, context.host.pool().TransactValue(
                                          "followup.get_draw", ReadOnly(call), [&](pg::Tx& tx) {
                                            return store::GetDraw(tx, name.district, name.id);
                                          }));
  return ToProto(draw);
}

absl::StatusOr<v1::ListDrawsResponse> ListDraws(const Context& context, const rpc::Call& call,
                                                const v1::ListDrawsRequest& request) {
  ASSIGN_OR_RETURN(
      auto page,
      context.host.pool().TransactValue("followup.list_draws", ReadOnly(call), [&](pg::Tx& tx) {
        return store::ListDraws(tx, rpc::DistrictOf(request.parent()), request.filter(),
                                request.page_size(), request.page_token());
      }));
  v1::ListDrawsResponse response;
  for (const domain::Draw& draw : page.first) *response.add_draws() = ToProto(draw);
  response.set_next_page_token(page.second);
  return response;
}

absl::StatusOr<v1::DrawRecord> GetDrawRecord(const Context& context, const rpc::Call& call,
                                             const v1::GetDrawRecordRequest& request) {
  const NameParts name = PartsOf(request.name());
  return context.host.pool().TransactValue(
      "followup.get_draw_record", ReadOnly(call),
      [&](pg::Tx& tx) -> absl::StatusOr<v1::DrawRecord> {
        ASSIGN_OR_RETURN(const domain::Draw draw, store::GetDraw(tx, name.district, name.id));
        if (draw.record_hash.empty()) {
          RETURN_IF_ERROR(domain::CheckDrawState(draw, domain::DrawState::kDrawn));
        }
        v1::DrawRecord record;
        record.set_draw(draw.name());
        ASSIGN_OR_RETURN(*record.mutable_record(), store::ReadRecord(tx, name.district, name.id));
        record.set_record_hash(draw.record_hash);
        return record;
      });
}

// What this service knows about the record.
absl::StatusOr<domain::Ledger> ReadLedger(const Context& context, pg::Tx& tx,
                                          const std::string& district,
                                          const domain::DrawRecord& record) {
  domain::Ledger ledger;
  const int number = record.committed.number;
  ASSIGN_OR_RETURN(ledger.record_hash, store::RecordHashOf(tx, district, number));
  ASSIGN_OR_RETURN(ledger.previous_record_hash, store::RecordHashOf(tx, district, number - 1));
  std::vector<std::string> ids;
  for (const domain::FrameRow& row : record.frame) {
    if (IsUuid(row.unit)) ids.push_back(row.unit);
  }
  ASSIGN_OR_RETURN(const std::vector<domain::PenalisedUnit> units,
                   store::ReadUnits(tx, district, ids));
  for (const domain::PenalisedUnit& unit : units) {
    ledger.facts[unit.id] = domain::FactsDigest(unit, context.Salt(unit));
  }
  return ledger;
}

absl::StatusOr<v1::VerifyDrawResponse> VerifyDraw(const Context& context, const rpc::Call& call,
                                                  const v1::VerifyDrawRequest& request) {
  ASSIGN_OR_RETURN(const domain::DrawRecord record, domain::ReadRecord(request.record()));
  if (record.committed.number < 1 || record.frame.size() > domain::kMaxFrame) {
    return FieldError("record", {"record 的编号或抽样框大小不可能",
                                 "record has an impossible number or frame size"});
  }
  const std::string district = rpc::DistrictOf(request.parent());
  ASSIGN_OR_RETURN(
      const domain::Ledger ledger,
      context.host.pool().TransactValue("followup.verify_draw", ReadOnly(call), [&](pg::Tx& tx) {
        return ReadLedger(context, tx, district, record);
      }));
  std::vector<domain::Check> checks = domain::CheckRecord(record, request.record());
  for (domain::Check& check : domain::CheckAgainst(ledger, record, request.record())) {
    checks.push_back(std::move(check));
  }
  v1::VerifyDrawResponse response;
  response.set_valid(true);
  for (const domain::Check& check : checks) {
    v1::VerifyDrawResponse::Check& entry = *response.add_checks();
    entry.set_code(check.code);
    entry.set_passed(check.passed());
    entry.set_problem(check.problem);
    if (!check.passed()) response.set_valid(false);
  }
  return response;
}

}  // namespace

void RegisterRecordRpcs(const ContextPtr& context) {
  rpc::Server& server = context->host.server();
  server.Unary<v1::GetDrawRequest, v1::Draw>(
      "rectify.followup.v1.FollowupDraws.GetDraw",
      [context](const rpc::Call& call, const v1::GetDrawRequest& request) {
        return GetDraw(*context, call, request);
      });
  server.Unary<v1::ListDrawsRequest, v1::ListDrawsResponse>(
      "rectify.followup.v1.FollowupDraws.ListDraws",
      [context](const rpc::Call& call, const v1::ListDrawsRequest& request) {
        return ListDraws(*context, call, request);
      });
  server.Unary<v1::GetDrawRecordRequest, v1::DrawRecord>(
      "rectify.followup.v1.FollowupDraws.GetDrawRecord",
      [context](const rpc::Call& call, const v1::GetDrawRecordRequest& request) {
        return GetDrawRecord(*context, call, request);
      });
  server.Unary<v1::VerifyDrawRequest, v1::VerifyDrawResponse>(
      "rectify.followup.v1.FollowupDraws.VerifyDraw",
      [context](const rpc::Call& call, const v1::VerifyDrawRequest& request) {
        return VerifyDraw(*context, call, request);
      });
}

}  // namespace rectify::followup::api
