#include "services/reminder_dispatch/store/reminder_store.h"

#include "libs/base/status_macros.h"
#include "libs/query/list_query.h"
#include "libs/rpc/resource_name.h"
#include "rectify/reminder/v1/reminder.pb.h"
#include "services/reminder_dispatch/store/names.h"
#include "services/reminder_dispatch/store/venue_merges.h"

namespace rectify::reminder::store {

#define RECTIFY_REMINDER_COLUMNS                                                           \
  "district, id, clock, subject, venue, step, recipient, channel, due_time, due_date, "    \
  "schedule_version, state, title, title_template, body_template, catch_up, repeat_days, " \
  "by_workdays, provisional, not_before, attempts, last_error, delivery, settle_time, "    \
  "event_version, kind, urgent, statutory, unless_acknowledged, inhibited_by"

const char kReminderColumns[] = RECTIFY_REMINDER_COLUMNS;

namespace {

constexpr pg::Statement kInsertReminder = {"reminder.insert", R"sql(
  insert into reminders (district, id, clock, subject, venue, step, recipient, channel, due_time,
                         due_date, schedule_version, state, title, title_template, body_template,
                         catch_up, repeat_days, by_workdays, provisional, not_before, kind, urgent,
                         statutory, unless_acknowledged, inhibited_by)
  select t.district, t.id, t.clock, t.subject, t.venue, t.step, t.recipient, t.channel, t.due_time,
         t.due_date, t.schedule_version, t.state, t.title, t.title_template, t.body_template,
         t.catch_up, t.repeat_days, t.by_workdays, t.provisional, t.not_before, t.kind, t.urgent,
         t.statutory, t.unless_acknowledged, t.inhibited_by::text[]
    from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
                       $7::text[], $8::smallint[], $9::timestamptz[], $10::date[], $11::int[],
                       $12::smallint[], $13::text[], $14::text[], $15::text[], $16::smallint[],
                       $17::int[], $18::boolean[], $19::boolean[], $20::timestamptz[], $21::text[],
                       $22::boolean[], $23::boolean[], $24::boolean[], $25::text[])
         as t(district, id, clock, subject, venue, step, recipient, channel, due_time, due_date,
              schedule_version, state, title, title_template, body_template, catch_up, repeat_days,
              by_workdays, provisional, not_before, kind, urgent, statutory, unless_acknowledged,
              inhibited_by)
  on conflict do nothing returning clock)sql"};

// A cancelled reminder's delivery, if a failed attempt left one waiting, will not be sent either.
#define RECTIFY_CANCEL(reason, which)                                             \
  "with gone as ("                                                                \
  " update reminders set state = 6, last_error = " reason                         \
  ", settle_time = $1::timestamptz,"                                              \
  "        lease_until = null " which                                             \
  " and state in (1, 2)"                                                          \
  " returning reminders.*"                                                        \
  "), closed as ("                                                                \
  " update deliveries d set state = 3, settle_time = $1::timestamptz from gone g" \
  "  where d.district = g.district and d.id = g.delivery and d.state = 4"         \
  ") select " RECTIFY_REMINDER_COLUMNS " from gone order by due_time, id"

constexpr pg::Statement kCancelOfClocks = {
    "reminder.cancel_open",
    RECTIFY_CANCEL("t.reason",
                   " from unnest($2::text[], $3::text[], $4::text[]) as t(district, clock, reason)"
                   " where reminders.district = t.district and reminders.clock = t.clock")};
constexpr pg::Statement kCancelByIds = {
    "reminder.cancel",
    RECTIFY_CANCEL("$4::text", " where district = $2::text and id = any($3::uuid[])")};

constexpr pg::Statement kMakeFirm = {"reminder.make_firm", R"sql(
  update reminders set provisional = false
   where district = $1::text and id = any($2::uuid[]))sql"};

constexpr pg::Statement kReadLive = {
    "reminder.read_live",
    "select " RECTIFY_REMINDER_COLUMNS
    " from reminders where (district, clock) in (select * from unnest($1::text[], $2::text[]))"
    "  and state <> 6 order by district, clock, due_time, id"};

constexpr pg::Statement kReadComing = {
    "reminder.read_coming",
    "select " RECTIFY_REMINDER_COLUMNS
    " from reminders where district = $1::text and state in (1, 2)"
    "  and ($2::text = '' or clock = $2::text)"
    "  and ($3::text = '' or " RECTIFY_OF_VENUE("venue", "$3") ")"
    " order by due_time, id limit $4::bigint"};

constexpr pg::Statement kReadByDelivery = {
    "reminder.read_by_delivery",
    "select " RECTIFY_REMINDER_COLUMNS
    " from reminders where district = $1::text and delivery = any($2::uuid[])"
    " order by due_time, id"};

constexpr pg::Statement kReadReminder = {
    "reminder.read", "select " RECTIFY_REMINDER_COLUMNS
                     " from reminders where district = $1::text and id = $2::uuid"};
constexpr pg::Statement kLockReminder = {
    "reminder.lock", "select " RECTIFY_REMINDER_COLUMNS
                     " from reminders where district = $1::text and id = $2::uuid for update"};

constexpr pg::Statement kPutBack = {"reminder.put_back", R"sql(
  update reminders set state = 1, attempts = 0, last_error = '', not_before = $3::timestamptz,
         settle_time = null
   where district = $1::text and id = $2::uuid)sql"};

domain::Delivery ToDelivery(const pg::Row& row) {
  domain::Delivery delivery;
  delivery.district = row.Text(0);
  delivery.id = row.Text(1);
  delivery.reminder = row.Text(2);
  delivery.channel = static_cast<domain::Channel>(row.Int(3));
  delivery.address = row.Text(4);
  delivery.body_sha256 = row.Bytes(5);
  delivery.state = static_cast<domain::DeliveryState>(row.Int(6));
  delivery.provider_reply = row.Text(7);
  delivery.create_time = row.Time(8);
  delivery.settle_time = row.OptTime(9);
  delivery.original = row.OptText(10).value_or("");
  return delivery;
}

using Kind = query::ListField::Kind;

const query::ListSpec& ReminderList() {
  static const query::ListSpec& spec = *new query::ListSpec{
      .name = "reminder.list",
      .columns = kReminderColumns,
      .from = "reminders where district = $1::text",
      .fields = {{"state", Kind::kEnum, "state = $?::smallint", v1::Reminder::State_descriptor()},
                 {"clock", Kind::kText, "clock = $?::text"},
                 {"subject", Kind::kText, "subject = $?::text"},
                 {"recipient", Kind::kText, "recipient = $?::text"},
                 {"venue", Kind::kText, RECTIFY_OF_VENUE("venue", "$?")},
                 {"channel", Kind::kEnum, "channel = $?::smallint", v1::Channel_descriptor()},
                 {"step", Kind::kText, "step = $?::text"},
                 {"kind", Kind::kText, "kind = $?::text"},
                 {"delivery", Kind::kText, "delivery::text = substring($?::text from '[^/]*$')"}},
      .order = {{"due_time", "timestamptz"}, {"id", "uuid"}},
  };
  return spec;
}

const query::ListSpec& DeliveryList() {
  static const query::ListSpec& spec = *new query::ListSpec{
      .name = "reminder.list_deliveries",
      .columns =
          "district, id, reminder, channel, address, body_sha256, state, provider_reply, "
          "create_time, settle_time, original",
      .from = "deliveries where district = $1::text",
      .fields = {{"state", Kind::kEnum, "state = $?::smallint", v1::Delivery::State_descriptor()},
                 {"channel", Kind::kEnum, "channel = $?::smallint", v1::Channel_descriptor()},
                 {"reminder", Kind::kText, "reminder = $?::text"},
                 {"original", Kind::kText, "original::text = substring($?::text from '[^/]*$')"}},
      .order = {{"create_time", "timestamptz"}, {"id", "uuid"}},
  };
  return spec;
}

absl::StatusOr<std::vector<domain::Reminder>> ReadAll(absl::StatusOr<pg::Rows> rows) {
  RETURN_IF_ERROR(rows.status());
  std::vector<domain::Reminder> reminders;
  for (pg::Row row : *rows) reminders.push_back(ToReminder(row));
  return reminders;
}

}  // namespace

domain::Reminder ToReminder(const pg::Row& row) {
  domain::Reminder reminder;
  reminder.district = row.Text(0);
  reminder.id = row.Text(1);
  reminder.clock = row.Text(2);
  reminder.subject = row.Text(3);
  reminder.venue = row.Text(4);
  reminder.step = row.Text(5);
  reminder.recipient = row.Text(6);
  reminder.channel = static_cast<domain::Channel>(row.Int(7));
  reminder.due_time = row.Time(8);
  reminder.due_date = row.Day(9);
  reminder.schedule_version = static_cast<int>(row.Int(10));
  reminder.state = static_cast<domain::State>(row.Int(11));
  reminder.title = row.Text(12);
  reminder.title_template = row.Text(13);
  reminder.body_template = row.Text(14);
  reminder.catch_up = static_cast<domain::CatchUp>(row.Int(15));
  reminder.repeat_days = static_cast<int>(row.Int(16));
  reminder.by_workdays = row.Bool(17);
  reminder.provisional = row.Bool(18);
  reminder.not_before = row.Time(19);
  reminder.attempts = static_cast<int>(row.Int(20));
  reminder.last_error = row.Text(21);
  reminder.delivery = row.OptText(22).value_or("");
  reminder.settle_time = row.OptTime(23);
  reminder.event_version = row.Int(24);
  reminder.kind = row.Text(25);
  reminder.urgent = row.Bool(26);
  reminder.statutory = row.Bool(27);
  reminder.unless_acknowledged = row.Bool(28);
  reminder.inhibited_by = row.TextArray(29);
  return reminder;
}

absl::StatusOr<std::map<std::string, int>> InsertReminders(
    pg::Tx& tx, const std::vector<domain::Reminder>& reminders) {
  std::map<std::string, int> inserted;
  if (reminders.empty()) return inserted;
  std::vector<std::string> districts, ids, clocks, subjects, venues, steps, recipients, titles,
      title_templates, body_templates, kinds, inhibitors;
  std::vector<int64_t> channels, versions, states, catch_ups, repeats;
  std::vector<absl::Time> dues, not_befores;
  std::vector<absl::CivilDay> due_dates;
  std::vector<bool> by_workdays, provisionals, urgents, statutories, unless_acknowledged;
  for (const domain::Reminder& each : reminders) {
    districts.push_back(each.district);
    ids.push_back(each.id);
    clocks.push_back(each.clock);
    subjects.push_back(each.subject);
    venues.push_back(each.venue);
    steps.push_back(each.step);
    recipients.push_back(each.recipient);
    channels.push_back(static_cast<int64_t>(each.channel));
    dues.push_back(each.due_time);
    due_dates.push_back(each.due_date);
    versions.push_back(each.schedule_version);
    states.push_back(static_cast<int64_t>(each.state));
    titles.push_back(each.title);
    title_templates.push_back(each.title_template);
    body_templates.push_back(each.body_template);
    catch_ups.push_back(static_cast<int64_t>(each.catch_up));
    repeats.push_back(each.repeat_days);
    by_workdays.push_back(each.by_workdays);
    provisionals.push_back(each.provisional);
    not_befores.push_back(each.not_before);
    kinds.push_back(each.kind);
    urgents.push_back(each.urgent);
    statutories.push_back(each.statutory);
    unless_acknowledged.push_back(each.unless_acknowledged);
    // An array of arrays has one length: each row's own array travels as text.
    inhibitors.push_back(pg::Param(each.inhibited_by).text().value_or("{}"));
  }
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kInsertReminder, {districts,      ids,
                                                            clocks,         subjects,
                                                            venues,         steps,
                                                            recipients,     channels,
                                                            dues,           due_dates,
                                                            versions,       states,
                                                            titles,         title_templates,
                                                            body_templates, catch_ups,
                                                            repeats,        by_workdays,
                                                            provisionals,   not_befores,
                                                            kinds,          urgents,
                                                            statutories,    unless_acknowledged,
                                                            inhibitors}));
  for (const pg::Row row : rows) ++inserted[row.Text(0)];
  return inserted;
}

absl::StatusOr<std::map<std::string, std::vector<domain::Reminder>>> CancelOpen(
    pg::Tx& tx, const std::map<std::string, std::string>& reasons, absl::Time now) {
  std::map<std::string, std::vector<domain::Reminder>> by_clock;
  if (reasons.empty()) return by_clock;
  std::vector<std::string> clocks, texts;
  for (const auto& [clock, reason] : reasons) {
    clocks.push_back(clock);
    texts.push_back(reason);
  }
  ASSIGN_OR_RETURN(std::vector<domain::Reminder> cancelled,
                   ReadAll(tx.Exec(kCancelOfClocks, {now, DistrictsOf(clocks), clocks, texts})));
  for (domain::Reminder& reminder : cancelled) {
    by_clock[reminder.clock].push_back(std::move(reminder));
  }
  return by_clock;
}

absl::StatusOr<std::vector<domain::Reminder>> CancelReminders(pg::Tx& tx,
                                                              const std::string& district,
                                                              const std::vector<std::string>& ids,
                                                              absl::string_view reason,
                                                              absl::Time now) {
  return ReadAll(tx.Exec(kCancelByIds, {now, district, ids, reason}));
}

absl::Status MakeFirm(pg::Tx& tx, const std::string& district,
                      const std::vector<std::string>& ids) {
  return tx.Exec(kMakeFirm, {district, ids}).status();
}

absl::StatusOr<std::vector<domain::Reminder>> ReadLiveReminders(
    pg::Tx& tx, const std::vector<std::string>& clocks) {
  return ReadAll(tx.Exec(kReadLive, {DistrictsOf(clocks), clocks}));
}

absl::StatusOr<std::vector<domain::Reminder>> ReadComing(pg::Tx& tx, const std::string& district,
                                                         const std::string& clock,
                                                         const std::string& venue, int limit) {
  return ReadAll(tx.Exec(kReadComing, {district, clock, venue, limit}));
}

absl::StatusOr<std::vector<domain::Reminder>> ReadByDelivery(
    pg::Tx& tx, const std::string& district, const std::vector<std::string>& deliveries) {
  return ReadAll(tx.Exec(kReadByDelivery, {district, deliveries}));
}

absl::StatusOr<std::optional<domain::Reminder>> ReadReminder(pg::Tx& tx,
                                                             const std::string& district,
                                                             const std::string& id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kReadReminder, {district, id}));
  if (rows.empty()) return std::optional<domain::Reminder>();
  return std::optional(ToReminder(rows[0]));
}

absl::StatusOr<std::optional<domain::Reminder>> LockReminder(pg::Tx& tx,
                                                             const std::string& district,
                                                             const std::string& id) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kLockReminder, {district, id}));
  if (rows.empty()) return std::optional<domain::Reminder>();
  return std::optional(ToReminder(rows[0]));
}

absl::Status PutBack(pg::Tx& tx, const domain::Reminder& reminder, absl::Time now) {
  return tx.Exec(kPutBack, {reminder.district, reminder.id, now}).status();
}

absl::StatusOr<std::pair<std::vector<domain::Reminder>, std::string>> ListReminders(
    pg::Tx& tx, const ListQuestion& question) {
  ASSIGN_OR_RETURN(query::ListQuery list,
                   query::ListQuery::Build(ReminderList(), {question.district}, question.filter,
                                           question.page_size, question.page_token));
  return list.Run<domain::Reminder>(tx, ToReminder);
}

absl::StatusOr<std::pair<std::vector<domain::Delivery>, std::string>> ListDeliveries(
    pg::Tx& tx, const ListQuestion& question) {
  ASSIGN_OR_RETURN(query::ListQuery list,
                   query::ListQuery::Build(DeliveryList(), {question.district}, question.filter,
                                           question.page_size, question.page_token));
  return list.Run<domain::Delivery>(tx, ToDelivery);
}

}  // namespace rectify::reminder::store
