#include "services/reminder_dispatch/api/gates.h"

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
#include "services/reminder_dispatch/domain/gate.h"
#include "services/reminder_dispatch/domain/message.h"
#include "services/reminder_dispatch/store/clock_store.h"
#include "services/reminder_dispatch/store/gate_store.h"
#include "services/reminder_dispatch/store/reachability_store.h"
#include "services/reminder_dispatch/store/reminder_store.h"

namespace rectify::reminder::api {
namespace {

using rectify::events::AuditRecord;
using rectify::events::Change;
using rectify::events::Commands;

constexpr int kMaxPreview = 500;

absl::Status RequireDistrict(const std::string& name, const std::string& district,
                             const std::string& field) {
  if (name.empty() || rpc::DistrictOf(name) == district) return absl::OkStatus();
  return FieldError(field, {absl::StrCat("不属于本区（", field, "）"),
                            absl::StrCat("lies in another district (", field, ")")});
}

absl::StatusOr<v1::Acknowledgement> Acknowledge(Change& change,
                                                const v1::AcknowledgeRemindersRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<domain::TrackedClock> clock,
                   store::LockClock(change.sql(), request.clock()));
  if (!clock.has_value()) return NotFoundError(request.clock());
  if (!clock->running) {
    return PreconditionError(
        "REMINDER_STATE",
        {"期限已经结束，无须确认（clock）", "the clock has ended; nothing to acknowledge (clock)"},
        {{"state", "ENDED"}});
  }
  ASSIGN_OR_RETURN(const std::vector<domain::Reminder> live,
                   store::ReadLiveReminders(change.sql(), {clock->name}));
  const domain::Acknowledgement acknowledgement{
      clock->name,    clock->schedule_version,
      change.actor(), request.note(),
      change.now(),   domain::AcknowledgedUntil(live, change.now())};
  RETURN_IF_ERROR(store::SaveAcknowledgement(change.sql(), acknowledgement));
  AuditRecord record;
  record.subject = clock->name;
  record.related = clock->Related();
  record.action = "AcknowledgeReminders";
  record.summary = absl::StrCat(clock->title, "：提醒已确认知悉，至",
                                FormatChinaMinute(acknowledgement.end_time));
  if (!request.note().empty()) absl::StrAppend(&record.summary, "（", request.note(), "）");
  change.Audit(std::move(record));
  return ToProto(acknowledgement);
}

absl::Status CheckMute(const v1::CreateMuteRequest& request, const std::string& district,
                       absl::Time now) {
  if (request.clock().empty() && request.recipient().empty()) {
    return FieldError("clock", {"应指明期限或者收件人（clock、recipient）",
                                "needs a clock or a recipient (clock, recipient)"});
  }
  RETURN_IF_ERROR(RequireDistrict(request.clock(), district, "clock"));
  RETURN_IF_ERROR(RequireDistrict(request.recipient(), district, "recipient"));
  const absl::Time end = rpc::ToTime(request.end_time());
  if (!request.has_end_time() || end <= now || end > now + domain::kMaxMute) {
    return FieldError("end_time", {"静默须有终止时间，晚于现在且不超过92日（end_time）",
                                   "a mute needs an end, later than now and within 92 days "
                                   "(end_time)"});
  }
  return absl::OkStatus();
}

AuditRecord MuteRecord(const domain::Mute& mute, std::string action, absl::string_view what) {
  AuditRecord record;
  record.subject = mute.name();
  if (!mute.clock.empty()) record.related.push_back(mute.clock);
  if (!mute.recipient.empty()) record.related.push_back(mute.recipient);
  record.action = std::move(action);
  record.summary = absl::StrCat(what, "，至", FormatChinaMinute(mute.end_time), "：", mute.reason);
  return record;
}

absl::StatusOr<v1::Mute> Create(Change& change, const v1::CreateMuteRequest& request) {
  ASSIGN_OR_RETURN(const std::string district, rpc::ParentDistrict(request.parent()));
  RETURN_IF_ERROR(CheckMute(request, district, change.now()));
  if (!request.clock().empty()) {
    ASSIGN_OR_RETURN(const auto clocks, store::ShareClocks(change.sql(), {request.clock()}));
    if (clocks.empty()) return NotFoundError(request.clock());
  }
  const domain::Mute mute{
      district,       change.NewId("mute"), request.clock(), request.recipient(),
      change.actor(), request.reason(),     change.now(),    rpc::ToTime(request.end_time())};
  RETURN_IF_ERROR(store::InsertMute(change.sql(), mute));
  change.Audit(MuteRecord(mute, "CreateMute", "提醒静默"));
  return ToProto(mute);
}

absl::StatusOr<v1::Mute> End(Change& change, const v1::EndMuteRequest& request) {
  ASSIGN_OR_RETURN(std::vector<std::string> parts,
                   rpc::MatchName("districts/{district}/mutes/{uuid}", request.name(), "name"));
  ASSIGN_OR_RETURN(std::optional<domain::Mute> mute,
                   store::LockMute(change.sql(), parts[0], parts[1]));
  if (!mute.has_value()) return NotFoundError(request.name());
  if (mute->end_time <= change.now()) return ToProto(*mute);
  mute->end_time = change.now();
  RETURN_IF_ERROR(store::SetMuteEnd(change.sql(), *mute));
  change.Audit(MuteRecord(*mute, "EndMute", "提醒静默提前结束"));
  return ToProto(*mute);
}

absl::StatusOr<v1::ListMutesResponse> List(Commands& commands, const rpc::Call& call,
                                           const v1::ListMutesRequest& request) {
  ASSIGN_OR_RETURN(const std::string district, rpc::ParentDistrict(request.parent()));
  ASSIGN_OR_RETURN(
      auto page, commands.pool().TransactValue(
                     "reminder.list_mutes",
                     {.access = pg::Access::kReadOnly, .deadline = call.deadline}, [&](pg::Tx& tx) {
                       return store::ListMutes(tx, {district, request.filter(),
                                                    request.page_token(), request.page_size()});
                     }));
  v1::ListMutesResponse response;
  for (const domain::Mute& mute : page.first) *response.add_mutes() = ToProto(mute);
  response.set_next_page_token(page.second);
  return response;
}

v1::ReminderPreview PreviewOf(const domain::Reminder& reminder, const domain::TrackedClock& clock,
                              const domain::Standing& standing, const workday::Calendar& calendar,
                              const domain::Policy& policy, absl::Time now) {
  const absl::Time send =
      domain::SendableFrom(policy.quiet_hours, reminder.channel, reminder.urgent, calendar,
                           std::max(now, reminder.not_before));
  const domain::Text text =
      domain::Render(reminder.title_template, reminder.body_template, reminder.step, clock, send,
                     policy.LimitOf(reminder.channel));
  v1::ReminderPreview preview;
  *preview.mutable_reminder() = ToProto(reminder);
  *preview.mutable_send_time() = rpc::ToTimestamp(send);
  preview.set_title(text.title);
  preview.set_body(text.body);
  const std::optional<domain::Outcome> withheld = domain::Withhold(reminder, clock, standing, send);
  if (withheld.has_value()) preview.set_withheld(withheld->reason);
  return preview;
}

absl::StatusOr<v1::PreviewRemindersResponse> Preview(Commands& commands,
                                                     const domain::Policy& policy,
                                                     const rpc::Call& call,
                                                     const v1::PreviewRemindersRequest& request) {
  ASSIGN_OR_RETURN(const std::string district, rpc::ParentDistrict(request.parent()));
  if (request.clock().empty() == request.venue().empty()) {
    return FieldError("clock", {"期限和场所应指明其一（clock、venue）",
                                "needs either a clock or a venue (clock, venue)"});
  }
  const absl::Time now = commands.clock().Now();
  v1::PreviewRemindersResponse response;
  RETURN_IF_ERROR(commands.pool().Transact(
      "reminder.preview", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
      [&](pg::Tx& tx) -> absl::Status {
        response.Clear();
        ASSIGN_OR_RETURN(
            const std::vector<domain::Reminder> coming,
            store::ReadComing(tx, district, request.clock(), request.venue(), kMaxPreview));
        std::vector<std::string> names;
        names.reserve(coming.size());
        for (const domain::Reminder& reminder : coming) names.push_back(reminder.clock);
        ASSIGN_OR_RETURN(const auto clocks, store::ReadClocks(tx, names));
        ASSIGN_OR_RETURN(const workday::Calendar calendar, store::ReadCalendar(tx));
        ASSIGN_OR_RETURN(const auto standings, store::ReadStandings(tx, district, coming, now));
        for (const domain::Reminder& reminder : coming) {
          *response.add_reminders() = PreviewOf(reminder, clocks.at(reminder.clock),
                                                standings.at(reminder.id), calendar, policy, now);
        }
        return absl::OkStatus();
      }));
  return response;
}

absl::StatusOr<v1::ListUnreachableRecipientsResponse> ListUnreachable(
    Commands& commands, const rpc::Call& call,
    const v1::ListUnreachableRecipientsRequest& request) {
  ASSIGN_OR_RETURN(const std::string district, rpc::ParentDistrict(request.parent()));
  ASSIGN_OR_RETURN(
      const auto recipients,
      commands.pool().TransactValue(
          "reminder.list_unreachable", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) { return store::ReadUnreachable(tx, district); }));
  v1::ListUnreachableRecipientsResponse response;
  for (const domain::Unreachable& each : recipients) {
    *response.add_recipients() = ToProto(each);
  }
  return response;
}

}  // namespace

void RegisterGates(rpc::Server& server, Commands& commands,
                   std::shared_ptr<const domain::Policy> policy) {
  const std::string service = "rectify.reminder.v1.ReminderDispatch.";
  server.Unary<v1::AcknowledgeRemindersRequest, v1::Acknowledgement>(
      service + "AcknowledgeReminders", [&commands](const rpc::Call& call, const auto& request) {
        return commands.Run<v1::Acknowledgement>(
            call, [&](Change& change) { return Acknowledge(change, request); });
      });
  server.Unary<v1::CreateMuteRequest, v1::Mute>(
      service + "CreateMute", [&commands](const rpc::Call& call, const auto& request) {
        return commands.Run<v1::Mute>(call,
                                      [&](Change& change) { return Create(change, request); });
      });
  server.Unary<v1::EndMuteRequest, v1::Mute>(
      service + "EndMute", [&commands](const rpc::Call& call, const auto& request) {
        return commands.Run<v1::Mute>(call, [&](Change& change) { return End(change, request); });
      });
  server.Unary<v1::ListMutesRequest, v1::ListMutesResponse>(
      service + "ListMutes", [&commands](const rpc::Call& call, const auto& request) {
        return List(commands, call, request);
      });
  server.Unary<v1::PreviewRemindersRequest, v1::PreviewRemindersResponse>(
      service + "PreviewReminders",
      [&commands, policy = std::move(policy)](const rpc::Call& call, const auto& request) {
        return Preview(commands, *policy, call, request);
      });
  server.Unary<v1::ListUnreachableRecipientsRequest, v1::ListUnreachableRecipientsResponse>(
      service + "ListUnreachableRecipients",
      [&commands](const rpc::Call& call, const auto& request) {
        return ListUnreachable(commands, call, request);
      });
}

}  // namespace rectify::reminder::api
