-- Versions of venues, their campaign classes, the persons of former days, where a merged venue went,
-- and where venues are, on one datum.

alter table venues
  add column merged_into uuid,
  add column place_longitude double precision,  -- the point on CGCS2000
  add column place_latitude double precision,
  add column cell bigint,                       -- of a grid of a hundredth of a degree
  add constraint venues_district_merged_into_fk foreign key (district, merged_into)
    references venues (district, id),
  add constraint venues_merged_into_ck check ((state = 3) = (merged_into is not null));
create index venues_district_cell on venues (district, cell) where cell is not null;
create index venues_unplaced on venues (district, id) where longitude is not null and cell is null;

alter table venue_persons add column start_day date;  -- null: not known

create table venue_former_persons (
  district text not null,
  venue_id uuid not null,
  n int not null,                -- place in the list
  role smallint not null,
  person_name bytea not null,
  start_day date,                -- null: not known
  end_day date not null,         -- inclusive
  constraint venue_former_persons_district_venue_id_n_pk primary key (district, venue_id, n),
  constraint venue_former_persons_district_venue_id_fk foreign key (district, venue_id)
    references venues (district, id)
);

create table venue_campaign_classes (
  district text not null,
  venue_id uuid not null,
  campaign text not null,        -- its code
  venue_class smallint not null,
  target_group text not null,
  set_time timestamptz not null,
  constraint venue_campaign_classes_district_venue_id_campaign_pk
    primary key (district, venue_id, campaign),
  constraint venue_campaign_classes_district_venue_id_fk foreign key (district, venue_id)
    references venues (district, id)
);
create index venue_campaign_classes_district_campaign_venue_class
  on venue_campaign_classes (district, campaign, venue_class);

-- Versions that another one followed; the present one is in venues itself.
create table venue_versions (
  district text not null,
  venue_id uuid not null,
  version bigint not null,
  valid_from timestamptz not null,
  valid_until timestamptz not null,  -- when the next version began
  changed_fields text[] not null,    -- by the next version
  record bytea not null,             -- the venue as a message of the contract, encrypted
  constraint venue_versions_district_venue_id_version_pk primary key (district, venue_id, version),
  constraint venue_versions_district_venue_id_fk foreign key (district, venue_id)
    references venues (district, id)
);
