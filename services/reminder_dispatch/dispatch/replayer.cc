#include "services/reminder_dispatch/dispatch/replayer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"
#include "services/reminder_dispatch/dispatch/route.h"
#include "services/reminder_dispatch/domain/gate.h"
#include "services/reminder_dispatch/store/clock_store.h"
#include "services/reminder_dispatch/store/gate_store.h"

namespace rectify::reminder::dispatch {
namespace {

using domain::DeliveryState;
using rectify::events::Change;

// What is sent again goes out one by one.
constexpr int kReplayBatch = 50;
// How long replays wait for a registry or a channel that does not answer.
constexpr absl::Duration kReplayPause = absl::Minutes(1);

rectify::events::Cause CauseOf(absl::string_view what, const store::ReplayClaim& claim) {
  return {"services/reminder",
          absl::StrCat("timer/replay/", what, "/", claim.delivery.id, "/", claim.token), ""};
}

// The reminder that carries the delivery; null when it is not among them.
const domain::Reminder* CarrierOf(const domain::Delivery& delivery,
                                  const std::vector<domain::SpokenReminder>& spoken) {
  const auto found =
      std::find_if(spoken.begin(), spoken.end(), [&](const domain::SpokenReminder& each) {
        return each.reminder.name() == delivery.reminder;
      });
  return found == spoken.end() ? nullptr : &found->reminder;
}

std::vector<std::string> RelatedTo(const domain::Delivery& delivery,
                                   const std::vector<domain::SpokenReminder>& spoken) {
  std::vector<std::string> related = {domain::DeliveryName(delivery.district, delivery.original),
                                      delivery.reminder};
  for (const domain::SpokenReminder& each : spoken) {
    for (const std::string& name : each.clock.Related()) {
      if (std::find(related.begin(), related.end(), name) == related.end()) related.push_back(name);
    }
  }
  return related;
}

std::string OutcomeText(DeliveryState state) {
  if (state == DeliveryState::kSent) return "补发已送出";
  return state == DeliveryState::kFailed ? "补发未能送出" : "补发未送出，稍后再试";
}

const char* OutcomeLabel(DeliveryState state) {
  if (state == DeliveryState::kSent) return "sent";
  return state == DeliveryState::kFailed ? "failed" : "postponed";
}

}  // namespace

Replayer::Replayer(rectify::events::Commands& commands, ContactBook& contacts,
                   const Channels& channels, const domain::Policy& policy,
                   DispatcherOptions options)
    : commands_(commands),
      contacts_(contacts),
      channels_(channels),
      policy_(policy),
      options_(std::move(options)) {}

absl::StatusOr<store::ReplayQueue> Replayer::Look() {
  return commands_.pool().TransactValue("reminder.replay_queue", {.access = pg::Access::kReadOnly},
                                        store::ReadReplayQueue);
}

absl::StatusOr<absl::Time> Replayer::NextDue() {
  ASSIGN_OR_RETURN(const store::ReplayQueue queue, Look());
  return queue.next;
}

absl::StatusOr<int> Replayer::Run() {
  ASSIGN_OR_RETURN(const store::ReplayQueue queue, Look());
  if (queue.next > commands_.clock().Now()) return 0;
  ASSIGN_OR_RETURN(Batch batch, Take());
  if (batch.claims.empty()) {
    if (!options_.stand_still || !queue.taken) return 0;
    return absl::UnavailableError("replays are in the hands of another dispatcher");
  }
  std::set<std::string> recipients;
  for (const store::ReplayClaim& claim : batch.claims) recipients.insert(claim.recipient);
  const absl::StatusOr<Contacts> contacts =
      contacts_.Resolve({recipients.begin(), recipients.end()},
                        absl::StrCat("补发 ", batch.claims.front().delivery.name(), " 等",
                                     batch.claims.size(), "条"));
  const absl::Time now = commands_.clock().Now();
  if (!contacts.ok()) {
    log::Warning("contacts_unavailable",
                 {{"replays", batch.claims.size()}, {"error", contacts.status().ToString()}});
    RETURN_IF_ERROR(PutOff(batch.claims, options_.stand_still ? now : now + kReplayPause));
    if (options_.stand_still) return contacts.status();
    return 0;
  }
  std::set<domain::Channel> down;
  for (size_t i = 0; i < batch.claims.size(); ++i) {
    if (batch.lease_end - options_.machine_now() < options_.reserve) {
      RETURN_IF_ERROR(
          PutOff({batch.claims.begin() + static_cast<std::ptrdiff_t>(i), batch.claims.end()}, now));
      return static_cast<int>(i);
    }
    RETURN_IF_ERROR(Send(batch.claims[i], batch, *contacts, down));
  }
  return static_cast<int>(batch.claims.size());
}

absl::StatusOr<Replayer::Batch> Replayer::Take() {
  const absl::Time now = commands_.clock().Now();
  const absl::Time machine = options_.machine_now();
  const store::Lease lease{options_.holder, machine, machine + options_.lease};
  Batch batch;
  RETURN_IF_ERROR(
      commands_.pool().Transact("reminder.claim_replays", {}, [&](pg::Tx& tx) -> absl::Status {
        batch = {};
        batch.lease_end = lease.until;
        ASSIGN_OR_RETURN(batch.claims, store::ClaimReplays(tx, now, lease, kReplayBatch));
        if (batch.claims.empty()) return absl::OkStatus();
        ASSIGN_OR_RETURN(batch.calendar, store::ReadCalendar(tx));
        return absl::OkStatus();
      }));
  return batch;
}

absl::Status Replayer::PutOff(const std::vector<store::ReplayClaim>& claims, absl::Time until) {
  return commands_.pool().Transact("reminder.put_off_replays", {}, [&](pg::Tx& tx) {
    return store::PutOffReplays(tx, claims, until);
  });
}

absl::Status Replayer::Send(store::ReplayClaim& claim, const Batch& batch, const Contacts& contacts,
                            std::set<domain::Channel>& down) {
  const absl::Time now = commands_.clock().Now();
  const domain::Channel kind = claim.delivery.channel;
  if (down.contains(kind)) return PutOff({claim}, now + kReplayPause);
  const absl::Time open =
      domain::SendableFrom(policy_.quiet_hours, kind, /*urgent=*/false, batch.calendar, now);
  if (open > now) return PutOff({claim}, open);
  ASSIGN_OR_RETURN(const Prepared prepared, Prepare(claim, contacts, batch.lease_end));
  if (!prepared.going) return absl::OkStatus();
  const domain::Attempt attempt = channels_.Of(kind)->Send(prepared.message);
  if (attempt.channel_down) down.insert(kind);
  return commands_.Act(CauseOf("settle", claim), "reminder.settle_replay", [&](Change& change) {
    return Settle(change, claim, attempt, prepared.related);
  });
}

absl::StatusOr<Replayer::Prepared> Replayer::Prepare(store::ReplayClaim& claim,
                                                     const Contacts& contacts,
                                                     absl::Time lease_end) {
  domain::Delivery& delivery = claim.delivery;
  const int attempts = claim.attempts;
  Prepared prepared;
  RETURN_IF_ERROR(commands_.Act(
      CauseOf("prepare", claim), "reminder.mark_replay", [&](Change& change) -> absl::Status {
        prepared = {};
        claim.attempts = attempts;
        ASSIGN_OR_RETURN(auto by_delivery,
                         store::ReadSpoken(change.sql(), delivery.district, {delivery.original}));
        const std::vector<domain::SpokenReminder>& spoken = by_delivery[delivery.original];
        prepared.related = RelatedTo(delivery, spoken);
        const auto fail = [&](absl::string_view why) {
          return Settle(change, claim, {domain::Attempt::Kind::kPermanent, std::string(why), {}},
                        prepared.related);
        };
        const domain::Reminder* carrier = CarrierOf(delivery, spoken);
        if (carrier == nullptr || (!claim.include_ended && !domain::AnySpeaks(spoken))) {
          return fail("期限已结束或者变更，不再补发");
        }
        const Route route = RouteOf(channels_, delivery.channel, claim.recipient, contacts);
        if (route.channel == nullptr || route.kind != delivery.channel) {
          return fail("没有可用的地址或者渠道");
        }
        // A robot counts for all whose group it serves.
        const std::string& who =
            delivery.channel == domain::Channel::kWeCom ? route.addresses.front() : claim.recipient;
        ASSIGN_OR_RETURN(const std::optional<absl::Time> later,
                         store::TakeTokens(change.sql(), delivery.district,
                                           policy_.RatesOf(delivery.channel), who, change.now()));
        if (later.has_value()) return store::PutOffReplays(change.sql(), {claim}, *later);
        domain::Delivery original = delivery;
        original.id = delivery.original;
        prepared.message = Address(route, *carrier, original);
        prepared.message.delivery_id = domain::MessageIdOf(delivery);
        delivery.address = original.address;
        delivery.body_sha256 = original.body_sha256;
        ASSIGN_OR_RETURN(prepared.going, store::MarkReplaySending(change.sql(), claim, lease_end));
        ++claim.attempts;
        return absl::OkStatus();
      }));
  return prepared;
}

absl::Status Replayer::Settle(Change& change, const store::ReplayClaim& claim,
                              const domain::Attempt& attempt,
                              const std::vector<std::string>& related) {
  const domain::Delivery& delivery = claim.delivery;
  const domain::ReplayFate fate =
      domain::JudgeReplay(attempt, claim.attempts, delivery.id, policy_, change.now());
  ASSIGN_OR_RETURN(const bool mine,
                   store::SettleReplay(change.sql(), claim, fate, attempt.reply, change.now()));
  if (!mine) {
    log::Warning("replay_fenced", {{"delivery", delivery.id}});
    return absl::OkStatus();
  }
  metrics::Count("rectify_reminder_replayed_total", {{"outcome", OutcomeLabel(fate.state)}});
  rectify::events::AuditRecord record;
  record.subject = delivery.name();
  record.related = related;
  record.action = "ReplayDelivery";
  record.summary = absl::StrCat(OutcomeText(fate.state), "：", delivery.title);
  if (fate.state != DeliveryState::kSent)
    absl::StrAppend(&record.summary, "（", attempt.reply, "）");
  record.details = {{"recipient", claim.recipient},
                    {"channel", std::string(domain::NameOf(delivery.channel))},
                    {"attempts", absl::StrCat(claim.attempts)}};
  change.Audit(std::move(record));
  return absl::OkStatus();
}

}  // namespace rectify::reminder::dispatch
