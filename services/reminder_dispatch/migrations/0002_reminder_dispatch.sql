-- The reminders: what is known of clocks and calendars, what is planned, and what left the house.
-- Old code does not know these tables.

-- Statutory clocks as their events describe them. `schedule_version` grows each time the reminders
-- are planned anew.
create table clocks (
  district text not null,
  name text not null,
  title text not null,
  subject text not null,
  findings text[] not null,
  hazards text[] not null,
  owner text not null,
  handling_officer text not null,
  venue text not null,
  party text not null,
  street text not null,
  document_number text not null,
  basis text not null,
  ladder text not null,
  start_time timestamptz not null,
  due_time timestamptz not null,
  due_date date,
  running boolean not null,
  schedule_version int not null,
  constraint clocks_district_name_pk primary key (district, name)
);

-- The newest version of each year's notice; the country's, so without a
-- district. A day is a make-up working day or else a holiday.
create table calendar_years (
  year int not null,
  version int not null,
  notice text not null,
  days date[] not null,
  make_up boolean[] not null,
  names text[] not null,
  constraint calendar_years_year_pk primary key (year)
);

-- Times are business time, except lease_until: leases follow the machine's real clock, so that a
-- simulated clock that stands still or jumps neither keeps nor breaks one. States have the numbers
-- of the contract.
create table reminders (
  district text not null,
  id uuid not null,
  clock text not null,
  subject text not null,
  venue text not null,
  step text not null,
  recipient text not null,
  channel smallint not null,
  due_time timestamptz not null,
  due_date date not null,
  schedule_version int not null,
  state smallint not null,
  title text not null,
  title_template text not null,
  body_template text not null,
  catch_up smallint not null,
  repeat_days int not null,
  by_workdays boolean not null,
  provisional boolean not null,
  not_before timestamptz not null,
  attempts int not null default 0,
  last_error text not null default '',
  delivery uuid,
  settle_time timestamptz,
  event_version bigint not null default 0,
  claim_token bigint not null default 0,
  claimed_by text,
  lease_until timestamptz,
  constraint reminders_district_id_pk primary key (district, id),
  constraint reminders_state_ck check (state between 1 and 7),
  constraint reminders_settle_time_ck check ((state >= 4) = (settle_time is not null)),
  constraint reminders_lease_until_ck check ((state in (2, 3)) = (lease_until is not null))
) with (fillfactor = 80);

-- A derived fact with a unique key. A cancelled one leaves its place free: a due date may move away
-- and back.
create unique index reminders_district_clock_step_recipient_channel_due_time_uq
  on reminders (district, clock, step, recipient, channel, due_time) where state <> 6;
create index reminders_district_due_time on reminders (district, due_time, id);
-- The dispatcher's two queues hold few rows and are read in the order of time over all districts, so
-- these two alone do not begin with the district.
create index reminders_ready on reminders (not_before, id) where state = 1;
create index reminders_leased on reminders (lease_until) where state in (2, 3);

-- The ledger: one message handed to a channel. Title and body are kept as sent, so that a message
-- whose fate is unknown goes out again with the same words.
create table deliveries (
  district text not null,
  id uuid not null,
  reminder text not null,
  channel smallint not null,
  address text not null,
  title text not null,
  body text not null,
  body_sha256 bytea not null,
  state smallint not null,
  provider_reply text not null,
  create_time timestamptz not null,
  write_time timestamptz not null,
  settle_time timestamptz,
  constraint deliveries_district_id_pk primary key (district, id),
  constraint deliveries_state_ck check (state between 1 and 4)
);
create index deliveries_district_create_time on deliveries (district, create_time, id);
create index deliveries_district_reminder on deliveries (district, reminder);
