-- Penalised units, draws, visits, leads, analyses and reveals of the discipline committee. The service
-- has a database of its own, to which no other role may connect. Columns *_sealed are encrypted under a
-- key that only this service has.

create table penalised_units (
  district text not null,
  id uuid not null,
  decision_number text not null,
  decision_date date not null,
  case_kind smallint not null,   -- 1 opening check, 2 penalty, 3 inspection
  party text not null,
  venue text not null,           -- resource name in the registry, '' when unknown
  street text not null,          -- resource name in the registry, '' when unknown
  officers text[] not null,      -- resource names, the first one in charge
  basis text not null,
  penalty text not null,
  source smallint not null,      -- 1 file, 2 event
  state smallint not null,       -- 1 waiting, 2 drawn, 3 visited
  entry_quarter text not null,   -- from which the visit is owed
  create_time timestamptz not null,
  constraint penalised_units_district_id_pk primary key (district, id),
  constraint penalised_units_district_decision_number_uq unique (district, decision_number),
  constraint penalised_units_state_ck check (state between 1 and 3)
);
create index penalised_units_district_decision_date_id on penalised_units (district, decision_date, id);
create index penalised_units_district_state on penalised_units (district, state, decision_date, id);

create table visitors (
  district text not null,
  code text not null,
  display_name text not null,
  user_name text not null,       -- login
  officers text[] not null,
  interest_subjects text[] not null,
  interest_reasons text[] not null,
  retired boolean not null,
  version bigint not null,
  constraint visitors_district_code_pk primary key (district, code),
  constraint visitors_district_user_name_uq unique (district, user_name)
);

create table draws (
  district text not null,
  id uuid not null,
  quarter text not null,
  case_kinds smallint[] not null,
  streets text[] not null,
  state smallint not null,       -- 1 draft, 2 frozen, 3 drawn, 4 abandoned
  number int,                    -- from the freeze on, dense in the district
  terms text,                    -- JSON of all that was committed to
  frame text,                    -- lines
  commitment text not null,
  public_value text not null,
  sample_size int not null,
  record bytea,                  -- the published document
  record_hash text not null,
  abandon_reason text not null,
  create_time timestamptz not null,
  freeze_time timestamptz,
  finish_time timestamptz,
  version bigint not null,
  constraint draws_district_id_pk primary key (district, id),
  constraint draws_district_number_uq unique (district, number),
  constraint draws_state_ck check ((state = 1) = (number is null) and (state > 2) = (record is not null))
);
create index draws_district_create_time_id on draws (district, create_time, id);
-- One draw at a time between its freeze and its record.
create unique index draws_district_pending_uq on draws (district) where state = 2;

create table seed_halves (
  district text not null,
  draw_id uuid not null,
  ordinal int not null,
  official text not null,
  commitment text not null,      -- '' before
  value text not null,           -- '' before
  commit_time timestamptz,
  reveal_time timestamptz,
  constraint seed_halves_district_draw_id_ordinal_pk primary key (district, draw_id, ordinal),
  constraint seed_halves_district_draw_id_fk foreign key (district, draw_id)
    references draws (district, id)
);

-- The order that a draw gave: who was drawn, and who follows when a visit can't be made.
create table draw_places (
  district text not null,
  draw_id uuid not null,
  stratum text not null,
  rank int not null,
  unit_id uuid not null,
  taken boolean not null,        -- drawn, or took a place later
  visitors text[] not null,      -- codes
  constraint draw_places_district_draw_id_stratum_rank_pk
    primary key (district, draw_id, stratum, rank),
  constraint draw_places_district_draw_id_unit_id_uq unique (district, draw_id, unit_id),
  constraint draw_places_district_draw_id_fk foreign key (district, draw_id)
    references draws (district, id)
);

create table visits (
  district text not null,
  id uuid not null,
  draw_id uuid not null,
  unit_id uuid not null,
  stratum text not null,
  visitors text[] not null,      -- codes
  state smallint not null,       -- 1 planned, 2 done, 3 replaced
  file_number text not null,     -- '' before it is done
  method smallint not null,      -- 0 before, 1 site, 2 phone
  visit_time timestamptz,
  anonymous boolean not null,
  questionnaire_version int not null,
  answers_sealed bytea,
  respondent_sealed bytea,
  note_sealed bytea,
  attempt_times timestamptz[] not null,
  attempt_reasons text[] not null,
  attempt_users text[] not null,
  replaced_by uuid,
  replaces uuid,
  replace_reason text not null,
  create_time timestamptz not null,
  version bigint not null,
  constraint visits_district_id_pk primary key (district, id),
  constraint visits_district_draw_id_unit_id_uq unique (district, draw_id, unit_id),
  constraint visits_state_ck check ((state = 2) = (visit_time is not null))
);
create index visits_district_create_time_id on visits (district, create_time, id);
create index visits_district_visit_time on visits (district, visit_time) where state = 2;
create index visits_district_unit_id on visits (district, unit_id);

-- Numbers of files, leads and referrals: without holes, by year.
create table counters (
  district text not null,
  kind text not null,
  year int not null,
  last int not null,
  constraint counters_district_kind_year_pk primary key (district, kind, year)
);

create table problem_leads (
  district text not null,
  id uuid not null,
  number text not null,
  source smallint not null,
  visit text not null,
  officers text[] not null,
  summary_sealed bytea not null,
  receive_date date not null,
  proposal_due_date date not null,
  disposal smallint not null,
  disposal_reason_sealed bytea,
  propose_time timestamptz,
  outcome smallint not null,
  outcome_note_sealed bytea,
  state smallint not null,       -- 1 received, 2 in disposal, 3 concluded
  create_time timestamptz not null,
  version bigint not null,
  constraint problem_leads_district_id_pk primary key (district, id),
  constraint problem_leads_district_number_uq unique (district, number)
);
create index problem_leads_district_create_time_id on problem_leads (district, create_time, id);

create table referrals (
  district text not null,
  id uuid not null,
  number text not null,
  lead text not null,
  receiver text not null,
  title text not null,
  text_sealed bytea not null,
  issue_time timestamptz not null,
  receipt text not null,
  receive_time timestamptz,
  version bigint not null,
  constraint referrals_district_id_pk primary key (district, id),
  constraint referrals_district_number_uq unique (district, number)
);
create index referrals_district_issue_time_id on referrals (district, issue_time, id);

create table analyses (
  district text not null,
  id uuid not null,
  quarter text not null,
  version int not null,          -- of the quarter, from 1
  cut_time timestamptz not null,
  reason text not null,
  document bytea not null,
  document_hash text not null,
  cells text not null,           -- JSON: which visits each published number counts
  constraint analyses_district_id_pk primary key (district, id),
  constraint analyses_district_quarter_version_uq unique (district, quarter, version)
);
create index analyses_district_cut_time_id on analyses (district, cut_time, id);

create table reveals (
  district text not null,
  id uuid not null,
  visit_id uuid not null,
  requester text not null,
  reason text not null,
  fields text[] not null,
  state smallint not null,       -- 1 requested, 2 approved, 3 refused, 4 viewed
  approver text not null,
  expire_time timestamptz,
  create_time timestamptz not null,
  constraint reveals_district_id_pk primary key (district, id),
  constraint reveals_district_visit_id_fk foreign key (district, visit_id)
    references visits (district, id),
  -- Two people, whatever the code above does.
  constraint reveals_approver_ck check (approver <> requester)
);
create index reveals_district_create_time_id on reveals (district, create_time, id);

create table reveal_entries (
  district text not null,
  reveal_id uuid not null,
  ordinal int not null,
  action text not null,
  actor text not null,
  time timestamptz not null,
  note text not null,
  constraint reveal_entries_district_reveal_id_ordinal_pk primary key (district, reveal_id, ordinal),
  constraint reveal_entries_district_reveal_id_fk foreign key (district, reveal_id)
    references reveals (district, id)
);

-- What was published or registered is never changed, not even by a mistake of this service.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end $$;
create trigger reveal_entries_append_only before update or delete or truncate on reveal_entries
  for each statement execute function refuse_change();
create trigger analyses_append_only before update or delete or truncate on analyses
  for each statement execute function refuse_change();
create trigger draw_record_kept before update on draws
  for each row when (old.record is not null) execute function refuse_change();
create trigger draws_kept before delete or truncate on draws
  for each statement execute function refuse_change();

-- Copies of the registry, kept by its events; `version` is the one at the registry.
create table venues (
  district text not null,
  name text not null,
  display_name text not null,
  street text not null,
  version bigint not null,
  constraint venues_district_name_pk primary key (district, name)
);

create table officers (
  district text not null,
  name text not null,
  display_name text not null,
  version bigint not null,
  constraint officers_district_name_pk primary key (district, name)
);
