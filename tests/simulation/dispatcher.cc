// services/reminder_dispatch/dispatch: mark under a lease before the call, settle by token.
#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/reminder_dispatch/dispatch/parcel.h"
#include "services/reminder_dispatch/domain/gate.h"
#include "tests/simulation/programs.h"
#include "tests/simulation/reminders.h"

namespace rectify::simulation {
namespace {

namespace dispatch = reminder::dispatch;
namespace domain = reminder::domain;
namespace store = reminder::store;
using domain::Reminder;
using domain::State;

constexpr absl::Duration kLease = absl::Seconds(60), kReserve = absl::Seconds(20);
constexpr size_t kDispatchBatch = 6;

using Tx = Database<ConsumerState>::Tx;

bool IsMine(const World& world, const ConsumerState& state, const store::Claim& claim) {
  const ReminderRow& row = state.reminders.at(claim.reminder.id);
  return (row.token == claim.token || world.Makes(Mistake::kNoToken)) &&
         row.reminder.state == claim.reminder.state;
}

std::vector<std::string> OpenByTime(const ConsumerState& state) {
  std::vector<std::pair<absl::Time, std::string>> order;
  for (const std::string& id : state.open) {
    order.emplace_back(state.reminders.at(id).reminder.not_before, id);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::string> ids;
  for (auto& [time, id] : order) ids.push_back(std::move(id));
  return ids;
}

Effect TakeOverEffect(const std::string& id, const std::string& holder, absl::Time until) {
  return [id, holder, until](ConsumerState& s) {
    ReminderRow& row = s.reminders.at(id);
    ++row.token;
    row.holder = holder;
    row.lease_until = until;
  };
}

Effect PutOffEffect(const std::string& id, absl::Time until) {
  return [id, until](ConsumerState& s) {
    ReminderRow& row = s.reminders.at(id);
    ++row.token;
    row.reminder.not_before = until;
  };
}

Effect MarkEffect(World& world, const std::string& id, const std::string& delivery, bool resend,
                  const std::string& holder, absl::Time lease_end) {
  return [&world, id, delivery, resend, holder, lease_end](ConsumerState& s) {
    ReminderRow& row = s.reminders.at(id);
    if (!resend && !domain::StillSpeaksOf(row.reminder, s.clocks.at(row.reminder.clock))) {
      world.Fail(absl::StrCat("reminder ", id, " goes out for a clock that has ended or moved"));
    }
    row.reminder.state = State::kSending;
    ++row.reminder.attempts;
    row.reminder.delivery = delivery;
    ++row.token;
    row.holder = holder;
    row.lease_until = lease_end;
  };
}

// SupersedeOutdated, ClaimInterrupted and ReadDue in store/dispatch_store.cc. Batches are not
// noted: they spare work, and nothing may depend on them.
std::vector<dispatch::Work> Take(World& world, Tx& tx, const std::string& holder,
                                 absl::Time machine) {
  const absl::Time now = world.business;
  std::vector<dispatch::Work> works;
  for (const std::string& id : OpenByTime(tx.Read())) {
    if (works.size() == kDispatchBatch) break;
    const ReminderRow& row = tx.Read().reminders.at(id);
    const State was = row.reminder.state;
    if (was == State::kPending) {
      if (row.reminder.not_before > now) continue;
      if (!IsOutdated(tx.Read(), row.reminder, now)) {
        works.push_back({{row.reminder, row.token}, false});
      } else if (tx.TryLock(ReminderRowName(id))) {
        tx.Write(SupersedeEffect(world, id, now));
      }
      continue;
    }
    const bool left_behind =
        row.lease_until < machine || row.holder == holder || world.Makes(Mistake::kIgnoresLease);
    if (!left_behind || !tx.TryLock(ReminderRowName(id))) continue;
    ++world.figures["sent again"];
    works.push_back({{row.reminder, row.token + 1}, true});
    tx.Write(TakeOverEffect(id, holder, machine + kLease));
  }
  return works;
}

// One parcel on its way: LoadUp, SendAgain and Transmit in dispatch/.
class Outbound {
 public:
  Outbound(World& world, const dispatch::Parcel& parcel, std::string holder, absl::Time lease_end)
      : world_(world),
        claims_(parcel.claims),
        resend_(parcel.resend),
        holder_(std::move(holder)),
        lease_end_(lease_end),
        looked_(world.business) {}

  bool empty() const { return claims_.empty(); }
  // The clocks, then the reminders.
  std::vector<std::string> Rows() const {
    std::set<std::string> clocks, reminders;
    for (const store::Claim& claim : claims_) {
      clocks.insert(ClockRow(claim.reminder.clock));
      reminders.insert(ReminderRowName(claim.reminder.id));
    }
    std::vector<std::string> rows(clocks.begin(), clocks.end());
    rows.insert(rows.end(), reminders.begin(), reminders.end());
    return rows;
  }

  // Marks what may go now; what may not is put off or settled and leaves the parcel.
  void Prepare(Tx& tx) {
    const ConsumerState& state = tx.Read();
    std::erase_if(claims_,
                  [&](const store::Claim& claim) { return !IsMine(world_, state, claim); });
    if (claims_.empty()) return;
    const absl::Time open = OpenFrom();
    if (resend_) {
      if (open > looked_ || !AnySpeaks(state)) {
        Conclude(tx, {domain::Attempt::Kind::kTemporary, "是否送达不明", {}}, open);
        claims_.clear();
      }
    } else if (open > looked_) {
      for (const store::Claim& claim : claims_) tx.Write(PutOffEffect(claim.reminder.id, open));
      claims_.clear();
    } else {
      std::erase_if(claims_, [&](const store::Claim& claim) { return Withhold(tx, claim); });
    }
    if (!claims_.empty() && !world_.Makes(Mistake::kNoMark)) Mark(tx);
  }

  // Calls the channel, if enough of the lease is left.
  void Send(absl::Time machine) {
    called_ = machine <= lease_end_ - kReserve;
    std::vector<Reminder> message;
    for (store::Claim& claim : claims_) {
      ++claim.reminder.attempts;
      message.push_back(claim.reminder);
      calls_.push_back(world_.provider.Count(claim.reminder.id));
    }
    if (called_) attempt_ = world_.CallProvider(message, looked_);
  }

  void Settle(Tx& tx, absl::Time machine) {
    const ConsumerState& state = tx.Read();
    for (const store::Claim& claim : claims_) {
      if (IsMine(world_, state, claim)) continue;
      ++world_.figures["fenced"];
      // Nobody may take it within the lease, as long as clocks differ by less than the reserve.
      if (machine < lease_end_ - kReserve) {
        world_.Fail(absl::StrCat("reminder ", claim.reminder.id, " was taken from its holder"));
      }
    }
    Conclude(tx, attempt_, std::nullopt);
  }

 private:
  absl::Time OpenFrom() const {
    const Reminder& carrier = claims_.front().reminder;
    if (world_.Makes(Mistake::kNoGate)) return looked_;
    return domain::SendableFrom(SimulatedPolicy().quiet_hours, carrier.channel, carrier.urgent,
                                SimulatedCalendar(), looked_);
  }

  bool AnySpeaks(const ConsumerState& state) const {
    return std::any_of(claims_.begin(), claims_.end(), [&](const store::Claim& claim) {
      return domain::StillSpeaksOf(claim.reminder, state.clocks.at(claim.reminder.clock));
    });
  }

  bool Withhold(Tx& tx, const store::Claim& claim) const {
    const domain::TrackedClock& clock = tx.Read().clocks.at(claim.reminder.clock);
    const std::optional<domain::Outcome> outcome =
        domain::Withhold(claim.reminder, clock, {}, world_.business);
    if (!outcome.has_value()) return false;
    tx.Write(ConcludeEffect(world_, claim.reminder, clock, *outcome, true, world_.business));
    return true;
  }

  void Mark(Tx& tx) {
    const std::string delivery = domain::DeliveryId(claims_.front().reminder);
    for (store::Claim& claim : claims_) {
      tx.Write(MarkEffect(world_, claim.reminder.id, delivery, resend_, holder_, lease_end_));
      ++claim.token;
      claim.reminder.state = State::kSending;
    }
  }

  // Stores what the attempt means for those that are still this dispatcher's.
  void Conclude(Tx& tx, const domain::Attempt& attempt, std::optional<absl::Time> hold) const {
    const absl::Time now = world_.business;
    const Clocks& clocks = tx.Read().clocks;
    std::vector<domain::Spoken> message;
    for (const store::Claim& claim : claims_) {
      message.push_back({claim.reminder, clocks.at(claim.reminder.clock)});
    }
    const std::vector<domain::Outcome> outcomes =
        called_ ? domain::JudgeMessage(attempt, message, SimulatedPolicy(), hold, now)
                : domain::GiveBack(message, now, "", now);
    for (size_t i = 0; i < claims_.size(); ++i) {
      const Reminder& reminder = claims_[i].reminder;
      if (!IsMine(world_, tx.Read(), claims_[i])) continue;
      tx.Write(ConcludeEffect(world_, reminder, message[i].clock, outcomes[i], called_, now));
      if (calls_.empty() || !called_) continue;
      const bool sent = outcomes[i].state == State::kSent || outcomes[i].state == State::kMerged;
      tx.Write([&world = world_, id = reminder.id, call = calls_[i], sent](ConsumerState&) {
        const std::string wrong = world.provider.Settle(id, call, sent);
        if (!wrong.empty()) world.Fail(wrong);
      });
    }
  }

  World& world_;
  std::vector<store::Claim> claims_;
  bool resend_;
  std::string holder_;
  absl::Time lease_end_;
  absl::Time looked_;
  bool called_ = true;
  domain::Attempt attempt_;
  std::vector<size_t> calls_;  // the number of the call for each of the claims
};

}  // namespace

Actor RunDispatcher(World& world, Site& site, std::string holder, absl::Duration skew) {
  while (true) {
    co_await Step();
    std::vector<dispatch::Work> works;
    {
      Tx tx(site.db);
      works = Take(world, tx, holder, world.machine + skew);
      co_await Step();
      tx.Commit();
    }
    const std::vector<dispatch::Parcel> parcels = dispatch::Pack(works, SimulatedPolicy());
    std::vector<Outbound> load;
    for (const dispatch::Parcel& parcel : parcels) {
      co_await Step();
      Outbound outbound(world, parcel, holder, world.machine + skew + kLease);
      Tx tx(site.db);
      for (const std::string& row : outbound.Rows()) {
        while (!tx.Lock(row)) co_await Step();
      }
      outbound.Prepare(tx);
      co_await Step();
      tx.Commit();
      if (!outbound.empty()) load.push_back(std::move(outbound));
    }
    for (Outbound& outbound : load) {
      co_await Step();
      outbound.Send(world.machine + skew);
      co_await Step();
      Tx tx(site.db);
      for (const std::string& row : outbound.Rows()) {
        while (!tx.Lock(row)) co_await Step();
      }
      outbound.Settle(tx, world.machine + skew);
      co_await Step();
      tx.Commit();
    }
  }
}

}  // namespace rectify::simulation
