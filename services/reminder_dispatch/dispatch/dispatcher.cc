#include "services/reminder_dispatch/dispatch/dispatcher.h"

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

// Parcels of one district from `begin` on, at most `size`.
std::vector<Parcel> LoadFrom(const std::vector<Parcel>& parcels, size_t begin, size_t size) {
  const std::string& district = parcels[begin].claims.front().reminder.district;
  size_t end = begin;
  while (end < parcels.size() && end - begin < size &&
         parcels[end].claims.front().reminder.district == district) {
    ++end;
  }
  return {parcels.begin() + static_cast<std::ptrdiff_t>(begin),
          parcels.begin() + static_cast<std::ptrdiff_t>(end)};
}

}  // namespace

Dispatcher::Dispatcher(rectify::events::Commands& commands, ContactBook& contacts,
                       const Channels& channels, const domain::Policy& policy,
                       DispatcherOptions options)
    : commands_(commands),
      contacts_(contacts),
      policy_(policy),
      sender_(commands, channels, policy),
      options_(std::move(options)) {}

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
      RETURN_IF_ERROR(Release(Pack(batch.works, policy_)));
      return contacts.status();
    }
    RETURN_IF_ERROR(PutOffUntilRegistryAnswers(batch, contacts.status()));
    return batch.superseded;
  }
  RECTIFY_FAILPOINT("reminder.after_contacts");
  ASSIGN_OR_RETURN(const int processed, Process(batch, *contacts));
  return batch.superseded + processed;
}

absl::StatusOr<Dispatcher::Batch> Dispatcher::Take() {
  const absl::Time machine = options_.machine_now();
  const store::Lease lease{options_.holder, machine, machine + options_.lease};
  Batch batch;
  RETURN_IF_ERROR(commands_.Act(CauseOf("take"), "reminder.take",
                                [&](Change& change) { return TakeWithin(change, lease, batch); }));
  if (batch.superseded > 0) {
    metrics::Count("rectify_reminder_settled_total", {{"outcome", "superseded"}}, batch.superseded);
  }
  return batch;
}

absl::Status Dispatcher::TakeWithin(Change& change, const store::Lease& lease, Batch& batch) const {
  batch = {};
  batch.lease_end = lease.until;
  ASSIGN_OR_RETURN(batch.superseded, Supersede(change));
  ASSIGN_OR_RETURN(std::vector<store::Claim> interrupted,
                   store::ClaimInterrupted(change.sql(), lease, options_.batch));
  for (store::Claim& claim : interrupted) batch.works.push_back({std::move(claim), true});
  ASSIGN_OR_RETURN(std::vector<store::Claim> due,
                   store::ClaimDue(change.sql(), change.now(), lease, options_.batch));
  for (store::Claim& claim : due) batch.works.push_back({std::move(claim), false});
  if (batch.works.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(batch.calendar, store::ReadCalendar(change.sql()));
  return absl::OkStatus();
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
  Round round{contacts, batch.calendar, batch.lease_end, batch.lease_end - options_.reserve,
              options_.machine_now};
  const std::vector<Parcel> parcels = Pack(batch.works, policy_);
  for (size_t next = 0; next < parcels.size();) {
    if (options_.machine_now() > round.last_call) {
      RETURN_IF_ERROR(
          Release({parcels.begin() + static_cast<std::ptrdiff_t>(next), parcels.end()}));
      return settled;
    }
    const std::vector<Parcel> load = LoadFrom(parcels, next, options_.load);
    ASSIGN_OR_RETURN(const int mine, sender_.Deliver(load, round));
    settled += mine;
    next += load.size();
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
  const absl::Time now = commands_.clock().Now();
  return PutOff(
      commands_, std::move(claims),
      [&](const domain::Reminder& reminder) { return AfterPause(now, reminder); },
      "联系人登记暂时无法查询");
}

absl::Status Dispatcher::Release(const std::vector<Parcel>& parcels) {
  std::vector<store::Claim> claims;
  for (const Parcel& parcel : parcels) {
    if (parcel.resend) continue;
    claims.insert(claims.end(), parcel.claims.begin(), parcel.claims.end());
  }
  return commands_.pool().Transact("reminder.release", {},
                                   [&](pg::Tx& tx) { return store::PutOff(tx, claims); });
}

}  // namespace rectify::reminder::dispatch
