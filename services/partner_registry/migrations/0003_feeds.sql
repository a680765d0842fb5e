-- Feeds of partners: what other services have told departments, which partner's feed tells of what, and
-- how far a feed has been brought in line with what its partner may see.

-- A feed is named by its partner's id alone, whatever the district.
alter table partners add constraint partners_id_uq unique (id);
alter table partners
  add column event_types text[] not null default '{}',  -- full names, or packages with .*
  add column types_version bigint not null default 1,   -- grows with event_types
  -- The last thing that was looked at after the posts or the types changed; null: all were.
  add column looked_at text;
create index partners_looked_at on partners (district, id) where looked_at is not null;

create table things (
  name text not null,
  district text not null,
  readers int not null,                -- a bit for each role, by its number in the contract
  has_desk boolean not null,
  desks text[] not null,
  constraint things_name_pk primary key (name)
);
create index things_district_name on things (district, name);

create table thing_events (
  source text not null,
  position bigint not null,            -- in the source's internal feed
  epoch int not null,                  -- of the source's history
  thing text not null,
  version bigint not null,
  type text not null,
  payload bytea not null,
  occur_time timestamptz not null,
  constraint thing_events_source_position_pk primary key (source, position)
);
-- A thing belongs to one source, so the positions are in order.
create index thing_events_thing on thing_events (thing, position);

create table told_things (
  district text not null,
  partner uuid not null,
  thing text not null,
  types_version bigint not null,
  constraint told_things_thing_partner_pk primary key (thing, partner),
  constraint told_things_partner_fk foreign key (district, partner) references partners (district, id)
);
