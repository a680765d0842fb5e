#include "services/reminder_dispatch/dispatch/outcome.h"

#include <set>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/metrics/metrics.h"
#include "services/reminder_dispatch/domain/planner.h"
#include "services/reminder_dispatch/events/payloads.h"
#include "services/reminder_dispatch/store/reminder_store.h"

namespace rectify::reminder::dispatch {
namespace {

using domain::State;

struct Words {
  const char* action;
  const char* what;
  const char* outcome;  // metric label
};

Words WordsOf(State state) {
  switch (state) {
    case State::kSent:
      return {"SendReminder", "已发送", "sent"};
    case State::kMerged:
      return {"MergeReminder", "已并入汇总发送", "merged"};
    case State::kPending:
      return {"PostponeReminder", "未送出，稍后再试", "postponed"};
    case State::kDead:
      return {"GiveUpReminder", "无法送出，需人工处理", "dead"};
    case State::kMuted:
      return {"MuteReminder", "已静默，未发送", "muted"};
    case State::kInhibited:
      return {"InhibitReminder", "已由其他提醒代替，未发送", "inhibited"};
    default:
      return {"CancelReminder", "已取消", "cancelled"};
  }
}

void Tell(rectify::events::Change& change, const domain::Reminder& reminder,
          const domain::Outcome& outcome, const domain::Delivery* delivery) {
  const int64_t version = reminder.event_version + 1;
  if (outcome.state == State::kSent && delivery != nullptr) {
    change.Emit(reminder.name(), version,
                reminder::events::ToSent(reminder, *delivery, change.now()));
  } else if (outcome.state == State::kDead) {
    change.Emit(reminder.name(), version, reminder::events::ToFailed(reminder, outcome.reason));
  } else {
    v1::ReminderSettled settled =
        reminder::events::ToSettled({reminder}, outcome.state, outcome.reason, change.now());
    if (outcome.state == State::kMerged && delivery != nullptr) {
      settled.set_delivery(delivery->name());
    }
    change.Emit(reminder.name(), version, settled);
  }
}

void Record(rectify::events::Change& change, const domain::Reminder& reminder,
            const domain::TrackedClock& clock, const domain::Outcome& outcome,
            const domain::Delivery* delivery) {
  const Words words = WordsOf(outcome.state);
  rectify::events::AuditRecord record =
      reminder::events::ReminderRecord(reminder, &clock, words.action, words.what, outcome.reason);
  if (delivery != nullptr) {
    record.related.push_back(delivery->name());
    record.details["channel"] = std::string(domain::NameOf(delivery->channel));
  }
  change.Audit(std::move(record));
}

}  // namespace

void CountOutcome(State state) {
  metrics::Count("rectify_reminder_settled_total", {{"outcome", WordsOf(state).outcome}});
}

absl::StatusOr<std::vector<std::string>> Conclude(
    rectify::events::Change& change, const std::vector<Ending>& endings,
    const std::map<std::string, domain::TrackedClock>& clocks) {
  std::vector<std::string> settled;
  if (endings.empty()) return settled;
  std::vector<store::Settlement> settlements;
  settlements.reserve(endings.size());
  for (const Ending& ending : endings) settlements.push_back(ending.settlement);
  ASSIGN_OR_RETURN(settled, store::Settle(change.sql(), settlements, change.now()));
  const std::set<std::string> mine(settled.begin(), settled.end());
  std::vector<domain::Reminder> successors;
  for (const Ending& ending : endings) {
    const domain::Reminder& reminder = ending.settlement.claim.reminder;
    const bool ended = domain::IsSettled(ending.settlement.outcome.state);
    // Of what was only given back there is nothing to tell.
    if (!mine.contains(reminder.id) || (!ending.settlement.called && !ended)) continue;
    const domain::TrackedClock& clock = clocks.at(reminder.clock);
    Record(change, reminder, clock, ending.settlement.outcome, ending.delivery);
    if (!ended) continue;
    Tell(change, reminder, ending.settlement.outcome, ending.delivery);
    if (reminder.repeat_days > 0 && domain::StillSpeaksOf(reminder, clock)) {
      successors.push_back(domain::Successor(reminder, clock, change.now()));
    }
  }
  if (!successors.empty()) {
    RETURN_IF_ERROR(store::InsertReminders(change.sql(), successors).status());
  }
  return settled;
}

}  // namespace rectify::reminder::dispatch
