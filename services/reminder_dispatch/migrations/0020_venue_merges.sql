-- Venues that turned out to be another one: the name under which each of them goes on. Reminders
-- that were settled before keep the venue and the recipient that they were planned for. Old code does
-- not know the table.

create table venue_merges (
  district text not null,
  name text not null,
  survivor text not null,        -- never one that is merged itself
  constraint venue_merges_district_name_pk primary key (district, name)
);
create index venue_merges_district_survivor on venue_merges (district, survivor);
