#include "services/reminder_dispatch/dispatch/dispatcher.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/failpoint.h"
#include "libs/base/status_macros.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"
#include "services/reminder_dispatch/events/payloads.h"
#include "services/reminder_dispatch/store/clock_store.h"

namespace rectify::reminder::dispatch {
namespace {

using domain::State;
using rectify::events::Change;

// What was judged when a load was marked shall still be true when its last message goes out.
constexpr absl::Duration kPace = absl::Seconds(1);
constexpr size_t kFirstLoad = 32;
// A service that is to stop waits for its batch, and for the load that it has begun.
constexpr absl::Duration kPatience = absl::Seconds(5);

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

absl::StatusOr<Contacts> Ask(ContactBook& book, const std::vector<Parcel>& parcels) {
  std::set<std::string> recipients;
  std::vector<std::string> reminders;
  for (const Parcel& parcel : parcels) {
    for (const store::Claim& claim : parcel.claims) {
      recipients.insert(claim.reminder.recipient);
      reminders.push_back(claim.reminder.name());
    }
  }
  return book.Resolve({recipients.begin(), recipients.end()}, PurposeOf(reminders));
}

absl::StatusOr<int> Supersede(Change& change) {
  ASSIGN_OR_RETURN(const std::vector<domain::Reminder> outdated,
                   store::SupersedeOutdated(change.sql(), change.now()));
  if (outdated.empty()) return 0;
  std::vector<std::string> names;
  names.reserve(outdated.size());
  for (const domain::Reminder& reminder : outdated) names.push_back(reminder.clock);
  ASSIGN_OR_RETURN(const auto clocks, store::ReadClocks(change.sql(), names));
  for (const domain::Reminder& reminder : outdated) {
    change.Emit(reminder.name(), reminder.event_version,
                reminder::events::ToSettled({reminder}, State::kSuperseded, reminder.last_error,
                                            change.now()));
    change.Audit(reminder::events::ReminderRecord(reminder, Find(clocks, reminder.clock),
                                                  "SupersedeReminder", "已被取代",
                                                  reminder.last_error));
  }
  return static_cast<int>(outdated.size());
}

}  // namespace

Dispatcher::Dispatcher(rectify::events::Commands& commands, ContactBook& contacts,
                       const Channels& channels, const domain::Policy& policy,
                       DispatcherOptions options)
    : commands_(commands),
      contacts_(contacts),
      policy_(policy),
      sender_(commands, channels, policy),
      options_(std::move(options)),
      load_(std::min(kFirstLoad, options_.load)) {}

absl::StatusOr<absl::Time> Dispatcher::NextDue() {
  return commands_.pool().TransactValue("reminder.next_due", {.access = pg::Access::kReadOnly},
                                        store::NextDue);
}

absl::StatusOr<int> Dispatcher::Run() {
  ASSIGN_OR_RETURN(const Batch batch, Take());
  RECTIFY_FAILPOINT("reminder.after_take");
  if (batch.works.empty()) {
    if (options_.stand_still) RETURN_IF_ERROR(CheckNothingTaken());
    return batch.superseded;
  }
  ASSIGN_OR_RETURN(const int processed, Process(batch));
  if (processed == 0 && options_.stand_still) {
    return absl::UnavailableError("reminders are being changed or in another dispatcher's hands");
  }
  return batch.superseded + processed;
}

store::Lease Dispatcher::NewLease() const {
  const absl::Time machine = options_.machine_now();
  return {options_.holder, machine, machine + options_.lease};
}

absl::StatusOr<Dispatcher::Batch> Dispatcher::Take() {
  const store::Lease lease = NewLease();
  Batch batch;
  RETURN_IF_ERROR(commands_.Act(
      {"services/reminder", "timer/dispatch/take", ""}, "reminder.take",
      [&](Change& change) -> absl::Status {
        batch = {};
        batch.end = lease.machine + kPatience;
        batch.now = change.now();
        RETURN_IF_ERROR(store::ReleaseDead(change.sql(), lease.machine));
        ASSIGN_OR_RETURN(batch.superseded, Supersede(change));
        ASSIGN_OR_RETURN(std::vector<store::Claim> interrupted,
                         store::ClaimInterrupted(change.sql(), lease, options_.batch));
        for (store::Claim& claim : interrupted) batch.works.push_back({std::move(claim), true});
        ASSIGN_OR_RETURN(batch.calendar, store::ReadCalendar(change.sql()));
        return absl::OkStatus();
      }));
  if (batch.superseded > 0) {
    metrics::Count("rectify_reminder_settled_total", {{"outcome", "superseded"}}, batch.superseded);
  }
  ASSIGN_OR_RETURN(std::vector<store::Claim> due, ReadDue(lease, batch.now));
  for (store::Claim& claim : due) batch.works.push_back({std::move(claim), false});
  return batch;
}

absl::StatusOr<std::vector<store::Claim>> Dispatcher::ReadDue(const store::Lease& lease,
                                                              absl::Time now) {
  std::vector<store::Claim> due;
  RETURN_IF_ERROR(
      commands_.pool().Transact("reminder.read_due", {}, [&](pg::Tx& tx) -> absl::Status {
        ASSIGN_OR_RETURN(due, store::ReadDue(tx, now, lease, options_.batch));
        if (!due.empty()) return store::NoteBatch(tx, lease, due);
        return noted_ ? store::ForgetBatch(tx, lease.holder) : absl::OkStatus();
      }));
  noted_ = !due.empty();
  return due;
}

absl::Status Dispatcher::CheckNothingTaken() {
  ASSIGN_OR_RETURN(const bool taken,
                   commands_.pool().TransactValue(
                       "reminder.any_taken", {.access = pg::Access::kReadOnly}, [&](pg::Tx& tx) {
                         return store::AnyTaken(tx, options_.holder, options_.machine_now());
                       }));
  if (!taken) return absl::OkStatus();
  return absl::UnavailableError("reminders are in the hands of another dispatcher");
}

// The registry is asked about the next load while this one is on its way.
absl::StatusOr<int> Dispatcher::Process(const Batch& batch) {
  int settled = 0;
  Round round{batch.calendar, options_.machine_now};
  const std::vector<Parcel> parcels = Pack(batch.works, policy_);
  size_t begin = 0;
  for (Load load = LoadFrom(parcels, 0); !load.parcels.empty();) {
    const absl::StatusOr<Contacts> contacts = load.contacts.get();
    if (!contacts.ok()) {
      RETURN_IF_ERROR(PutOffUntilRegistryAnswers(parcels, begin, contacts.status()));
      break;
    }
    RECTIFY_FAILPOINT("reminder.after_contacts");
    begin += load.parcels.size();
    Load next = LoadFrom(parcels, begin);
    round.contacts = &*contacts;
    round.lease = NewLease();
    round.last_call =
        std::min(round.lease.until - options_.reserve, round.lease.machine + kPatience);
    ASSIGN_OR_RETURN(const int mine, sender_.Deliver(load.parcels, round));
    settled += mine;
    const absl::Time now = options_.machine_now();
    KeepPace(now - round.lease.machine);
    if (now > batch.end) break;
    load = std::move(next);
  }
  ASSIGN_OR_RETURN(const int rest, Sender::Finish(round));
  return settled + rest;
}

// Parcels of one district.
Dispatcher::Load Dispatcher::LoadFrom(const std::vector<Parcel>& parcels, size_t begin) {
  Load load;
  for (size_t i = begin; i < parcels.size() && load.parcels.size() < load_; ++i) {
    const std::string& district = parcels[i].claims.front().reminder.district;
    if (district != parcels[begin].claims.front().reminder.district) break;
    load.parcels.push_back(parcels[i]);
  }
  if (!load.parcels.empty()) {
    load.contacts = std::async(std::launch::async,
                               [this, asked = load.parcels] { return Ask(contacts_, asked); });
  }
  return load;
}

void Dispatcher::KeepPace(absl::Duration took) {
  if (took > kPace) load_ = std::max<size_t>(1, load_ / 2);
  if (took < kPace / 2) load_ = std::min(load_ * 2, options_.load);
}

absl::Status Dispatcher::PutOffUntilRegistryAnswers(const std::vector<Parcel>& parcels,
                                                    size_t begin, const absl::Status& why) {
  log::Warning("contacts_unavailable",
               {{"messages", parcels.size() - begin}, {"error", why.ToString()}});
  if (options_.stand_still) return why;
  const absl::Time now = commands_.clock().Now();
  std::vector<store::Claim> claims;
  for (size_t i = begin; i < parcels.size(); ++i) {
    // What is `sending` keeps its lease and comes back when that ends.
    if (parcels[i].resend) continue;
    for (store::Claim claim : parcels[i].claims) {
      claim.reminder.not_before = AfterPause(now, claim.reminder);
      claim.reminder.last_error = "联系人登记暂时无法查询";
      claims.push_back(std::move(claim));
    }
  }
  return PutOff(commands_, claims);
}

}  // namespace rectify::reminder::dispatch
