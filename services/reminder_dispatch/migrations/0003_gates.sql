-- Digests, quiet hours, mutes, acknowledgements, inhibition, rate limits and reachability. Old code
-- writes rows without the new columns: each has a default that means what the row meant before.

alter table clocks add column kind text not null default '';
-- Counts the events whose aggregate is the clock.
alter table clocks add column event_version bigint not null default 0;
create index clocks_district_subject on clocks (district, subject) where running;

alter table reminders add column kind text not null default '';
alter table reminders add column urgent boolean not null default false;
alter table reminders add column statutory boolean not null default false;
alter table reminders add column unless_acknowledged boolean not null default false;
alter table reminders add column inhibited_by text[] not null default '{}';
-- Merged, muted and inhibited are outcomes as well.
alter table reminders drop constraint reminders_state_ck;
alter table reminders add constraint reminders_state_ck check (state between 1 and 10);
-- A digest's reminders.
create index reminders_district_delivery on reminders (district, delivery)
  where delivery is not null;
-- The reachability check reads what is coming.
create index reminders_district_recipient on reminders (district, recipient, due_time)
  where state = 1;
create index reminders_district_venue on reminders (district, venue, due_time) where state = 1;

-- Silence with an author, a reason and an end. An empty clock or recipient means any; not both.
create table mutes (
  district text not null,
  id uuid not null,
  clock text not null,
  recipient text not null,
  author text not null,
  reason text not null,
  start_time timestamptz not null,
  end_time timestamptz not null,
  constraint mutes_district_id_pk primary key (district, id),
  constraint mutes_target_ck check (clock <> '' or recipient <> ''),
  constraint mutes_end_time_ck check (end_time >= start_time)
);
create index mutes_district_end_time on mutes (district, end_time);
create index mutes_district_start_time on mutes (district, start_time, id);

-- Holds for one schedule of the clock: a due date that moved must be seen again.
create table acknowledgements (
  district text not null,
  clock text not null,
  schedule_version int not null,
  author text not null,
  note text not null,
  acknowledge_time timestamptz not null,
  end_time timestamptz not null,
  constraint acknowledgements_district_clock_schedule_version_pk
    primary key (district, clock, schedule_version)
);

-- Token buckets in business time; `key` is a channel, or a channel and a recipient.
create table rate_buckets (
  district text not null,
  key text not null,
  tokens double precision not null,
  fill_time timestamptz not null,
  constraint rate_buckets_district_key_pk primary key (district, key)
);

-- Whom no electronic channel reaches, and the day of the last check.
create table unreachable_recipients (
  district text not null,
  recipient text not null,
  reason text not null,
  since_time timestamptz not null,
  next_due_time timestamptz not null,
  reminders int not null,
  event_version bigint not null,
  open boolean not null,
  constraint unreachable_recipients_district_recipient_pk primary key (district, recipient)
);
create table reachability_checks (
  district text not null,
  day date not null,
  constraint reachability_checks_district_pk primary key (district)
);
