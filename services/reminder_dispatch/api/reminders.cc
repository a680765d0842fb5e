#include "services/reminder_dispatch/api/reminders.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/resource_name.h"
#include "rectify/reminder/v1/reminder_service.pb.h"
#include "services/reminder_dispatch/api/convert.h"
#include "services/reminder_dispatch/events/payloads.h"
#include "services/reminder_dispatch/store/clock_store.h"
#include "services/reminder_dispatch/store/reminder_store.h"

namespace rectify::reminder::api {
namespace {

using rectify::events::Change;
using rectify::events::Commands;

struct Key {
  std::string district, id;
};

absl::StatusOr<Key> KeyOf(const std::string& name) {
  ASSIGN_OR_RETURN(std::vector<std::string> parts,
                   rpc::MatchName("districts/{district}/reminders/{uuid}", name, "name"));
  return Key{parts[0], parts[1]};
}

absl::StatusOr<v1::Reminder> Get(Commands& commands, const rpc::Call& call,
                                 const v1::GetReminderRequest& request) {
  ASSIGN_OR_RETURN(const Key key, KeyOf(request.name()));
  ASSIGN_OR_RETURN(const std::optional<domain::Reminder> reminder,
                   commands.pool().TransactValue(
                       "reminder.get", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
                       [&](pg::Tx& tx) { return store::ReadReminder(tx, key.district, key.id); }));
  if (!reminder.has_value()) return NotFoundError(request.name());
  return ToProto(*reminder);
}

template <typename Request>
absl::StatusOr<store::ListQuestion> QuestionOf(const Request& request) {
  ASSIGN_OR_RETURN(const std::string district, rpc::ParentDistrict(request.parent()));
  return store::ListQuestion{district, request.filter(), request.page_token(), request.page_size()};
}

absl::StatusOr<v1::ListRemindersResponse> List(Commands& commands, const rpc::Call& call,
                                               const v1::ListRemindersRequest& request) {
  ASSIGN_OR_RETURN(const store::ListQuestion question, QuestionOf(request));
  ASSIGN_OR_RETURN(
      auto page, commands.pool().TransactValue(
                     "reminder.list", {.access = pg::Access::kReadOnly, .deadline = call.deadline},
                     [&](pg::Tx& tx) { return store::ListReminders(tx, question); }));
  v1::ListRemindersResponse response;
  for (const domain::Reminder& reminder : page.first) {
    *response.add_reminders() = ToProto(reminder);
  }
  response.set_next_page_token(page.second);
  return response;
}

absl::StatusOr<v1::ListDeliveriesResponse> ListLedger(Commands& commands, const rpc::Call& call,
                                                      const v1::ListDeliveriesRequest& request) {
  ASSIGN_OR_RETURN(const store::ListQuestion question, QuestionOf(request));
  ASSIGN_OR_RETURN(auto page, commands.pool().TransactValue(
                                  "reminder.list_deliveries",
                                  {.access = pg::Access::kReadOnly, .deadline = call.deadline},
                                  [&](pg::Tx& tx) { return store::ListDeliveries(tx, question); }));
  v1::ListDeliveriesResponse response;
  for (const domain::Delivery& delivery : page.first) {
    *response.add_deliveries() = ToProto(delivery);
  }
  response.set_next_page_token(page.second);
  return response;
}

absl::Status StateError(const domain::Reminder& reminder, absl::string_view zh,
                        absl::string_view en) {
  const std::string state =
      v1::Reminder::State_Name(static_cast<v1::Reminder::State>(reminder.state));
  return PreconditionError("REMINDER_STATE", {std::string(zh), std::string(en)},
                           {{"state", state.substr(std::string("STATE_").size())}});
}

absl::StatusOr<v1::Reminder> PutBack(Change& change, const Key& key, const std::string& name) {
  // The clock first, like everybody who changes its reminders.
  ASSIGN_OR_RETURN(const std::optional<domain::Reminder> seen,
                   store::ReadReminder(change.sql(), key.district, key.id));
  if (!seen.has_value()) return NotFoundError(name);
  ASSIGN_OR_RETURN(const auto clocks, store::ShareClocks(change.sql(), {seen->clock}));
  ASSIGN_OR_RETURN(std::optional<domain::Reminder> reminder,
                   store::LockReminder(change.sql(), key.district, key.id));
  if (!reminder.has_value()) return NotFoundError(name);
  if (reminder->state != domain::State::kDead) {
    return StateError(*reminder,
                      absl::StrCat("提醒", domain::NameOf(reminder->state),
                                   "，只有无法送出的提醒才能重发（name）"),
                      "only a DEAD reminder can be retried (name)");
  }
  const auto clock = clocks.find(reminder->clock);
  if (clock == clocks.end() || !domain::StillSpeaksOf(*reminder, clock->second)) {
    return StateError(*reminder, "提醒的期限已经结束或者变更，不能重发（name）",
                      "the reminder's clock has ended or moved; it can't be retried (name)");
  }
  RETURN_IF_ERROR(store::PutBack(change.sql(), *reminder, change.now()));
  change.Audit(events::ReminderRecord(*reminder, &clock->second, "RetryReminder", "重新待发送",
                                      reminder->last_error));
  reminder->state = domain::State::kPending;
  reminder->attempts = 0;
  reminder->last_error.clear();
  reminder->not_before = change.now();
  reminder->settle_time.reset();
  return ToProto(*reminder);
}

absl::StatusOr<v1::Reminder> Retry(Commands& commands, const rpc::Call& call,
                                   const v1::RetryReminderRequest& request) {
  ASSIGN_OR_RETURN(const Key key, KeyOf(request.name()));
  return commands.Run<v1::Reminder>(
      call, [&](Change& change) { return PutBack(change, key, request.name()); });
}

}  // namespace

void RegisterReminders(rpc::Server& server, Commands& commands) {
  const std::string service = "rectify.reminder.v1.ReminderDispatch.";
  server.Unary<v1::GetReminderRequest, v1::Reminder>(
      service + "GetReminder", [&commands](const rpc::Call& call, const auto& request) {
        return Get(commands, call, request);
      });
  server.Unary<v1::ListRemindersRequest, v1::ListRemindersResponse>(
      service + "ListReminders", [&commands](const rpc::Call& call, const auto& request) {
        return List(commands, call, request);
      });
  server.Unary<v1::ListDeliveriesRequest, v1::ListDeliveriesResponse>(
      service + "ListDeliveries", [&commands](const rpc::Call& call, const auto& request) {
        return ListLedger(commands, call, request);
      });
  server.Unary<v1::RetryReminderRequest, v1::Reminder>(
      service + "RetryReminder", [&commands](const rpc::Call& call, const auto& request) {
        return Retry(commands, call, request);
      });
}

}  // namespace rectify::reminder::api
