#include "services/reminder_dispatch/dispatch/sender.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/failpoint.h"
#include "libs/base/status_macros.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"
#include "services/reminder_dispatch/domain/gate.h"
#include "services/reminder_dispatch/domain/message.h"
#include "services/reminder_dispatch/store/clock_store.h"

namespace rectify::reminder::dispatch {
namespace {

using domain::State;
using rectify::events::Change;

constexpr absl::Duration kSendPause = absl::Minutes(1);
// How long a call that may be repeated waits for its neighbours before it is settled: a crash in
// between repeats it. All others are settled at once, so that a crash repeats one at the most.
constexpr absl::Duration kUnsettled = absl::Milliseconds(100);
constexpr char kChannelDown[] = "渠道暂时没有应答";
constexpr char kQuiet[] = "非工作时间，顺延至下一工作日上午";

// A delivery waits as long as the reminder that carries it does.
domain::DeliveryState DeliveryStateOf(State carrier) {
  if (carrier == State::kSent) return domain::DeliveryState::kSent;
  return carrier == State::kPending ? domain::DeliveryState::kWaiting
                                    : domain::DeliveryState::kFailed;
}

// Whether its receiver takes it for one message when it comes twice.
bool MayRepeat(const Outbound& outbound) {
  return outbound.route.channel == nullptr || outbound.route.channel->MayRepeat();
}

void Count(const Ending& ending, bool settled, absl::Time now) {
  const domain::Reminder& reminder = ending.settlement.claim.reminder;
  if (!settled) {
    log::Warning("reminder_fenced", {{"reminder", reminder.id}});
    return;
  }
  if (!ending.settlement.called) return;
  const State state = ending.settlement.outcome.state;
  CountOutcome(state);
  if (state == State::kSent || state == State::kMerged) {
    metrics::Observe("rectify_reminder_lateness_seconds", {}, now - reminder.due_time);
  }
}

}  // namespace

absl::Status PutOff(rectify::events::Commands& commands, const std::vector<store::Claim>& claims) {
  if (claims.empty()) return absl::OkStatus();
  metrics::Count("rectify_reminder_put_off_total", {}, static_cast<double>(claims.size()));
  RETURN_IF_ERROR(commands.pool().Transact("reminder.put_off", {},
                                           [&](pg::Tx& tx) { return store::PutOff(tx, claims); }));
  RECTIFY_FAILPOINT("reminder.after_put_off");
  return absl::OkStatus();
}

absl::Time AfterPause(absl::Time now, const domain::Reminder& reminder) {
  return now + kSendPause + domain::Backoff(kSendPause, 1, reminder.id);
}

absl::StatusOr<int> Sender::Deliver(const std::vector<Parcel>& load, Round& round) {
  int done = 0;
  std::vector<Outbound> ready;
  std::vector<store::Claim> later;
  for (Parcel parcel : load) {
    if (parcel.resend) {
      ASSIGN_OR_RETURN(const int settled, SendAgain(parcel, round));
      done += settled;
      continue;
    }
    const domain::Reminder& first = parcel.claims.front().reminder;
    Route route = RouteOf(channels_, first.channel, first.recipient, *round.contacts);
    if (MayGo(parcel, route, round)) {
      ready.push_back({std::move(parcel.claims), std::move(route), {}, {}});
    } else {
      later.insert(later.end(), parcel.claims.begin(), parcel.claims.end());
    }
  }
  RETURN_IF_ERROR(PutOff(commands_, later));
  ASSIGN_OR_RETURN(Loaded loaded, LoadUp(commands_, policy_, ready, round.lease));
  RECTIFY_FAILPOINT("reminder.after_mark");
  ASSIGN_OR_RETURN(
      const int settled,
      Transmit(std::make_shared<std::vector<Outbound>>(std::move(loaded.going)), round));
  return done + static_cast<int>(later.size()) + loaded.concluded + settled;
}

absl::StatusOr<int> Sender::Finish(Round& round) {
  return round.settling.valid() ? round.settling.get() : 0;
}

bool Sender::MayGo(Parcel& parcel, const Route& route, const Round& round) const {
  const absl::Time now = commands_.clock().Now();
  const absl::Time open = domain::SendableFrom(
      policy_.quiet_hours, route.kind, parcel.claims.front().reminder.urgent, round.calendar, now);
  const bool down = round.down.contains(route.kind);
  if (!down && open <= now) return true;
  for (store::Claim& claim : parcel.claims) {
    claim.reminder.not_before = down ? AfterPause(now, claim.reminder) : open;
    claim.reminder.last_error = down ? kChannelDown : kQuiet;
  }
  return false;
}

absl::StatusOr<int> Sender::SendAgain(const Parcel& parcel, Round& round) {
  const domain::Reminder& first = parcel.claims.front().reminder;
  Outbound outbound{parcel.claims, {}, {}, {}};
  Clocks clocks;
  RETURN_IF_ERROR(commands_.pool().Transact(
      "reminder.read_delivery", {.access = pg::Access::kReadOnly}, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(outbound.delivery,
                         store::ReadDelivery(tx, first.district, first.delivery));
        ASSIGN_OR_RETURN(clocks, store::ReadClocks(tx, ClocksOf(parcel.claims)));
        return absl::OkStatus();
      }));
  outbound.route = RouteOf(channels_, outbound.delivery.channel, first.recipient, *round.contacts);
  const bool any_speaks =
      std::any_of(parcel.claims.begin(), parcel.claims.end(), [&](const store::Claim& claim) {
        const auto clock = clocks.find(claim.reminder.clock);
        return clock != clocks.end() && domain::StillSpeaksOf(claim.reminder, clock->second);
      });
  const absl::Time now = commands_.clock().Now();
  const absl::Time open = domain::SendableFrom(policy_.quiet_hours, outbound.route.kind,
                                               first.urgent, round.calendar, now);
  if (!any_speaks || open > now) {
    return Settle({{&outbound, {domain::Attempt::Kind::kTemporary, "是否送达不明", {}}, open}});
  }
  outbound.message = Address(outbound.route, first, outbound.delivery);
  ASSIGN_OR_RETURN(const std::vector<std::string> marked,
                   commands_.pool().TransactValue("reminder.mark_sending", {}, [&](pg::Tx& tx) {
                     return store::MarkSending(tx, outbound.Marks(), round.lease, now);
                   }));
  RECTIFY_FAILPOINT("reminder.after_mark_again");
  outbound.claims = Among(outbound.claims, {marked.begin(), marked.end()});
  if (outbound.claims.empty()) return 0;  // another dispatcher's by now
  outbound.NoteMark();
  return Transmit(std::make_shared<std::vector<Outbound>>(1, std::move(outbound)), round);
}

absl::StatusOr<int> Sender::Transmit(const Load& load, Round& round) {
  int settled = 0;
  std::vector<Call> calls;
  absl::Time first_call;
  for (const Outbound& outbound : *load) {
    if (!MayRepeat(outbound)) {
      // A crash in what is settled beside must not repeat this one.
      ASSIGN_OR_RETURN(const int former, Finish(round));
      settled += former;
    }
    if (calls.empty()) first_call = round.machine_now();
    calls.push_back(Transmit(outbound, round, commands_.clock().Now()));
    const bool may_wait = MayWait(calls.back());
    if (may_wait && round.machine_now() - first_call < kUnsettled) continue;
    ASSIGN_OR_RETURN(const int some, may_wait ? SettleBeside(load, std::exchange(calls, {}), round)
                                              : Settle(std::exchange(calls, {})));
    settled += some;
  }
  if (calls.empty()) return settled;
  ASSIGN_OR_RETURN(const int former, SettleBeside(load, std::move(calls), round));
  return settled + former;
}

bool Sender::MayWait(const Call& call) { return !call.called || MayRepeat(*call.outbound); }

Sender::Call Sender::Transmit(const Outbound& outbound, Round& round, absl::Time now) {
  Call call{&outbound, {domain::Attempt::Kind::kTemporary, "", {}}};
  const domain::Reminder& carrier = outbound.claims.front().reminder;
  if (round.down.contains(outbound.route.kind)) {
    call = {&outbound,
            {domain::Attempt::Kind::kTemporary, kChannelDown, {}},
            AfterPause(now, carrier),
            false};
  } else if (round.machine_now() > round.last_call) {
    call = {&outbound, {domain::Attempt::Kind::kTemporary, "", {}}, now, false};
  } else if (outbound.route.channel == nullptr) {
    call.attempt = {domain::Attempt::Kind::kPermanent, "没有可用的地址或者渠道", {}};
  } else {
    call.attempt = outbound.route.channel->Send(outbound.message);
    RECTIFY_FAILPOINT("reminder.after_send");
    if (call.attempt.channel_down) round.down.insert(outbound.route.kind);
  }
  return call;
}

std::vector<Ending> Sender::Judge(const Call& call, const Clocks& clocks, absl::Time now) const {
  const std::vector<store::Claim>& claims = call.outbound->claims;
  std::vector<domain::Spoken> message;
  message.reserve(claims.size());
  for (const store::Claim& claim : claims) {
    message.push_back({claim.reminder, clocks.at(claim.reminder.clock)});
  }
  std::vector<domain::Outcome> outcomes =
      call.called ? domain::JudgeMessage(call.attempt, message, policy_, call.hold, now)
                  : domain::GiveBack(message, *call.hold, call.attempt.reply, now);
  const domain::DeliveryState fate = DeliveryStateOf(outcomes.front().state);
  std::vector<Ending> endings;
  for (size_t i = 0; i < claims.size(); ++i) {
    const bool event = domain::IsSettled(outcomes[i].state);
    endings.push_back(
        {{claims[i], std::move(outcomes[i]), fate, call.attempt.reply, event, call.called},
         &call.outbound->delivery});
  }
  return endings;
}

absl::StatusOr<int> Sender::SettleBeside(Load load, std::vector<Call> calls, Round& round) {
  ASSIGN_OR_RETURN(const int former, Finish(round));
  round.settling = std::async(
      std::launch::async,
      [this, load = std::move(load), calls = std::move(calls)] { return Settle(calls); });
  return former;
}

absl::StatusOr<int> Sender::Settle(const std::vector<Call>& calls) {
  std::vector<Call> left, none;
  ASSIGN_OR_RETURN(int done, Settle(calls, store::Busy::kLeaveOut, left));
  for (const Call& call : left) {
    ASSIGN_OR_RETURN(const int settled, Settle({call}, store::Busy::kWait, none));
    done += settled;
  }
  return done;
}

absl::StatusOr<int> Sender::Settle(const std::vector<Call>& calls, store::Busy busy,
                                   std::vector<Call>& left) {
  std::vector<store::Claim> claims;
  for (const Call& call : calls) {
    const std::vector<store::Claim>& some = call.outbound->claims;
    claims.insert(claims.end(), some.begin(), some.end());
  }
  const rectify::events::Cause cause = {
      "services/reminder",
      absl::StrCat("timer/dispatch/settle/", claims.front().reminder.id, "/", claims.front().token),
      ""};
  std::vector<Ending> endings;
  std::vector<std::string> settled;
  RETURN_IF_ERROR(commands_.Act(cause, "reminder.settle", [&](Change& change) -> absl::Status {
    ASSIGN_OR_RETURN(const Clocks clocks, store::ShareClocks(change.sql(), ClocksOf(claims), busy));
    endings.clear();
    left.clear();
    for (const Call& call : calls) {
      if (!KnowsAll(clocks, call.outbound->claims)) {
        left.push_back(call);
        continue;
      }
      for (Ending& ending : Judge(call, clocks, change.now())) {
        endings.push_back(std::move(ending));
      }
    }
    if (busy == store::Busy::kWait && !left.empty()) {
      return absl::DataLossError("a reminder without its clock");
    }
    ASSIGN_OR_RETURN(settled, Conclude(change, endings, clocks));
    RECTIFY_FAILPOINT("reminder.after_conclude");
    return absl::OkStatus();
  }));
  RECTIFY_FAILPOINT("reminder.after_settle");
  const std::set<std::string> mine(settled.begin(), settled.end());
  const absl::Time now = commands_.clock().Now();
  int done = 0;
  for (const Ending& ending : endings) {
    const store::Settlement& settlement = ending.settlement;
    const bool settled_here = mine.contains(settlement.claim.reminder.id);
    Count(ending, settled_here, now);
    // What was only given back is as due as before.
    done += settled_here && (settlement.called || settlement.outcome.not_before > now);
  }
  return done;
}

}  // namespace rectify::reminder::dispatch
