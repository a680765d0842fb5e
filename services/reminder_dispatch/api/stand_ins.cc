#include "services/reminder_dispatch/api/stand_ins.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/resource_name.h"
#include "rectify/reminder/v1/reminder_service.pb.h"
#include "services/reminder_dispatch/api/convert.h"
#include "services/reminder_dispatch/domain/stand_in.h"
#include "services/reminder_dispatch/store/stand_in_store.h"

namespace rectify::reminder::api {
namespace {

using rectify::events::AuditRecord;
using rectify::events::Change;
using rectify::events::Commands;

// Officers and posts of the district can be away and stand in.
absl::Status CheckName(const std::string& name, const std::string& district,
                       const std::string& field) {
  const bool person = rpc::MatchName("districts/{district}/officers/{uuid}", name, field).ok() ||
                      rpc::MatchName("districts/{district}/posts/{code}", name, field).ok();
  if (person && rpc::DistrictOf(name) == district) return absl::OkStatus();
  return FieldError(field,
                    {absl::StrCat("应为本区的监督员或者岗位（", field, "）"),
                     absl::StrCat("must be an officer or post of the district (", field, ")")});
}

absl::Status CheckStandIn(const v1::CreateStandInRequest& request, const std::string& district,
                          absl::Time start, absl::Time now) {
  RETURN_IF_ERROR(CheckName(request.recipient(), district, "recipient"));
  RETURN_IF_ERROR(CheckName(request.deputy(), district, "deputy"));
  if (request.deputy() == request.recipient()) {
    return FieldError("deputy", {"不能由本人代理（deputy）", "must be somebody else (deputy)"});
  }
  const absl::Time end = rpc::ToTime(request.end_time());
  if (!request.has_end_time() || end <= now || end <= start || end > start + domain::kMaxStandIn) {
    return FieldError("end_time",
                      {"代理须有终止时间，晚于现在和开始时间，且不超过366日（end_time）",
                       "a stand-in needs an end, later than now and its start and within 366 days "
                       "(end_time)"});
  }
  return absl::OkStatus();
}

AuditRecord Record(const domain::StandIn& stand_in, std::string action, absl::string_view what) {
  AuditRecord record;
  record.subject = stand_in.name();
  record.related = {stand_in.recipient, stand_in.deputy};
  record.action = std::move(action);
  record.summary = absl::StrCat(what, "，", FormatChinaMinute(stand_in.start_time), "至",
                                FormatChinaMinute(stand_in.end_time), "：", stand_in.reason);
  return record;
}

absl::StatusOr<v1::StandIn> Create(Change& change, const v1::CreateStandInRequest& request) {
  ASSIGN_OR_RETURN(const std::string district, rpc::ParentDistrict(request.parent()));
  const absl::Time start = request.has_start_time()
                               ? std::max(change.now(), rpc::ToTime(request.start_time()))
                               : change.now();
  RETURN_IF_ERROR(CheckStandIn(request, district, start, change.now()));
  const domain::StandIn stand_in{district,
                                 change.NewId("stand_in"),
                                 request.recipient(),
                                 request.deputy(),
                                 change.actor(),
                                 request.reason(),
                                 start,
                                 rpc::ToTime(request.end_time())};
  RETURN_IF_ERROR(store::InsertStandIn(change.sql(), stand_in));
  change.Audit(Record(stand_in, "CreateStandIn", "提醒由他人代收"));
  return ToProto(stand_in);
}

absl::StatusOr<v1::StandIn> End(Change& change, const v1::EndStandInRequest& request) {
  ASSIGN_OR_RETURN(std::vector<std::string> parts,
                   rpc::MatchName("districts/{district}/standIns/{uuid}", request.name(), "name"));
  ASSIGN_OR_RETURN(std::optional<domain::StandIn> stand_in,
                   store::LockStandIn(change.sql(), parts[0], parts[1]));
  if (!stand_in.has_value()) return NotFoundError(request.name());
  if (stand_in->end_time <= change.now()) return ToProto(*stand_in);
  stand_in->end_time = change.now();
  // One that has not begun yet never does.
  stand_in->start_time = std::min(stand_in->start_time, change.now());
  RETURN_IF_ERROR(store::SetStandInEnd(change.sql(), *stand_in));
  change.Audit(Record(*stand_in, "EndStandIn", "提醒代收提前结束"));
  return ToProto(*stand_in);
}

absl::StatusOr<v1::ListStandInsResponse> List(Commands& commands, const rpc::Call& call,
                                              const v1::ListStandInsRequest& request) {
  ASSIGN_OR_RETURN(const std::string district, rpc::ParentDistrict(request.parent()));
  ASSIGN_OR_RETURN(
      auto page, commands.pool().TransactValue(
                     "reminder.list_stand_ins",
                     {.access = pg::Access::kReadOnly, .deadline = call.deadline}, [&](pg::Tx& tx) {
                       return store::ListStandIns(tx, {district, request.filter(),
                                                       request.page_token(), request.page_size()});
                     }));
  v1::ListStandInsResponse response;
  for (const domain::StandIn& stand_in : page.first) {
    *response.add_stand_ins() = ToProto(stand_in);
  }
  response.set_next_page_token(page.second);
  return response;
}

}  // namespace

void RegisterStandIns(rpc::Server& server, Commands& commands) {
  const std::string service = "rectify.reminder.v1.ReminderDispatch.";
  server.Unary<v1::CreateStandInRequest, v1::StandIn>(
      service + "CreateStandIn", [&commands](const rpc::Call& call, const auto& request) {
        return commands.Run<v1::StandIn>(call,
                                         [&](Change& change) { return Create(change, request); });
      });
  server.Unary<v1::EndStandInRequest, v1::StandIn>(
      service + "EndStandIn", [&commands](const rpc::Call& call, const auto& request) {
        return commands.Run<v1::StandIn>(call,
                                         [&](Change& change) { return End(change, request); });
      });
  server.Unary<v1::ListStandInsRequest, v1::ListStandInsResponse>(
      service + "ListStandIns", [&commands](const rpc::Call& call, const auto& request) {
        return List(commands, call, request);
      });
}

}  // namespace rectify::reminder::api
