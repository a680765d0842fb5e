#include "services/reminder_dispatch/api/replays.h"

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
#include "services/reminder_dispatch/domain/replay.h"
#include "services/reminder_dispatch/store/replay_store.h"

namespace rectify::reminder::api {
namespace {

using rectify::events::Change;
using rectify::events::Commands;

absl::StatusOr<store::ReplayQuestion> QuestionOf(const v1::ReplayDeliveriesRequest& request,
                                                 absl::Time now) {
  ASSIGN_OR_RETURN(const std::string district, rpc::ParentDistrict(request.parent()));
  if (request.channel() == v1::CHANNEL_UNSPECIFIED && request.recipient().empty()) {
    return FieldError("channel", {"应指明渠道或者收件人（channel、recipient）",
                                  "needs a channel or a recipient (channel, recipient)"});
  }
  if (!request.recipient().empty() && rpc::DistrictOf(request.recipient()) != district) {
    return FieldError("recipient",
                      {"不属于本区（recipient）", "lies in another district (recipient)"});
  }
  const absl::Time start = rpc::ToTime(request.start_time()), end = rpc::ToTime(request.end_time());
  if (!request.has_start_time() || !request.has_end_time() || end <= start || end > now ||
      end - start > domain::kMaxReplayRange) {
    return FieldError("end_time",
                      {"时段应有起止，止于现在之前，且不超过31日（start_time、end_time）",
                       "the range needs a start and an end that is not in the future, "
                       "within 31 days (start_time, end_time)"});
  }
  return store::ReplayQuestion{district, request.channel(), request.recipient(), start, end};
}

struct Selection {
  std::vector<store::ReplayCandidate> going;
  v1::ReplayDeliveriesResponse counts;
};

absl::StatusOr<Selection> Select(pg::Tx& tx, const store::ReplayQuestion& question,
                                 bool include_ended) {
  ASSIGN_OR_RETURN(const std::vector<store::ReplayCandidate> found,
                   store::FindAccepted(tx, question, domain::kMaxReplays + 1));
  if (found.size() > static_cast<size_t>(domain::kMaxReplays)) {
    return PreconditionError(
        "REPLAY_TOO_LARGE",
        {absl::StrCat("该时段超过", domain::kMaxReplays, "条，请缩小范围（start_time、end_time）"),
         absl::StrCat("the range holds more than ", domain::kMaxReplays,
                      " deliveries; narrow it (start_time, end_time)")},
        {{"most", absl::StrCat(domain::kMaxReplays)}});
  }
  std::vector<std::string> ids;
  ids.reserve(found.size());
  for (const store::ReplayCandidate& each : found) ids.push_back(each.id);
  ASSIGN_OR_RETURN(auto spoken, store::ReadSpoken(tx, question.district, ids));
  Selection selection;
  for (const store::ReplayCandidate& each : found) {
    if (each.waiting) {
      selection.counts.set_waiting(selection.counts.waiting() + 1);
    } else if (!include_ended && !domain::AnySpeaks(spoken[each.id])) {
      selection.counts.set_ended(selection.counts.ended() + 1);
    } else {
      selection.going.push_back(each);
    }
  }
  selection.counts.set_deliveries(static_cast<int>(selection.going.size()));
  return selection;
}

rectify::events::AuditRecord RecordOf(const v1::ReplayDeliveriesRequest& request,
                                      const store::ReplayQuestion& question,
                                      const v1::ReplayDeliveriesResponse& counts) {
  const auto channel = static_cast<domain::Channel>(request.channel());
  rectify::events::AuditRecord record;
  record.subject = request.parent();
  if (!request.recipient().empty()) record.related.push_back(request.recipient());
  record.action = "ReplayDeliveries";
  record.summary = absl::StrCat(
      "补发", FormatChinaMinute(question.start), "至", FormatChinaMinute(question.end), "已送出的",
      request.channel() == v1::CHANNEL_UNSPECIFIED ? "提醒" : domain::NameOf(channel), "，共",
      counts.deliveries(), "条：", request.reason());
  record.details = {{"deliveries", absl::StrCat(counts.deliveries())},
                    {"ended", absl::StrCat(counts.ended())},
                    {"waiting", absl::StrCat(counts.waiting())},
                    {"include_ended", request.include_ended() ? "true" : "false"}};
  return record;
}

absl::StatusOr<v1::ReplayDeliveriesResponse> Replay(Change& change,
                                                    const v1::ReplayDeliveriesRequest& request) {
  ASSIGN_OR_RETURN(const store::ReplayQuestion question, QuestionOf(request, change.now()));
  ASSIGN_OR_RETURN(Selection selection, Select(change.sql(), question, request.include_ended()));
  std::vector<store::NewReplay> replays;
  for (const store::ReplayCandidate& each : selection.going) {
    replays.push_back({change.NewId(absl::StrCat("replay/", each.id)), each.id, each.recipient});
  }
  ASSIGN_OR_RETURN(const int queued, store::InsertReplays(change.sql(), question.district, replays,
                                                          request.include_ended(), change.now()));
  // Another command may have queued some of them since they were read.
  v1::ReplayDeliveriesResponse& counts = selection.counts;
  counts.set_waiting(counts.waiting() + counts.deliveries() - queued);
  counts.set_deliveries(queued);
  change.Audit(RecordOf(request, question, counts));
  return counts;
}

absl::StatusOr<v1::ReplayDeliveriesResponse> Count(Commands& commands, const rpc::Call& call,
                                                   const v1::ReplayDeliveriesRequest& request) {
  ASSIGN_OR_RETURN(const store::ReplayQuestion question,
                   QuestionOf(request, commands.clock().Now()));
  ASSIGN_OR_RETURN(
      const Selection selection,
      commands.pool().TransactValue(
          "reminder.count_replays", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
          [&](pg::Tx& tx) { return Select(tx, question, request.include_ended()); }));
  return selection.counts;
}

}  // namespace

void RegisterReplays(rpc::Server& server, Commands& commands) {
  server.Unary<v1::ReplayDeliveriesRequest, v1::ReplayDeliveriesResponse>(
      "rectify.reminder.v1.ReminderDispatch.ReplayDeliveries",
      [&commands](const rpc::Call& call, const auto& request) {
        if (request.validate_only()) return Count(commands, call, request);
        return commands.Run<v1::ReplayDeliveriesResponse>(
            call, [&](Change& change) { return Replay(change, request); });
      });
}

}  // namespace rectify::reminder::api
