-- Buildings, units, and which of them a venue has to do with.

create table buildings (
  district text not null,
  id uuid not null,
  display_name text not null,
  folded_name text not null,     -- the form that is compared and searched
  search_terms text[] not null,  -- of folded_name
  address text not null,
  street text not null,
  longitude double precision,
  latitude double precision,
  datum smallint,
  height_m double precision not null,  -- 0: unknown
  floors_above smallint not null,      -- 0: unknown
  floors_below smallint not null,
  use smallint not null,
  built_year smallint not null,        -- 0: unknown
  high_rise_class smallint not null,   -- 0: none
  create_time timestamptz not null,
  update_time timestamptz not null,
  version bigint not null,
  constraint buildings_district_id_pk primary key (district, id),
  constraint buildings_district_folded_name_street_address_uq
    unique (district, folded_name, street, address),
  constraint buildings_district_street_fk foreign key (district, street)
    references streets (district, code),
  constraint buildings_point_ck check (num_nulls(longitude, latitude, datum) in (0, 3))
);
create index buildings_district_create_time_id on buildings (district, create_time, id);
create index buildings_search_terms on buildings using gin (search_terms);

create table units (
  district text not null,
  id uuid not null,
  display_name text not null,
  folded_name text not null,
  search_terms text[] not null,
  trade_name text not null,
  uscc text not null,            -- '' when it has none
  no_uscc_reason text not null,
  create_time timestamptz not null,
  update_time timestamptz not null,
  version bigint not null,
  constraint units_district_id_pk primary key (district, id),
  constraint units_uscc_ck check ((uscc = '') <> (no_uscc_reason = ''))
);
create unique index units_district_uscc_uq on units (district, uscc) where uscc <> '';
create unique index units_district_folded_name_uq on units (district, folded_name) where uscc = '';
create index units_district_create_time_id on units (district, create_time, id);
create index units_search_terms on units using gin (search_terms);

alter table venues add column building_id uuid,
  add constraint venues_district_building_id_fk foreign key (district, building_id)
    references buildings (district, id);
create index venues_district_building_id on venues (district, building_id)
  where building_id is not null;

create table venue_units (
  district text not null,
  venue_id uuid not null,
  n int not null,                -- place in the list
  unit_id uuid not null,
  relation smallint not null,
  start_day date,                -- null: not known
  end_day date,                  -- inclusive, null: still so
  constraint venue_units_district_venue_id_n_pk primary key (district, venue_id, n),
  constraint venue_units_district_venue_id_fk foreign key (district, venue_id)
    references venues (district, id),
  constraint venue_units_district_unit_id_fk foreign key (district, unit_id)
    references units (district, id),
  constraint venue_units_end_day_ck check (end_day >= start_day)
);
create index venue_units_district_unit_id on venue_units (district, unit_id);
