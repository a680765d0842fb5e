-- Leads; who complained lies in a table of its own, encrypted. Findings learn which earlier one they
-- repeat. Old code does not know the tables and never reads the columns, which have defaults.

create table leads (
  district text not null,
  id uuid not null,
  source smallint not null,      -- 1 grid worker, 2 complaint, 3 department, 4 other
  external_id text not null,     -- '' without one
  content_mark bytea not null,   -- keyed hash of what was handed in: tells a repeat from another lead
  category smallint not null,    -- 1 blocked exit or facility off, 2 other
  text text not null,
  place text not null,
  venue text not null,           -- resource name in the registry, '' when not known
  receive_time timestamptz not null,
  reporter text not null,        -- street or department, ''
  has_complainant boolean not null,
  state smallint not null,       -- 1 received, 2 accepted, 3 refused, 4 transferred, 5 verified, 6 closed
  officer text not null,
  accept_time timestamptz,
  reason text not null,
  transfer_department text not null,
  outcome smallint not null,     -- 0 none yet, 1 confirmed, 2 not confirmed
  inspection text not null,
  verification text not null,
  verify_time timestamptz,
  reply_result smallint not null, -- 0 none yet, 1 told, 2 not possible
  reply text not null,
  end_time timestamptz,
  version bigint not null,
  constraint leads_district_id_pk primary key (district, id),
  constraint leads_officer_ck check (state not in (2, 5, 6) or officer <> ''),
  constraint leads_end_time_ck check ((state in (3, 4, 6)) = (end_time is not null)),
  constraint leads_confirmed_ck check (outcome <> 1 or inspection <> '')
);
create unique index leads_district_source_external_id_uq on leads (district, source, external_id)
  where external_id <> '';
create index leads_district_receive_time_id on leads (district, receive_time, id);
create index leads_district_state on leads (district, state, receive_time, id);
create index leads_district_officer on leads (district, officer, receive_time, id);
create index leads_district_venue on leads (district, venue, receive_time, id);

create table complainants (
  district text not null,
  lead_id uuid not null,
  display_name bytea,
  phone bytea,
  address bytea,
  constraint complainants_district_lead_id_pk primary key (district, lead_id),
  constraint complainants_district_lead_id_fk foreign key (district, lead_id)
    references leads (district, id)
);

alter table findings
  add column recurrence_of uuid,              -- the latest earlier finding of the same kind and venue
  add column recurrence_count int not null default 0;
create index findings_district_venue_catalog_code on findings (district, venue, catalog_code, find_time, id);
