// services/reminder_dispatch/dispatch: claim under a lease, mark before the call, settle by token.
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/reminder_dispatch/domain/gate.h"
#include "tests/simulation/programs.h"
#include "tests/simulation/reminders.h"

namespace rectify::simulation {
namespace {

namespace domain = reminder::domain;
using domain::Reminder;
using domain::State;

constexpr absl::Duration kLease = absl::Seconds(60), kReserve = absl::Seconds(20);
constexpr size_t kBatch = 6;

struct Claim {
  Reminder reminder;
  int64_t token = 0;
  bool resend = false;
};

bool IsMine(const World& world, const ReminderRow& row, const Claim& claim) {
  const State state = row.reminder.state;
  return (row.token == claim.token || world.Makes(Mistake::kNoToken)) &&
         (state == State::kClaimed || state == State::kSending);
}

std::vector<std::string> ByTime(const ConsumerState& state) {
  std::vector<std::pair<absl::Time, std::string>> order;
  for (const auto& [id, row] : state.reminders) {
    if (!domain::IsSettled(row.reminder.state)) order.emplace_back(row.reminder.not_before, id);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::string> ids;
  for (auto& [time, id] : order) ids.push_back(std::move(id));
  return ids;
}

// Supersedes what is outdated and takes what is due or was left behind.
std::vector<Claim> Take(World& world, Database<ConsumerState>::Tx& tx, const std::string& holder,
                        absl::Time machine) {
  const absl::Time now = world.business;
  std::vector<Claim> claims;
  for (const std::string& id : ByTime(tx.Read())) {
    const ReminderRow& row = tx.Read().reminders.at(id);
    const State state = row.reminder.state;
    const bool left_behind =
        state != State::kPending && (row.lease_until < machine || row.holder == holder);
    const bool due = row.reminder.not_before <= now;
    const bool resend = state == State::kSending;
    if (claims.size() == kBatch) break;
    if (state == State::kPending ? !due : !left_behind) continue;
    if (!tx.TryLock(ReminderRowName(id))) continue;
    if (state == State::kPending && IsOutdated(tx.Read(), row.reminder, now)) {
      tx.Write(SupersedeEffect(world, id, now));
      continue;
    }
    claims.push_back({row.reminder, row.token + 1, resend});
    if (resend) ++world.figures["sent again"];
    tx.Write([id, holder, resend, until = machine + kLease](ConsumerState& s) {
      ReminderRow& taken = s.reminders.at(id);
      if (!resend) taken.reminder.state = State::kClaimed;
      ++taken.token;
      taken.holder = holder;
      taken.lease_until = until;
    });
  }
  return claims;
}

Effect MarkEffect(World& world, const Claim& claim, absl::Time until) {
  return [&world, id = claim.reminder.id, until](ConsumerState& s) {
    ReminderRow& row = s.reminders.at(id);
    if (!domain::StillSpeaksOf(row.reminder, s.clocks.at(row.reminder.clock))) {
      world.Fail(absl::StrCat("reminder ", id, " goes out although its clock has ended or moved"));
    }
    row.reminder.state = State::kSending;
    ++row.reminder.attempts;
    row.reminder.delivery = domain::DeliveryId(row.reminder);
    row.lease_until = until;
  };
}

Effect PutOffEffect(const std::string& id, absl::Time until) {
  return [id, until](ConsumerState& s) {
    Reminder& reminder = s.reminders.at(id).reminder;
    reminder.state = State::kPending;
    reminder.not_before = until;
  };
}

absl::Time OpenFrom(const World& world, const Reminder& reminder, absl::Time now) {
  if (world.Makes(Mistake::kNoGate)) return now;
  return domain::SendableFrom(SimulatedPolicy().quiet_hours, reminder.channel, reminder.urgent,
                              SimulatedCalendar(), now);
}

// The row as it is settled: what the provider was called for, and what was stored of it.
Effect SettledCallEffect(World& world, const std::string& delivery, size_t call, bool sent) {
  return [&world, delivery, call, sent](ConsumerState&) {
    const std::string wrong = world.provider.Settle(delivery, call, sent);
    if (!wrong.empty()) world.Fail(wrong);
  };
}

}  // namespace

Actor RunDispatcher(World& world, Site& site, std::string holder, absl::Duration skew) {
  using Tx = Database<ConsumerState>::Tx;
  while (true) {
    co_await Step();
    const absl::Time until = world.machine + skew + kLease;
    std::vector<Claim> claims;
    {
      Tx tx(site.db);
      claims = Take(world, tx, holder, world.machine + skew);
      co_await Step();
      tx.Commit();
    }
    for (Claim& claim : claims) {
      Reminder& reminder = claim.reminder;
      const std::string row = ReminderRowName(reminder.id);
      co_await Step();
      const absl::Time looked = world.business;
      const absl::Time open = OpenFrom(world, reminder, looked);
      {
        // LoadUp or SendAgain: what must not go now is put off or settled, the rest is marked.
        Tx tx(site.db);
        while (!tx.Lock(ClockRow(reminder.clock))) co_await Step();
        while (!tx.Lock(row)) co_await Step();
        if (!IsMine(world, tx.Read().reminders.at(reminder.id), claim)) continue;
        const domain::TrackedClock clock = tx.Read().clocks.at(reminder.clock);
        const absl::Time now = world.business;
        std::optional<domain::Outcome> instead;
        if (claim.resend && (open > looked || !domain::StillSpeaksOf(reminder, clock))) {
          instead = domain::Judge({domain::Attempt::Kind::kTemporary, "是否送达不明", {}}, reminder,
                                  clock, SimulatedPolicy(), now);
          if (instead->state == State::kPending) instead->not_before = open;
        } else if (open > looked) {
          tx.Write(PutOffEffect(reminder.id, open));
        } else if (!claim.resend) {
          instead = domain::Withhold(reminder, clock, {}, now);
        }
        const bool goes = open <= looked && !instead.has_value();
        if (instead.has_value()) {
          tx.Write(ConcludeEffect(world, reminder, clock, *instead, /*called=*/true, now));
        } else if (goes && !world.Makes(Mistake::kNoMark)) {
          tx.Write(MarkEffect(world, claim, until));
        }
        co_await Step();
        tx.Commit();
        if (!goes) continue;
      }
      ++reminder.attempts;
      reminder.delivery = domain::DeliveryId(reminder);
      co_await Step();
      const bool called = world.machine + skew <= until - kReserve;
      domain::Attempt attempt;
      size_t call = 0;
      if (called) {
        attempt = world.CallProvider(reminder, looked);
        call = world.provider.calls[reminder.delivery].size() - 1;
      }
      co_await Step();
      Tx tx(site.db);
      while (!tx.Lock(ClockRow(reminder.clock))) co_await Step();
      while (!tx.Lock(row)) co_await Step();
      if (!IsMine(world, tx.Read().reminders.at(reminder.id), claim)) {
        // Nobody may take it within the lease, as long as clocks differ by less than the reserve.
        if (world.machine + skew < until - kReserve) {
          world.Fail(absl::StrCat("reminder ", reminder.id, " was taken from its holder"));
        }
        ++world.figures["fenced"];
        continue;
      }
      const domain::TrackedClock clock = tx.Read().clocks.at(reminder.clock);
      const absl::Time now = world.business;
      const domain::Outcome outcome =
          called ? domain::Judge(attempt, reminder, clock, SimulatedPolicy(), now)
                 : domain::Outcome{State::kPending, now, ""};
      tx.Write(ConcludeEffect(world, reminder, clock, outcome, called, now));
      if (called) {
        tx.Write(SettledCallEffect(world, reminder.delivery, call, outcome.state == State::kSent));
      }
      co_await Step();
      tx.Commit();
    }
  }
}

}  // namespace rectify::simulation
