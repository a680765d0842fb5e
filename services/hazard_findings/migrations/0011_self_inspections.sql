-- Self-inspections of venues. Old code does not know the tables.

create table self_inspections (
  district text not null,
  id uuid not null,
  campaign text not null,        -- resource name
  venue text not null,           -- resource name in the registry
  target_class text not null,
  officer text not null,
  due_date date not null,
  first_due_date date not null,  -- of the request
  state smallint not null,       -- 1 requested, 2 reported, 3 confirmed, 4 closed
  report_time timestamptz,
  return_reason text not null,
  return_count int not null,
  create_time timestamptz not null,
  confirm_time timestamptz,
  close_time timestamptz,
  version bigint not null,
  constraint self_inspections_district_id_pk primary key (district, id),
  constraint self_inspections_district_campaign_venue_uq unique (district, campaign, venue),
  constraint self_inspections_report_time_ck check (state = 1 or report_time is not null),
  constraint self_inspections_confirm_time_ck check ((state in (3, 4)) = (confirm_time is not null)),
  constraint self_inspections_close_time_ck check ((state = 4) = (close_time is not null))
);
create index self_inspections_district_due_date_id on self_inspections (district, due_date, id);
create index self_inspections_district_venue on self_inspections (district, venue, due_date, id);

create table self_inspection_answers (
  district text not null,
  self_inspection_id uuid not null,
  ordinal int not null,
  item text not null,
  result smallint not null,      -- 1 pass, 2 fail, 3 not applicable
  note text not null,
  constraint self_inspection_answers_district_self_inspection_id_ordinal_pk
    primary key (district, self_inspection_id, ordinal),
  constraint self_inspection_answers_district_self_inspection_id_fk
    foreign key (district, self_inspection_id) references self_inspections (district, id)
);

create table self_inspection_problems (
  district text not null,
  self_inspection_id uuid not null,
  ordinal int not null,
  item text not null,
  description text not null,
  location text not null,
  rectified_date date,           -- null while it is open
  planned_date date,
  rectification text not null,
  constraint self_inspection_problems_district_self_inspection_id_ordinal_pk
    primary key (district, self_inspection_id, ordinal),
  constraint self_inspection_problems_district_self_inspection_id_fk
    foreign key (district, self_inspection_id) references self_inspections (district, id),
  constraint self_inspection_problems_dates_ck check (
    rectified_date is not null or planned_date is not null)
);
