-- Temporary sealings.
create table seals (
  district text not null,
  id uuid not null,
  venue text not null,
  party text not null,
  inspect_time timestamptz not null,
  officers text[] not null,
  ground smallint not null,
  facts text not null,
  parts text[] not null,
  findings text[] not null,
  term_days int not null,
  former text not null,
  urgent_approver text,              -- null: not the urgent way
  urgent_approve_time timestamptz,
  urgent_seal_time timestamptz,
  urgent_reason text,
  state smallint not null,
  study_time timestamptz,            -- null: no study yet
  study_chair text,
  study_justified boolean,
  study_conclusion text,
  serve_time timestamptz,            -- null: not served
  serve_officers text[],
  receiver bytea,                    -- personal: encrypted
  serve_proof text,
  serve_refusal text,
  seal_time timestamptz,
  last_day date,
  apply_time timestamptz,
  apply_statement text not null,
  check_time timestamptz,            -- null: not checked since the last application
  check_officers text[],
  check_removed boolean,
  check_note text,
  end_time timestamptz,
  end_reason text not null,
  create_time timestamptz not null,
  version bigint not null,
  constraint seals_pk primary key (district, id),
  constraint seals_term_ck check (term_days between 1 and 30),
  -- Whatever code runs: a term never lasts longer than the law allows.
  constraint seals_last_day_ck
    check (last_day <= (seal_time at time zone 'Asia/Shanghai')::date + 30)
);
create index seals_newest_ix on seals (district, create_time, id);
create index seals_venue_ix on seals (district, venue, create_time, id);

create table seal_approvals (
  district text not null,
  seal_id uuid not null,
  position int not null,
  role text not null,
  approver text not null,
  approver_user text not null,
  approve_time timestamptz not null,
  opinion text not null,
  constraint seal_approvals_pk primary key (district, seal_id, position),
  constraint seal_approvals_seal_fk foreign key (district, seal_id) references seals
);

create table seal_opinions (
  district text not null,
  seal_id uuid not null,
  position int not null,
  officer text not null,
  agrees boolean not null,
  opinion text not null,
  constraint seal_opinions_pk primary key (district, seal_id, position),
  constraint seal_opinions_seal_fk foreign key (district, seal_id) references seals
);
