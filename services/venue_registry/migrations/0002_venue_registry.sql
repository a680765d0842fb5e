-- The registry: streets, departments, officers and venues. Personal columns (bytea) are encrypted by
-- the service, with the row and the column bound to the value; old code does not know these tables.

create table streets (
  district text not null,
  code text not null,
  display_name text not null,
  mobile bytea,
  email bytea,
  webhook_uri text not null,
  version bigint not null,
  update_time timestamptz not null,
  constraint streets_district_code_pk primary key (district, code)
);

create table departments (
  district text not null,
  code text not null,
  display_name text not null,
  mobile bytea,
  email bytea,
  webhook_uri text not null,
  version bigint not null,
  update_time timestamptz not null,
  constraint departments_district_code_pk primary key (district, code)
);

create table officers (
  district text not null,
  id uuid not null,
  display_name text not null,
  post smallint not null,
  certificate_number text not null,
  certificate_start date not null,
  certificate_end date not null,
  post_start date not null,
  post_end date,
  mobile bytea,
  email bytea,
  webhook_uri text not null,
  create_time timestamptz not null,
  update_time timestamptz not null,
  version bigint not null,
  constraint officers_district_id_pk primary key (district, id),
  constraint officers_district_certificate_number_uq unique (district, certificate_number),
  constraint officers_certificate_end_ck check (certificate_end >= certificate_start),
  constraint officers_post_end_ck check (post_end >= post_start)
);
create index officers_district_create_time_id on officers (district, create_time, id);
create index officers_district_post on officers (district, post, post_start);

create table venues (
  district text not null,
  id uuid not null,
  display_name text not null,
  folded_name text not null,     -- the form that is compared and searched
  search_terms text[] not null,  -- of folded_name
  venue_class smallint not null,
  kind smallint not null,
  uscc text not null,            -- '' when it has none
  no_uscc_reason text not null,
  address text not null,
  street text not null,
  longitude double precision,
  latitude double precision,
  datum smallint,
  key_unit boolean not null,
  state smallint not null,       -- 1 active, 2 closed
  close_reason text not null,
  create_time timestamptz not null,
  update_time timestamptz not null,
  version bigint not null,
  constraint venues_district_id_pk primary key (district, id),
  constraint venues_district_street_fk foreign key (district, street)
    references streets (district, code),
  constraint venues_uscc_ck check ((uscc = '') <> (no_uscc_reason = '')),
  constraint venues_point_ck check (num_nulls(longitude, latitude, datum) in (0, 3))
);
-- One unit has several venues under one code, told apart by their names.
create unique index venues_district_uscc_folded_name_uq
  on venues (district, uscc, folded_name) where state = 1 and uscc <> '';
-- Without a code, name and place say which venue it is.
create unique index venues_district_folded_name_street_address_uq
  on venues (district, folded_name, street, address) where state = 1 and uscc = '';
create index venues_district_uscc on venues (district, uscc);
create index venues_district_folded_name on venues (district, folded_name);
create index venues_district_create_time_id on venues (district, create_time, id);
create index venues_district_street on venues (district, street, create_time, id);
create index venues_search_terms on venues using gin (search_terms);

create table venue_persons (
  district text not null,
  venue_id uuid not null,
  n int not null,                -- place in the list
  role smallint not null,
  person_name bytea not null,
  mobile bytea,
  mobile_index bytea,            -- keyed hash, for equality search without decrypting
  email bytea,
  webhook_uri text not null,
  constraint venue_persons_district_venue_id_n_pk primary key (district, venue_id, n),
  constraint venue_persons_district_venue_id_fk foreign key (district, venue_id)
    references venues (district, id)
);
create index venue_persons_district_mobile_index
  on venue_persons (district, mobile_index) where mobile_index is not null;

create table venue_external_ids (
  district text not null,
  system text not null,
  external_id text not null,
  venue_id uuid not null,
  constraint venue_external_ids_district_system_external_id_pk
    primary key (district, system, external_id),
  constraint venue_external_ids_district_venue_id_system_uq unique (district, venue_id, system),
  constraint venue_external_ids_district_venue_id_fk foreign key (district, venue_id)
    references venues (district, id)
);
