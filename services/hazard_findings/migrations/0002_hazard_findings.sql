-- Inspections, their findings, and the local copies of what the registry owns. Old code does not know
-- these tables.

create table inspections (
  district text not null,
  id uuid not null,
  venue text not null,           -- resource name in the registry
  inspect_time timestamptz not null,
  summary text not null,
  create_time timestamptz not null,
  constraint inspections_district_id_pk primary key (district, id)
);
create index inspections_district_inspect_time_id on inspections (district, inspect_time, id);
create index inspections_district_venue on inspections (district, venue, inspect_time, id);

create table inspection_officers (
  district text not null,
  inspection_id uuid not null,
  ordinal int not null,          -- 0 handles what follows
  officer text not null,         -- resource name in the registry
  constraint inspection_officers_district_inspection_id_ordinal_pk
    primary key (district, inspection_id, ordinal),
  constraint inspection_officers_district_officer_inspection_id_uq
    unique (district, officer, inspection_id),
  constraint inspection_officers_district_inspection_id_fk foreign key (district, inspection_id)
    references inspections (district, id)
);

create table findings (
  district text not null,
  id uuid not null,
  inspection_id uuid not null,
  ordinal int not null,          -- place in the inspection
  venue text not null,
  catalog_code text not null,
  catalog_version int not null,
  title text not null,           -- as the catalogue had it
  description text not null,
  location text not null,
  disposition smallint not null, -- 1 corrected on the spot, 2 order, 3 transfer
  term_days int not null,        -- 0: at once, by a stated date, or no order
  stated_due_date date,
  transfer_department text not null,
  state smallint not null,       -- 1 open, 2 ordered, 3 rectified, 4 transferred
  order_name text not null,      -- '' before its service
  find_time timestamptz not null,
  close_time timestamptz,
  transfer_outcome text not null,
  version bigint not null,
  constraint findings_district_id_pk primary key (district, id),
  constraint findings_district_inspection_id_ordinal_uq unique (district, inspection_id, ordinal),
  constraint findings_district_inspection_id_fk foreign key (district, inspection_id)
    references inspections (district, id),
  constraint findings_disposition_ck check (disposition between 1 and 3),
  constraint findings_transfer_department_ck check ((disposition = 3) = (transfer_department <> '')),
  constraint findings_close_time_ck check ((state in (3, 4)) = (close_time is not null)),
  constraint findings_term_days_ck check (
    term_days between 0 and 365 and (term_days = 0 or stated_due_date is null))
);
create index findings_district_find_time_id on findings (district, find_time, id);
create index findings_district_venue on findings (district, venue, find_time, id);
create index findings_district_state on findings (district, state, find_time, id);
create index findings_district_order_name on findings (district, order_name, find_time, id);

-- Copies, kept by the registry's events; `version` is the one at the registry.
create table venues (
  district text not null,
  name text not null,
  display_name text not null,
  street text not null,
  close_time timestamptz,        -- null while it is in use
  version bigint not null,
  constraint venues_district_name_pk primary key (district, name)
);

create table officers (
  district text not null,
  name text not null,
  display_name text not null,
  certificate_start date not null,
  certificate_end date not null, -- inclusive
  post_start date not null,
  post_end date,                 -- inclusive; null while in post
  version bigint not null,
  constraint officers_district_name_pk primary key (district, name)
);

create table departments (
  district text not null,
  name text not null,
  display_name text not null,
  version bigint not null,
  constraint departments_district_name_pk primary key (district, name)
);
