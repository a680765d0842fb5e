-- Who takes another's reminders for a while, and messages that are sent again. Old code knows neither
-- table; to it a replay is one more message in the ledger.

-- Each has an author, a reason and an end, like a mute.
create table stand_ins (
  district text not null,
  id uuid not null,
  recipient text not null,
  deputy text not null,
  author text not null,
  reason text not null,
  start_time timestamptz not null,
  end_time timestamptz not null,
  constraint stand_ins_district_id_pk primary key (district, id),
  constraint stand_ins_deputy_ck check (deputy <> recipient),
  constraint stand_ins_end_time_ck check (end_time >= start_time)
);
create index stand_ins_district_end_time on stand_ins (district, end_time);
create index stand_ins_district_start_time on stand_ins (district, start_time, id);

-- The message that a replay repeats; null: no replay.
alter table deliveries add column original uuid;
create index deliveries_district_original on deliveries (district, original, create_time)
  where original is not null;

-- Replays on their way, in the order in which the originals were accepted; one that is settled is in
-- the ledger only. Times as in reminders: business time, except lease_until.
create table replays (
  district text not null,
  delivery uuid not null,
  original uuid not null,
  recipient text not null,
  accept_time timestamptz not null,
  include_ended boolean not null,
  not_before timestamptz not null,
  attempts int not null default 0,
  claim_token bigint not null default 0,
  claimed_by text,
  lease_until timestamptz,
  constraint replays_district_delivery_pk primary key (district, delivery)
);
-- Who asks twice gets one.
create unique index replays_district_original_uq on replays (district, original);
-- The queue is read in the order of time over all districts.
create index replays_ready on replays (not_before, accept_time, delivery);
