#include "services/reminder_dispatch/dispatch/dispatcher.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/crypto/crypto.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"
#include "services/reminder_dispatch/dispatch/envelope.h"
#include "services/reminder_dispatch/domain/message.h"
#include "services/reminder_dispatch/domain/planner.h"
#include "services/reminder_dispatch/events/payloads.h"
#include "services/reminder_dispatch/store/clock_store.h"
#include "services/reminder_dispatch/store/reminder_store.h"

namespace rectify::reminder::dispatch {
namespace {

using domain::State;

// How long reminders wait for a registry or channel that does not answer: a minute, and up to one
// more so that not all come back at once.
constexpr absl::Duration kPause = absl::Minutes(1);

rectify::events::Cause CauseOf(absl::string_view what) {
  return {"services/reminder", absl::StrCat("timer/dispatch/", what), ""};
}

const domain::TrackedClock* Find(const std::map<std::string, domain::TrackedClock>& clocks,
                                 const std::string& name) {
  const auto found = clocks.find(name);
  return found == clocks.end() ? nullptr : &found->second;
}

std::string PurposeOf(const std::vector<std::string>& reminders) {
  std::string purpose = absl::StrCat("reminder ", reminders.front());
  if (reminders.size() > 1) absl::StrAppend(&purpose, " 等", reminders.size(), "条");
  return purpose;
}

struct Words {
  const char* action;
  const char* what;
  const char* outcome;  // metric label
};

Words WordsOf(State state) {
  switch (state) {
    case State::kSent:
      return {"SendReminder", "已发送", "sent"};
    case State::kPending:
      return {"PostponeReminder", "未送出，稍后再试", "postponed"};
    case State::kDead:
      return {"GiveUpReminder", "无法送出，需人工处理", "dead"};
    default:
      return {"CancelReminder", "已取消", "cancelled"};
  }
}

domain::DeliveryState DeliveryStateOf(State state) {
  switch (state) {
    case State::kSent:
      return domain::DeliveryState::kSent;
    case State::kPending:
      return domain::DeliveryState::kWaiting;
    default:
      return domain::DeliveryState::kFailed;
  }
}

// Rows that follow from a settled reminder: its audit record, its event, its next occurrence.
absl::Status Conclude(rectify::events::Change& change, const domain::Reminder& reminder,
                      const domain::Delivery& delivery, const domain::TrackedClock& clock,
                      const domain::Outcome& outcome) {
  const Words words = WordsOf(outcome.state);
  rectify::events::AuditRecord record =
      reminder::events::ReminderRecord(reminder, &clock, words.action, words.what, outcome.reason);
  record.related.push_back(delivery.name());
  record.details["channel"] = std::string(domain::NameOf(delivery.channel));
  change.Audit(std::move(record));
  const int64_t version = reminder.event_version + 1;
  if (outcome.state == State::kSent) {
    change.Emit(reminder.name(), version,
                reminder::events::ToSent(reminder, delivery, change.now()));
  } else if (outcome.state == State::kDead) {
    change.Emit(reminder.name(), version, reminder::events::ToFailed(reminder, outcome.reason));
  }
  const bool done = outcome.state == State::kSent || outcome.state == State::kDead;
  if (!done || reminder.repeat_days == 0 || !domain::StillSpeaksOf(reminder, clock)) {
    return absl::OkStatus();
  }
  return store::InsertReminders(change.sql(), {domain::Successor(reminder, clock, change.now())})
      .status();
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
  }
  return nullptr;
}

Dispatcher::Dispatcher(rectify::events::Commands& commands, ContactBook& contacts,
                       const Channels& channels, const domain::Policy& policy,
                       DispatcherOptions options)
    : commands_(commands),
      contacts_(contacts),
      channels_(channels),
      policy_(policy),
      options_(std::move(options)) {}

absl::StatusOr<absl::Time> Dispatcher::NextDue() {
  return commands_.pool().TransactValue("reminder.next_due", {.access = pg::Access::kReadOnly},
                                        store::NextDue);
}

absl::StatusOr<int> Dispatcher::Run() {
  ASSIGN_OR_RETURN(const int superseded, Supersede());
  ASSIGN_OR_RETURN(const Batch batch, Take());
  if (batch.works.empty()) {
    if (options_.stand_still) RETURN_IF_ERROR(CheckNothingTaken());
    return superseded;
  }
  std::set<std::string> recipients;
  std::vector<std::string> reminders;
  for (const Work& work : batch.works) {
    recipients.insert(work.claim.reminder.recipient);
    reminders.push_back(work.claim.reminder.name());
  }
  const absl::StatusOr<Contacts> contacts =
      contacts_.Resolve({recipients.begin(), recipients.end()}, PurposeOf(reminders));
  if (!contacts.ok()) {
    if (options_.stand_still) {
      RETURN_IF_ERROR(Release(batch, 0));
      return contacts.status();
    }
    RETURN_IF_ERROR(PutOffUntilRegistryAnswers(batch, contacts.status()));
    return superseded;
  }
  ASSIGN_OR_RETURN(const int processed, Process(batch, *contacts));
  return superseded + processed;
}

absl::StatusOr<int> Dispatcher::Supersede() {
  int count = 0;
  RETURN_IF_ERROR(commands_.Act(
      CauseOf("supersede"), "reminder.supersede",
      [&](rectify::events::Change& change) -> absl::Status {
        ASSIGN_OR_RETURN(const std::vector<domain::Reminder> outdated,
                         store::SupersedeOutdated(change.sql(), change.now()));
        std::vector<std::string> names;
        names.reserve(outdated.size());
        for (const domain::Reminder& reminder : outdated) names.push_back(reminder.clock);
        count = static_cast<int>(outdated.size());
        if (outdated.empty()) return absl::OkStatus();
        ASSIGN_OR_RETURN(const auto clocks, store::ReadClocks(change.sql(), names));
        for (const domain::Reminder& reminder : outdated) {
          change.Audit(reminder::events::ReminderRecord(reminder, Find(clocks, reminder.clock),
                                                        "SupersedeReminder", "已被取代",
                                                        reminder.last_error));
        }
        return absl::OkStatus();
      }));
  if (count > 0) {
    metrics::Count("rectify_reminder_settled_total", {{"outcome", "superseded"}}, count);
  }
  return count;
}

absl::StatusOr<Dispatcher::Batch> Dispatcher::Take() {
  const absl::Time now = commands_.clock().Now();
  const absl::Time machine = options_.machine_now();
  const store::Lease lease{options_.holder, machine, machine + options_.lease};
  Batch batch;
  RETURN_IF_ERROR(commands_.pool().Transact("reminder.claim", {}, [&](pg::Tx& tx) -> absl::Status {
    batch = {};
    batch.lease_end = lease.until;
    ASSIGN_OR_RETURN(std::vector<store::Claim> interrupted,
                     store::ClaimInterrupted(tx, lease, options_.batch));
    for (store::Claim& claim : interrupted) batch.works.push_back({std::move(claim), true});
    ASSIGN_OR_RETURN(std::vector<store::Claim> due,
                     store::ClaimDue(tx, now, lease, options_.batch));
    for (store::Claim& claim : due) batch.works.push_back({std::move(claim), false});
    std::vector<std::string> names;
    for (const Work& work : batch.works) names.push_back(work.claim.reminder.clock);
    if (names.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(batch.clocks, store::ReadClocks(tx, names));
    return absl::OkStatus();
  }));
  return batch;
}

absl::Status Dispatcher::CheckNothingTaken() {
  ASSIGN_OR_RETURN(const bool taken,
                   commands_.pool().TransactValue(
                       "reminder.any_taken", {.access = pg::Access::kReadOnly}, store::AnyTaken));
  if (!taken) return absl::OkStatus();
  return absl::UnavailableError("reminders are in the hands of another dispatcher");
}

absl::StatusOr<int> Dispatcher::Process(const Batch& batch, const Contacts& contacts) {
  int settled = 0;
  std::set<domain::Channel> down;
  for (size_t i = 0; i < batch.works.size(); ++i) {
    const Work& work = batch.works[i];
    const domain::TrackedClock* clock = Find(batch.clocks, work.claim.reminder.clock);
    if (clock == nullptr) return absl::DataLossError("a reminder without its clock");
    if (batch.lease_end - options_.machine_now() < options_.reserve) {
      RETURN_IF_ERROR(Release(batch, i));
      return settled;
    }
    ASSIGN_OR_RETURN(const bool mine, Deliver(work, *clock, contacts, batch.lease_end, down));
    if (mine) ++settled;
  }
  return settled;
}

absl::Status Dispatcher::PutOffUntilRegistryAnswers(const Batch& batch, const absl::Status& why) {
  log::Warning("contacts_unavailable",
               {{"reminders", batch.works.size()}, {"error", why.ToString()}});
  std::vector<store::Claim> claims;
  for (const Work& work : batch.works) {
    // What is `sending` keeps its lease and comes back when that ends.
    if (!work.resend) claims.push_back(work.claim);
  }
  return PutOff(std::move(claims), "联系人登记暂时无法查询");
}

absl::Status Dispatcher::PutOff(std::vector<store::Claim> claims, const std::string& reason) {
  metrics::Count("rectify_reminder_put_off_total", {}, static_cast<double>(claims.size()));
  const absl::Time now = commands_.clock().Now();
  for (store::Claim& claim : claims) {
    claim.reminder.not_before = now + kPause + domain::Backoff(kPause, 1, claim.reminder.id);
    claim.reminder.last_error = reason;
  }
  return commands_.pool().Transact("reminder.put_off", {},
                                   [&](pg::Tx& tx) { return store::PutOff(tx, claims); });
}

absl::Status Dispatcher::Release(const Batch& batch, size_t first) {
  std::vector<store::Claim> claims;
  for (size_t i = first; i < batch.works.size(); ++i) {
    if (!batch.works[i].resend) claims.push_back(batch.works[i].claim);
  }
  return commands_.pool().Transact("reminder.release", {},
                                   [&](pg::Tx& tx) { return store::PutOff(tx, claims); });
}

absl::StatusOr<domain::Delivery> Dispatcher::Compose(const Work& work,
                                                     const domain::TrackedClock& clock) {
  const domain::Reminder& reminder = work.claim.reminder;
  if (work.resend) {
    return commands_.pool().TransactValue(
        "reminder.read_delivery", {.access = pg::Access::kReadOnly},
        [&](pg::Tx& tx) { return store::ReadDelivery(tx, reminder.district, reminder.delivery); });
  }
  const absl::Time now = commands_.clock().Now();
  const domain::Text text =
      domain::Render(reminder.title_template, reminder.body_template, reminder.step, clock, now);
  domain::Delivery delivery;
  delivery.district = reminder.district;
  delivery.id = domain::DeliveryId(reminder);
  delivery.reminder = reminder.name();
  delivery.channel = reminder.channel;
  delivery.title = text.title;
  delivery.body = text.body;
  delivery.create_time = delivery.write_time = now;
  return delivery;
}

channels::Channel* Dispatcher::Address(const std::string& recipient, const Contacts& contacts,
                                       channels::Message& message,
                                       domain::Delivery& delivery) const {
  if (const auto found = contacts.find(recipient); found != contacts.end()) {
    for (const Contact& contact : found->second) {
      message.addressees.push_back(contact.display_name);
    }
    message.addresses = AddressesFor(delivery.channel, found->second);
  }
  if (channels_.Of(delivery.channel) == nullptr || message.addresses.empty()) {
    delivery.channel = domain::Channel::kFile;
  }
  channels::Channel* channel = channels_.Of(delivery.channel);
  if (channel != nullptr) {
    delivery.address = channel->Mask(message);
    delivery.body_sha256 = crypto::Sha256(channel->Content(message));
  }
  return channel;
}

absl::StatusOr<bool> Dispatcher::Deliver(const Work& work, const domain::TrackedClock& clock,
                                         const Contacts& contacts, absl::Time lease_end,
                                         std::set<domain::Channel>& down) {
  store::Claim claim = work.claim;
  ASSIGN_OR_RETURN(domain::Delivery delivery, Compose(work, clock));
  if (work.resend && !domain::StillSpeaksOf(claim.reminder, clock)) {
    return Settle(claim, delivery, {domain::Attempt::Kind::kTemporary, "是否送达不明", {}});
  }
  channels::Message message = ToMessage(claim.reminder, delivery);
  channels::Channel* channel = Address(claim.reminder.recipient, contacts, message, delivery);
  if (!work.resend && down.contains(delivery.channel)) {
    RETURN_IF_ERROR(PutOff({claim}, "渠道暂时没有应答"));
    return true;
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> marked,
                   commands_.pool().TransactValue("reminder.mark_sending", {}, [&](pg::Tx& tx) {
                     return store::MarkSending(tx, {{claim, delivery}}, lease_end);
                   }));
  if (marked.empty()) return false;  // cancelled, or another dispatcher's by now
  ++claim.reminder.attempts;
  claim.reminder.title = delivery.title;
  const domain::Attempt attempt =
      channel != nullptr
          ? channel->Send(message)
          : domain::Attempt{domain::Attempt::Kind::kPermanent, "没有可用的地址或者渠道", {}};
  if (attempt.channel_down) down.insert(delivery.channel);
  return Settle(claim, delivery, attempt);
}

absl::StatusOr<bool> Dispatcher::Settle(const store::Claim& claim, const domain::Delivery& delivery,
                                        const domain::Attempt& attempt) {
  const domain::Reminder& reminder = claim.reminder;
  bool settled = false;
  domain::Outcome outcome;
  RETURN_IF_ERROR(commands_.Act(
      CauseOf(absl::StrCat(reminder.id, "/", claim.token)), "reminder.settle",
      [&](rectify::events::Change& change) -> absl::Status {
        ASSIGN_OR_RETURN(const auto clocks, store::ShareClocks(change.sql(), {reminder.clock}));
        const domain::TrackedClock* clock = Find(clocks, reminder.clock);
        if (clock == nullptr) return absl::DataLossError("a reminder without its clock");
        outcome = domain::Judge(attempt, reminder, *clock, policy_, change.now());
        const bool event = outcome.state == State::kSent || outcome.state == State::kDead;
        ASSIGN_OR_RETURN(
            const std::vector<std::string> ids,
            store::Settle(change.sql(),
                          {{claim, outcome, DeliveryStateOf(outcome.state), attempt.reply, event}},
                          change.now()));
        settled = !ids.empty();
        if (!settled) return absl::OkStatus();
        return Conclude(change, reminder, delivery, *clock, outcome);
      }));
  if (!settled) {
    log::Warning("reminder_fenced", {{"reminder", reminder.id}});
    return false;
  }
  metrics::Count("rectify_reminder_settled_total", {{"outcome", WordsOf(outcome.state).outcome}});
  if (outcome.state == State::kSent) {
    metrics::Observe("rectify_reminder_lateness_seconds", {},
                     commands_.clock().Now() - reminder.due_time);
  }
  return true;
}

}  // namespace rectify::reminder::dispatch
