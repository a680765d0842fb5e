#include "tests/integration/reminder/fixture.h"

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/rpc/convert.h"
#include "rectify/reminder/v1/reminder.pb.h"
#include "services/reminder_dispatch/api/policy_file.h"
#include "services/reminder_dispatch/channels/file.h"
#include "services/reminder_dispatch/events/deadline_consumer.h"
#include "services/reminder_dispatch/service.h"
#include "services/reminder_dispatch/store/reminder_store.h"

namespace rectify::reminder {
namespace {

pg::PoolOptions Options(const std::string& dsn) {
  pg::PoolOptions options;
  options.dsn = dsn;
  options.schema = "reminder";
  options.size = 8;
  options.app_name = "reminder_test";
  return options;
}

// "districts/120110/venues/…" is a "venue".
std::string KindOf(const std::string& name) {
  if (name == kVenue) return "venue";
  if (name == kOfficer) return "officer";
  if (name == kStreet) return "street";
  return name.substr(name.rfind('/') + 1);
}

}  // namespace

absl::Time At(int month, int day, int hour, int minute) {
  return absl::FromCivil(absl::CivilMinute(2023, month, day, hour, minute), ChinaZone());
}

deadline::v1::ClockStarted Started(const std::string& ladder) {
  deadline::v1::ClockStarted started;
  started.set_clock(kClock);
  started.set_kind(ladder);
  started.set_title("隐患改正期限");
  started.set_subject(kOrder);
  started.add_findings(kFinding);
  started.add_hazards("疏散通道堵塞");
  started.set_owner(kVenue);
  started.set_handling_officer(kOfficer);
  started.set_venue(kVenue);
  started.set_party("示例𠮷商场");
  started.set_street(kStreet);
  started.set_document_number("津丽消限字〔2023〕第0001号");
  *started.mutable_start_time() = rpc::ToTimestamp(At(1, 3, 10));
  *started.mutable_due_time() = rpc::ToTimestamp(At(2, 4, 0));
  *started.mutable_due_date() = rpc::ToDate(absl::CivilDay(2023, 2, 3));
  started.set_reminder_ladder(ladder);
  return started;
}

deadline::v1::DueDateChanged DueDateMoved(absl::CivilDay from, absl::CivilDay to,
                                          const std::string& reason) {
  deadline::v1::DueDateChanged changed;
  changed.set_clock(kClock);
  *changed.mutable_old_due_date() = rpc::ToDate(from);
  *changed.mutable_due_date() = rpc::ToDate(to);
  *changed.mutable_due_time() = rpc::ToTimestamp(StartOfDay(to + 1));
  changed.set_reason(reason);
  return changed;
}

deadline::v1::ClockMet Met() {
  deadline::v1::ClockMet met;
  met.set_clock(kClock);
  met.set_in_time(true);
  return met;
}

deadline::v1::ClockCancelled Cancelled() {
  deadline::v1::ClockCancelled cancelled;
  cancelled.set_clock(kClock);
  cancelled.set_reason("文书作废");
  return cancelled;
}

deadline::v1::CalendarImported Calendar2023(int version, bool festival) {
  deadline::v1::CalendarImported imported;
  imported.mutable_notice()->set_year(2023);
  imported.mutable_notice()->set_notice("国办发明电〔2022〕16号");
  imported.mutable_notice()->set_version(version);
  for (int day = 21; festival && day <= 29; ++day) {
    deadline::v1::SpecialDay& special = *imported.mutable_notice()->add_days();
    *special.mutable_day() = rpc::ToDate(absl::CivilDay(2023, 1, day));
    special.set_day_class(day <= 27 ? deadline::v1::DAY_CLASS_HOLIDAY
                                    : deadline::v1::DAY_CLASS_MAKE_UP_WORKDAY);
    special.set_name("春节");
  }
  return imported;
}

FakeContacts::FakeContacts() {
  known[kVenue] = {{"张三", "zhang@example.cn", ""}, {"李四", "li@example.cn", ""}};
  known[kOfficer] = {{"王监督员", "wang@fire.example.cn", ""}};
  known[kStreet] = {{"张贵庄街道", "street01@gov.example.cn", ""}};
  known[kHead] = {{"周负责人", "zhou@fire.example.cn", ""}};
}

absl::StatusOr<dispatch::Contacts> FakeContacts::Resolve(const std::vector<std::string>& names,
                                                         absl::string_view why) {
  ++calls;
  purpose = std::string(why);
  if (!up) return absl::UnavailableError("the registry is away");
  dispatch::Contacts contacts;
  for (const std::string& name : names) {
    if (const auto found = known.find(name); found != known.end()) contacts.insert(*found);
  }
  return contacts;
}

ReminderTest::ReminderTest() : clock_(At(1, 3, 10)) {
  const pg::PoolOptions options = Options(database_.dsn());
  std::vector<pg::Migration> migrations = Migrations();
  migrations.insert(migrations.begin(), rectify::events::SpineMigration("reminder"));
  EXPECT_OK(pg::Migrate(options, migrations));
  pool_ = std::make_unique<pg::Pool>(options);
  commands_ = std::make_unique<rectify::events::Commands>(*pool_, clock_, nullptr);
  absl::StatusOr<domain::Policy> policy = api::LoadPolicy("");
  EXPECT_OK(policy);
  policy_ = *std::move(policy);
  // Each reminder at its own time and alone, unless a test is about the other.
  policy_.quiet_hours.reset();
  policy_.digest_entries = 1;
  channels_.file = std::make_unique<channels::FileChannel>(folder_.path() + "/letters");
  dispatcher_ = NewDispatcher();
}

std::unique_ptr<dispatch::Dispatcher> ReminderTest::NewDispatcher(bool stand_still) {
  dispatch::DispatcherOptions options;
  options.holder = absl::StrCat("test/", ++dispatchers_);
  options.stand_still = stand_still;
  options.machine_now = [this] { return machine_; };
  return std::make_unique<dispatch::Dispatcher>(*commands_, contacts_, channels_, policy_,
                                                std::move(options));
}

absl::Status ReminderTest::Apply(const google::protobuf::Message& payload,
                                 const std::string& aggregate) {
  return ApplyRun({&payload}, aggregate);
}

absl::Status ReminderTest::ApplyRun(const std::vector<const google::protobuf::Message*>& payloads,
                                    const std::string& aggregate) {
  std::vector<event::v1::EventEnvelope> events;
  std::vector<rectify::events::Cause> causes;
  for (const google::protobuf::Message* payload : payloads) {
    event::v1::EventEnvelope& event = events.emplace_back();
    event.set_source("deadline");
    event.set_position(++position_);
    event.set_aggregate(aggregate);
    event.set_type(payload->GetDescriptor()->full_name());
    event.set_payload(payload->SerializeAsString());
    *event.mutable_occur_time() = rpc::ToTimestamp(clock_.Now());
    causes.push_back({"services/deadline", absl::StrCat("deadline/1/", position_), ""});
  }
  const events::DeadlineConsumer consumer(policy_);
  return pool_->Transact("apply", {}, [&](pg::Tx& tx) {
    const auto apply = [&](std::vector<rectify::events::Change>& changes) {
      rectify::events::Run run;
      for (size_t i = 0; i < events.size(); ++i) run.push_back({events[i], changes[i]});
      return consumer(tx, run);
    };
    return commands_->ActWithin(tx, causes, apply).status();
  });
}

std::string ReminderTest::Everything() {
  std::string everything;
  for (const char* table : {"clocks", "reminders", "audit_entry", "outbox"}) {
    const std::string sql = absl::StrCat(
        "select coalesce(string_agg(t::text, e'\\n' order by t::text), '') from ", table, " t");
    absl::Status read = pool_->Transact("everything", {}, [&](pg::Tx& tx) -> absl::Status {
      ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec({table, sql.c_str()}));
      absl::StrAppend(&everything, table, "\n", rows[0].Text(0), "\n");
      return absl::OkStatus();
    });
    EXPECT_OK(read);
  }
  return everything;
}

void ReminderTest::StartOver() {
  position_ = 0;
  ASSERT_OK(pool_->Transact("start over", {}, [](pg::Tx& tx) {
    return tx.ExecScript(
        "truncate clocks, reminders, deliveries, audit_entry, outbox, calendar_years"
        " restart identity cascade");
  }));
}

void ReminderTest::MustApply(const google::protobuf::Message& payload,
                             const std::string& aggregate) {
  ASSERT_OK(Apply(payload, aggregate));
}

int ReminderTest::Dispatch() {
  int total = 0;
  while (true) {
    absl::StatusOr<int> settled = dispatcher_->Run();
    EXPECT_OK(settled);
    if (!settled.ok() || *settled == 0) return total;
    total += *settled;
  }
}

int ReminderTest::DispatchAt(absl::Time now) {
  clock_.Set(now);
  return Dispatch();
}

std::vector<domain::Reminder> ReminderTest::Reminders() {
  auto page = pool_->TransactValue("list", {}, [](pg::Tx& tx) {
    return store::ListReminders(tx, {"120110", "", "", 500});
  });
  EXPECT_OK(page);
  return page.ok() ? page->first : std::vector<domain::Reminder>();
}

std::vector<std::string> ReminderTest::States(const std::string& step) {
  std::vector<std::string> states;
  for (const domain::Reminder& reminder : Reminders()) {
    if (!step.empty() && reminder.step != step) continue;
    const std::string channel = v1::Channel_Name(static_cast<v1::Channel>(reminder.channel));
    const std::string state =
        v1::Reminder::State_Name(static_cast<v1::Reminder::State>(reminder.state));
    states.push_back(absl::StrCat(reminder.step, " ", KindOf(reminder.recipient), " ",
                                  channel.substr(8), " ", state.substr(6)));
  }
  return states;
}

domain::Reminder ReminderTest::Only(const std::string& step, const std::string& recipient) {
  std::vector<domain::Reminder> found;
  for (const domain::Reminder& reminder : Reminders()) {
    if (reminder.step == step && reminder.recipient == recipient &&
        reminder.state != domain::State::kCancelled) {
      found.push_back(reminder);
    }
  }
  EXPECT_EQ(found.size(), 1U) << step << " to " << recipient;
  return found.empty() ? domain::Reminder() : found[0];
}

std::vector<domain::Delivery> ReminderTest::Deliveries() {
  auto page = pool_->TransactValue("list", {}, [](pg::Tx& tx) {
    return store::ListDeliveries(tx, {"120110", "", "", 500});
  });
  EXPECT_OK(page);
  return page.ok() ? page->first : std::vector<domain::Delivery>();
}

std::vector<std::string> ReminderTest::Events() {
  static constexpr pg::Statement kRead = {
      "test.events", "select type, aggregate_version, aggregate from outbox order by id"};
  std::vector<std::string> events;
  EXPECT_OK(pool_->Transact("events", {}, [&](pg::Tx& tx) -> absl::Status {
    events.clear();
    ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kRead));
    for (pg::Row row : rows) {
      const std::string type = row.Text(0), aggregate = row.Text(2);
      events.push_back(absl::StrCat(type.substr(type.rfind('.') + 1), " ", row.Int(1), " ",
                                    aggregate.substr(aggregate.rfind('/') + 1)));
    }
    return absl::OkStatus();
  }));
  return events;
}

std::vector<std::string> ReminderTest::Trail(const std::string& name) {
  static constexpr pg::Statement kRead = {
      "test.trail",
      "select action, summary from audit_entry where subject = $1::text or $1::text = any(related)"
      " order by id"};
  std::vector<std::string> trail;
  EXPECT_OK(pool_->Transact("trail", {}, [&](pg::Tx& tx) -> absl::Status {
    trail.clear();
    ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kRead, {name}));
    for (pg::Row row : rows) trail.push_back(absl::StrCat(row.Text(0), ": ", row.Text(1)));
    return absl::OkStatus();
  }));
  return trail;
}

}  // namespace rectify::reminder
