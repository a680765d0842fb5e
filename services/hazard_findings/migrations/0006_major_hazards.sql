-- Major fire hazards with their meetings and rechecks. Old code does not know these tables.

create table major_hazards (
  district text not null,
  id uuid not null,
  inspection_id uuid not null,
  venue text not null,           -- resource name in the registry
  findings text[] not null,      -- resource names
  rule_set text not null,        -- edition of the standard
  clauses text[] not null,
  facts text not null,
  expert_argument boolean not null,
  handling_officer text not null,
  state smallint not null,       -- 1 proposed, 2 not determined, 3 determined, 4 served, 5 supervised,
                                 -- 6 recheck passed, 7 delisted
  propose_time timestamptz not null,
  inspect_time timestamptz not null,
  notice_number text not null,   -- '' before the service
  serve_time timestamptz,
  due_date date,
  report_time timestamptz,
  report_document text not null,
  supervise_time timestamptz,
  supervision text not null,
  end_time timestamptz,
  version bigint not null,
  constraint major_hazards_district_id_pk primary key (district, id),
  constraint major_hazards_district_inspection_id_fk foreign key (district, inspection_id)
    references inspections (district, id),
  constraint major_hazards_serve_time_ck check (state < 4 or serve_time is not null),
  constraint major_hazards_end_time_ck check ((state in (2, 7)) = (end_time is not null))
);
create index major_hazards_district_propose_time_id on major_hazards (district, propose_time, id);
create index major_hazards_district_venue on major_hazards (district, venue, propose_time, id);
create index major_hazards_district_inspection_id on major_hazards (district, inspection_id);

-- Never changed once written.
create table major_hazard_meetings (
  district text not null,
  hazard_id uuid not null,
  ordinal int not null,
  matter smallint not null,      -- 1 determination, 2 delisting
  meet_time timestamptz not null,
  chair text not null,
  minutes text not null,
  carried boolean not null,
  constraint major_hazard_meetings_district_hazard_id_ordinal_pk primary key (district, hazard_id, ordinal),
  constraint major_hazard_meetings_district_hazard_id_fk foreign key (district, hazard_id)
    references major_hazards (district, id)
);

create table major_hazard_votes (
  district text not null,
  hazard_id uuid not null,
  meeting int not null,
  ordinal int not null,
  expert boolean not null,       -- of the panel, by number; else an officer
  voter text not null,
  opinion text not null,
  agrees boolean not null,
  constraint major_hazard_votes_district_hazard_id_meeting_ordinal_pk
    primary key (district, hazard_id, meeting, ordinal),
  constraint major_hazard_votes_voter_uq unique (district, hazard_id, meeting, expert, voter),
  constraint major_hazard_votes_district_hazard_id_meeting_fk foreign key (district, hazard_id, meeting)
    references major_hazard_meetings (district, hazard_id, ordinal)
);

create table major_hazard_rechecks (
  district text not null,
  hazard_id uuid not null,
  ordinal int not null,
  recheck_time timestamptz not null,
  officers text[] not null,
  passed boolean not null,
  text text not null,
  constraint major_hazard_rechecks_district_hazard_id_ordinal_pk primary key (district, hazard_id, ordinal),
  constraint major_hazard_rechecks_district_hazard_id_fk foreign key (district, hazard_id)
    references major_hazards (district, id)
);
