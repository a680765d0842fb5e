// The reminder service's tables and dispatcher without a process around them: real PostgreSQL, a
// clock that stands still, contacts that the test decides.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "libs/events/command.h"
#include "libs/events/feed.h"
#include "libs/events/sequencer.h"
#include "libs/pg/pool.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/sandbox.h"
#include "libs/testing/status_matchers.h"
#include "rectify/deadline/v1/deadline_events.pb.h"
#include "services/reminder_dispatch/dispatch/dispatcher.h"
#include "services/reminder_dispatch/domain/policy.h"
#include "services/reminder_dispatch/domain/reminder.h"

namespace rectify::reminder {

inline constexpr char kService[] = "rectify.reminder.v1.ReminderDispatch.";
inline constexpr char kClock[] = "districts/120110/clocks/0185a0b0-0000-7000-8000-000000000001";
inline constexpr char kOrder[] = "districts/120110/orders/0185a0b0-0000-7000-8000-000000000002";
inline constexpr char kFinding[] = "districts/120110/findings/0185a0b0-0000-7000-8000-000000000003";
inline constexpr char kVenue[] = "districts/120110/venues/0185a0b0-0000-7000-8000-000000000004";
inline constexpr char kOfficer[] = "districts/120110/officers/0185a0b0-0000-7000-8000-000000000005";
inline constexpr char kStreet[] = "districts/120110/streets/120110001";
inline constexpr char kHead[] = "districts/120110/posts/department-head";
inline constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

absl::Time At(int month, int day, int hour = 9, int minute = 0);

// A clock of the ladder `correction_term` from 01-03 10:00 to 02-03.
deadline::v1::ClockStarted Started(const std::string& ladder = "correction_term");
deadline::v1::DueDateChanged DueDateMoved(absl::CivilDay from, absl::CivilDay to,
                                          const std::string& reason = "CALENDAR_REVISED");
deadline::v1::ClockMet Met();
deadline::v1::ClockCancelled Cancelled();
// Spring Festival 2023, or a year without any announced day.
deadline::v1::CalendarImported Calendar2023(int version = 1, bool festival = true);

class FakeContacts : public dispatch::ContactBook {
 public:
  FakeContacts();  // one address for each of the names above; two for the venue
  absl::StatusOr<dispatch::Contacts> Resolve(const std::vector<std::string>& names,
                                             absl::string_view purpose) override;
  dispatch::Contacts known;
  bool up = true;
  int calls = 0;
  std::string purpose;
};

class ReminderTest : public ::testing::Test {
 protected:
  ReminderTest();

  // Has the consumer apply an event, as of the present instant.
  absl::Status Apply(const google::protobuf::Message& payload,
                     const std::string& aggregate = kClock);
  // The same for several as one run.
  absl::Status ApplyRun(const std::vector<const google::protobuf::Message*>& payloads,
                        const std::string& aggregate = kClock);
  void MustApply(const google::protobuf::Message& payload, const std::string& aggregate = kClock);

  // All rows of clocks, reminders, audit entries and events, as text.
  std::string Everything();
  // As if nothing had ever been applied.
  void StartOver();

  std::unique_ptr<dispatch::Dispatcher> NewDispatcher(bool stand_still = false);
  // Runs `dispatcher_` until nothing is due; returns how much it settled.
  int Dispatch();
  // The same at that instant.
  int DispatchAt(absl::Time now);

  // All reminders by due time, with "T-3 venue EMAIL SENT" for each.
  std::vector<domain::Reminder> Reminders();
  std::vector<std::string> States(const std::string& step = "");
  // The only reminder of a step to a recipient that is not cancelled.
  domain::Reminder Only(const std::string& step, const std::string& recipient = kVenue);
  std::vector<domain::Delivery> Deliveries();

  // Events in order as "ReminderSent 1 <reminder id>".
  std::vector<std::string> Events();
  // Audit entries about a resource as "SendReminder: summary".
  std::vector<std::string> Trail(const std::string& name);

  testing::FakeClock clock_;
  int dispatchers_ = 0;
  absl::Time machine_ = absl::FromUnixSeconds(1700000000);  // real time of the dispatchers
  testing::TempDir folder_;
  testing::TestDatabase database_;
  std::unique_ptr<pg::Pool> pool_;
  std::unique_ptr<rectify::events::Commands> commands_;
  domain::Policy policy_;
  FakeContacts contacts_;
  dispatch::Channels channels_;  // letters only, until a test sets more
  std::unique_ptr<dispatch::Dispatcher> dispatcher_;

 private:
  int64_t position_ = 0;
};

}  // namespace rectify::reminder
