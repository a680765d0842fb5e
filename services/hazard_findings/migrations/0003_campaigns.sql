-- Campaigns, and why and under what an inspection took place. Old code does not know the table and
-- never reads the columns, which have defaults.

create table campaigns (
  district text not null,
  code text not null,
  title text not null,
  scope text not null,
  checklist text not null,       -- code and version of the data in the program
  checklist_version int not null,
  target_classes text[] not null,
  phase_titles text[] not null,  -- the three arrays have one element per phase
  phase_first_days date[] not null,
  phase_last_days date[] not null,
  state smallint not null,       -- 1 draft, 2 active, 3 ended
  activate_time timestamptz,
  end_time timestamptz,
  conclusion text not null,
  create_time timestamptz not null,
  version bigint not null,
  constraint campaigns_district_code_pk primary key (district, code),
  constraint campaigns_phases_ck check (
    cardinality(phase_titles) > 0 and cardinality(phase_titles) = cardinality(phase_first_days)
    and cardinality(phase_titles) = cardinality(phase_last_days)),
  constraint campaigns_activate_time_ck check ((state = 1) = (activate_time is null)),
  constraint campaigns_end_time_ck check ((state = 3) = (end_time is not null))
);
create index campaigns_district_create_time_code on campaigns (district, create_time, code);

alter table inspections
  add column kind smallint not null default 1,  -- 1 routine, 2 random, 3 opening, 4 complaint, 5 campaign, 6 teaching, 7 recheck
  add column lead text not null default '',
  add column campaign text not null default '',
  add column accident text not null default '',
  add column advice text[] not null default '{}',
  add column cap_exception smallint not null default 0,  -- 0 counts, 1 complaint, 2 lead, 3 accident, 4 recheck, 5 kind
  add constraint inspections_campaign_ck check ((kind = 5) = (campaign <> '')),
  add constraint inspections_complaint_ck check (kind <> 4 or lead <> '');
create index inspections_district_campaign on inspections (district, campaign, inspect_time, id)
  where campaign <> '';

create table inspection_answers (
  district text not null,
  inspection_id uuid not null,
  ordinal int not null,          -- place in the inspection
  item text not null,            -- of the campaign's checklist
  result smallint not null,      -- 1 pass, 2 fail, 3 not applicable
  note text not null,
  findings int[] not null,       -- places of findings of the same inspection
  hint boolean not null,
  constraint inspection_answers_district_inspection_id_ordinal_pk
    primary key (district, inspection_id, ordinal),
  constraint inspection_answers_district_inspection_id_item_uq
    unique (district, inspection_id, item),
  constraint inspection_answers_district_inspection_id_fk foreign key (district, inspection_id)
    references inspections (district, id)
);
