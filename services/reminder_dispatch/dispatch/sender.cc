#include "services/reminder_dispatch/dispatch/sender.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"
#include "services/reminder_dispatch/dispatch/envelope.h"
#include "services/reminder_dispatch/dispatch/outcome.h"
#include "services/reminder_dispatch/domain/gate.h"
#include "services/reminder_dispatch/domain/message.h"
#include "services/reminder_dispatch/store/clock_store.h"
#include "services/reminder_dispatch/store/gate_store.h"

namespace rectify::reminder::dispatch {
namespace {

using domain::State;
using rectify::events::Change;
using Clocks = std::map<std::string, domain::TrackedClock>;

// How long reminders wait for a channel that does not answer: a minute, and up to one more so that
// not all come back at once.
constexpr absl::Duration kPause = absl::Minutes(1);

rectify::events::Cause CauseOf(absl::string_view what, const store::Claim& claim) {
  return {"services/reminder",
          absl::StrCat("timer/dispatch/", what, "/", claim.reminder.id, "/", claim.token), ""};
}

std::vector<std::string> ClocksOf(const std::vector<store::Claim>& claims) {
  std::vector<std::string> names;
  for (const store::Claim& claim : claims) names.push_back(claim.reminder.clock);
  return names;
}

absl::StatusOr<Clocks> ShareClocks(pg::Tx& tx, const std::vector<store::Claim>& claims) {
  ASSIGN_OR_RETURN(Clocks clocks, store::ShareClocks(tx, ClocksOf(claims)));
  for (const store::Claim& claim : claims) {
    if (!clocks.contains(claim.reminder.clock)) {
      return absl::DataLossError("a reminder without its clock");
    }
  }
  return clocks;
}

// Those of `claims` whose ids are among `ids`.
std::vector<store::Claim> Among(const std::vector<store::Claim>& claims,
                                const std::vector<std::string>& ids) {
  std::vector<store::Claim> kept;
  for (const store::Claim& claim : claims) {
    if (std::find(ids.begin(), ids.end(), claim.reminder.id) != ids.end()) kept.push_back(claim);
  }
  return kept;
}

// New words as of `now`; the first claim carries them. Each claim has its own title.
domain::Delivery Compose(std::vector<store::Claim>& claims, const Clocks& clocks,
                         domain::Channel channel, absl::Time now) {
  std::vector<domain::Text> entries;
  for (store::Claim& claim : claims) {
    domain::Reminder& reminder = claim.reminder;
    entries.push_back(domain::Render(reminder.title_template, reminder.body_template, reminder.step,
                                     clocks.at(reminder.clock), now));
    reminder.title = entries.back().title;
  }
  domain::Text text = domain::RenderDigest(entries, now);
  const domain::Reminder& carrier = claims.front().reminder;
  domain::Delivery delivery;
  delivery.district = carrier.district;
  delivery.id = domain::DeliveryId(carrier);
  delivery.reminder = carrier.name();
  delivery.channel = channel;
  delivery.title = std::move(text.title);
  delivery.body = std::move(text.body);
  delivery.create_time = delivery.write_time = now;
  return delivery;
}

std::vector<store::Mark> MarksOf(const std::vector<store::Claim>& claims,
                                 const domain::Delivery& delivery) {
  std::vector<store::Mark> marks;
  for (const store::Claim& claim : claims) marks.push_back({claim, delivery});
  return marks;
}

// What an attempt means for each of a parcel's reminders. The first one's wait is everybody's, so
// that they meet again.
std::vector<domain::Outcome> Judge(const std::vector<store::Claim>& claims, const Clocks& clocks,
                                   const domain::Attempt& attempt, const domain::Policy& policy,
                                   std::optional<absl::Time> hold, absl::Time now) {
  std::vector<domain::Outcome> outcomes;
  std::optional<absl::Time> wait = hold;
  for (const store::Claim& claim : claims) {
    const domain::Reminder& reminder = claim.reminder;
    domain::Outcome outcome =
        domain::Judge(attempt, reminder, clocks.at(reminder.clock), policy, now);
    if (outcome.state == State::kSent && !outcomes.empty()) outcome.state = State::kMerged;
    if (outcome.state == State::kPending) {
      if (!wait.has_value()) wait = outcome.not_before;
      outcome.not_before = *wait;
    }
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

// A delivery waits as long as the reminder that carries it does.
domain::DeliveryState DeliveryStateOf(State carrier) {
  if (carrier == State::kSent) return domain::DeliveryState::kSent;
  return carrier == State::kPending ? domain::DeliveryState::kWaiting
                                    : domain::DeliveryState::kFailed;
}

}  // namespace

channels::Channel* Channels::Of(domain::Channel channel) const {
  switch (channel) {
    case domain::Channel::kEmail:
      return email.get();
    case domain::Channel::kWebhook:
      return webhook.get();
    case domain::Channel::kFile:
      return file.get();
    case domain::Channel::kWeCom:
      return wecom.get();
    case domain::Channel::kSms:
      return sms.get();
  }
  return nullptr;
}

std::vector<std::string> Channels::AddressesOf(domain::Channel channel,
                                               const std::string& recipient,
                                               const Contacts& contacts) const {
  if (Of(channel) == nullptr) return {};
  if (channel == domain::Channel::kWeCom) {
    const auto robot = robots.find(recipient);
    return robot == robots.end() ? std::vector<std::string>{}
                                 : std::vector<std::string>{robot->second};
  }
  const auto known = contacts.find(recipient);
  return known == contacts.end() ? std::vector<std::string>{}
                                 : AddressesFor(channel, known->second);
}

absl::Status PutOff(rectify::events::Commands& commands, std::vector<store::Claim> claims,
                    const std::function<absl::Time(const domain::Reminder&)>& until,
                    const std::string& reason) {
  metrics::Count("rectify_reminder_put_off_total", {}, static_cast<double>(claims.size()));
  for (store::Claim& claim : claims) {
    claim.reminder.not_before = until(claim.reminder);
    claim.reminder.last_error = reason;
  }
  return commands.pool().Transact("reminder.put_off", {},
                                  [&](pg::Tx& tx) { return store::PutOff(tx, claims); });
}

Sender::Route Sender::RouteOf(domain::Channel wanted, const std::string& recipient,
                              const Contacts& contacts) const {
  Route route;
  if (const auto found = contacts.find(recipient); found != contacts.end()) {
    for (const Contact& contact : found->second) route.addressees.push_back(contact.display_name);
  }
  route.addresses = channels_.AddressesOf(wanted, recipient, contacts);
  route.kind = route.addresses.empty() ? domain::Channel::kFile : wanted;
  route.channel = channels_.Of(route.kind);
  return route;
}

channels::Message Sender::Address(const Route& route, const domain::Reminder& reminder,
                                  domain::Delivery& delivery) const {
  delivery.channel = route.kind;
  channels::Message message = ToMessage(reminder, delivery);
  message.addresses = route.addresses;
  message.addressees = route.addressees;
  if (route.channel != nullptr) {
    delivery.address = route.channel->Mask(message);
    delivery.body_sha256 = crypto::Sha256(route.channel->Content(message));
  }
  return message;
}

absl::StatusOr<int> Sender::Deliver(const Parcel& parcel, Round& round) {
  return parcel.resend ? SendAgain(parcel, round) : SendFirst(parcel, round);
}

absl::StatusOr<int> Sender::SendFirst(const Parcel& parcel, Round& round) {
  const domain::Reminder& first = parcel.claims.front().reminder;
  const Route route = RouteOf(first.channel, first.recipient, round.contacts);
  const absl::Time now = commands_.clock().Now();
  const int all = static_cast<int>(parcel.claims.size());
  if (round.down.contains(route.kind)) {
    RETURN_IF_ERROR(PutOff(
        commands_, parcel.claims,
        [&](const domain::Reminder& r) { return now + kPause + domain::Backoff(kPause, 1, r.id); },
        "渠道暂时没有应答"));
    return all;
  }
  const absl::Time open =
      domain::SendableFrom(policy_.quiet_hours, route.kind, first.urgent, round.calendar, now);
  if (open > now) {
    RETURN_IF_ERROR(PutOff(
        commands_, parcel.claims, [&](const domain::Reminder&) { return open; },
        "非工作时间，顺延至下一工作日上午"));
    return all;
  }
  ASSIGN_OR_RETURN(const Prepared prepared, Prepare(parcel, route, round.lease_end));
  if (prepared.marked.empty()) return prepared.concluded;
  ASSIGN_OR_RETURN(const int settled, Transmit(route, prepared, round));
  return prepared.concluded + settled;
}

absl::StatusOr<int> Sender::SendAgain(const Parcel& parcel, Round& round) {
  const domain::Reminder& first = parcel.claims.front().reminder;
  Prepared prepared;
  ASSIGN_OR_RETURN(
      prepared.delivery,
      commands_.pool().TransactValue(
          "reminder.read_delivery", {.access = pg::Access::kReadOnly},
          [&](pg::Tx& tx) { return store::ReadDelivery(tx, first.district, first.delivery); }));
  const Route route = RouteOf(prepared.delivery.channel, first.recipient, round.contacts);
  ASSIGN_OR_RETURN(const Clocks clocks,
                   commands_.pool().TransactValue(
                       "reminder.read_clocks", {.access = pg::Access::kReadOnly},
                       [&](pg::Tx& tx) { return store::ReadClocks(tx, ClocksOf(parcel.claims)); }));
  const bool any_speaks =
      std::any_of(parcel.claims.begin(), parcel.claims.end(), [&](const store::Claim& claim) {
        const auto clock = clocks.find(claim.reminder.clock);
        return clock != clocks.end() && domain::StillSpeaksOf(claim.reminder, clock->second);
      });
  const absl::Time now = commands_.clock().Now();
  const absl::Time open =
      domain::SendableFrom(policy_.quiet_hours, route.kind, first.urgent, round.calendar, now);
  if (!any_speaks || open > now) {
    return Settle(parcel.claims, prepared.delivery,
                  {domain::Attempt::Kind::kTemporary, "是否送达不明", {}}, open);
  }
  prepared.message = Address(route, first, prepared.delivery);
  ASSIGN_OR_RETURN(const std::vector<std::string> marked,
                   commands_.pool().TransactValue("reminder.mark_sending", {}, [&](pg::Tx& tx) {
                     return store::MarkSending(tx, MarksOf(parcel.claims, prepared.delivery),
                                               round.lease_end, now);
                   }));
  prepared.marked = Among(parcel.claims, marked);
  for (store::Claim& claim : prepared.marked) ++claim.reminder.attempts;
  if (prepared.marked.empty()) return 0;  // another dispatcher's by now
  return Transmit(route, prepared, round);
}

absl::StatusOr<Sender::Prepared> Sender::Prepare(const Parcel& parcel, const Route& route,
                                                 absl::Time lease_end) {
  Prepared prepared;
  RETURN_IF_ERROR(commands_.Act(
      CauseOf("prepare", parcel.claims.front()), "reminder.mark_sending",
      [&](Change& change) -> absl::Status {
        prepared = {};
        ASSIGN_OR_RETURN(const Clocks clocks, ShareClocks(change.sql(), parcel.claims));
        ASSIGN_OR_RETURN(const std::vector<std::string> mine,
                         store::LockClaims(change.sql(), parcel.claims));
        ASSIGN_OR_RETURN(std::vector<store::Claim> going,
                         Withhold(change, Among(parcel.claims, mine), clocks, prepared.concluded));
        if (going.empty()) return absl::OkStatus();
        ASSIGN_OR_RETURN(const bool free, WithinLimits(change, going, route));
        if (!free) {
          prepared.concluded += static_cast<int>(going.size());
          return absl::OkStatus();
        }
        prepared.delivery = Compose(going, clocks, route.kind, change.now());
        prepared.message = Address(route, going.front().reminder, prepared.delivery);
        RETURN_IF_ERROR(store::MarkSending(change.sql(), MarksOf(going, prepared.delivery),
                                           lease_end, change.now())
                            .status());
        for (store::Claim& claim : going) ++claim.reminder.attempts;
        prepared.marked = std::move(going);
        return absl::OkStatus();
      }));
  return prepared;
}

absl::StatusOr<std::vector<store::Claim>> Sender::Withhold(Change& change,
                                                           const std::vector<store::Claim>& claims,
                                                           const Clocks& clocks,
                                                           int& withheld) const {
  std::vector<store::Claim> going;
  if (claims.empty()) return going;
  std::vector<domain::Reminder> reminders;
  for (const store::Claim& claim : claims) reminders.push_back(claim.reminder);
  ASSIGN_OR_RETURN(
      const auto standings,
      store::ReadStandings(change.sql(), reminders.front().district, reminders, change.now()));
  std::vector<store::Settlement> settlements;
  for (const store::Claim& claim : claims) {
    const domain::TrackedClock& clock = clocks.at(claim.reminder.clock);
    const std::optional<domain::Outcome> outcome =
        domain::Withhold(claim.reminder, clock, standings.at(claim.reminder.id), change.now());
    if (!outcome.has_value()) {
      going.push_back(claim);
      continue;
    }
    settlements.push_back({claim, *outcome, domain::DeliveryState::kFailed, "", true});
  }
  if (settlements.empty()) return going;
  RETURN_IF_ERROR(store::Settle(change.sql(), settlements, change.now()).status());
  for (const store::Settlement& each : settlements) {
    RETURN_IF_ERROR(Conclude(change, each.claim.reminder, clocks.at(each.claim.reminder.clock),
                             each.outcome, nullptr));
    CountOutcome(each.outcome.state);
  }
  withheld += static_cast<int>(settlements.size());
  return going;
}

absl::StatusOr<bool> Sender::WithinLimits(Change& change, std::vector<store::Claim> claims,
                                          const Route& route) const {
  std::vector<domain::RateLimit> limits;
  for (const domain::RateLimit& limit : policy_.rate_limits) {
    if (limit.channel == route.kind) limits.push_back(limit);
  }
  const domain::Reminder& first = claims.front().reminder;
  // A robot counts for all whose group it serves.
  const std::string& who =
      route.kind == domain::Channel::kWeCom ? route.addresses.front() : first.recipient;
  ASSIGN_OR_RETURN(const std::optional<absl::Time> later,
                   store::TakeTokens(change.sql(), first.district, limits, who, change.now()));
  if (!later.has_value()) return true;
  metrics::Count("rectify_reminder_rate_limited_total", {}, static_cast<double>(claims.size()));
  for (store::Claim& claim : claims) {
    claim.reminder.not_before = *later;
    claim.reminder.last_error = "发送频次已达上限，顺延";
  }
  RETURN_IF_ERROR(store::PutOff(change.sql(), claims));
  return false;
}

absl::StatusOr<int> Sender::Transmit(const Route& route, const Prepared& prepared, Round& round) {
  const domain::Attempt attempt =
      route.channel != nullptr
          ? route.channel->Send(prepared.message)
          : domain::Attempt{domain::Attempt::Kind::kPermanent, "没有可用的地址或者渠道", {}};
  if (attempt.channel_down) round.down.insert(route.kind);
  return Settle(prepared.marked, prepared.delivery, attempt, std::nullopt);
}

absl::StatusOr<int> Sender::Settle(const std::vector<store::Claim>& claims,
                                   const domain::Delivery& delivery, const domain::Attempt& attempt,
                                   std::optional<absl::Time> hold) {
  std::vector<domain::Outcome> outcomes;
  std::vector<std::string> settled;
  RETURN_IF_ERROR(commands_.Act(
      CauseOf("settle", claims.front()), "reminder.settle", [&](Change& change) -> absl::Status {
        ASSIGN_OR_RETURN(const Clocks clocks, ShareClocks(change.sql(), claims));
        outcomes = Judge(claims, clocks, attempt, policy_, hold, change.now());
        const domain::DeliveryState fate = DeliveryStateOf(outcomes.front().state);
        std::vector<store::Settlement> settlements;
        for (size_t i = 0; i < claims.size(); ++i) {
          settlements.push_back(
              {claims[i], outcomes[i], fate, attempt.reply, domain::IsSettled(outcomes[i].state)});
        }
        ASSIGN_OR_RETURN(settled, store::Settle(change.sql(), settlements, change.now()));
        for (const store::Settlement& each : settlements) {
          if (Among({each.claim}, settled).empty()) continue;
          RETURN_IF_ERROR(Conclude(change, each.claim.reminder,
                                   clocks.at(each.claim.reminder.clock), each.outcome, &delivery));
        }
        return absl::OkStatus();
      }));
  for (size_t i = 0; i < claims.size(); ++i) {
    const domain::Reminder& reminder = claims[i].reminder;
    if (Among({claims[i]}, settled).empty()) {
      log::Warning("reminder_fenced", {{"reminder", reminder.id}});
      continue;
    }
    CountOutcome(outcomes[i].state);
    if (outcomes[i].state == State::kSent || outcomes[i].state == State::kMerged) {
      metrics::Observe("rectify_reminder_lateness_seconds", {},
                       commands_.clock().Now() - reminder.due_time);
    }
  }
  return static_cast<int>(settled.size());
}

}  // namespace rectify::reminder::dispatch
