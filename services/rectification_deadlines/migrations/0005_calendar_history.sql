-- What the clocks were at any time, closures of a district, and ends that stay as they are.

-- A clock after each of its changes, for questions as of a day.
create table clock_history (
  district text not null,
  clock_id uuid not null,
  version bigint not null,
  record_time timestamptz not null,
  start_time timestamptz not null,
  due_time timestamptz not null,
  due_date date,
  provisional boolean not null,
  calendar_version text not null,
  state smallint not null,
  end_time timestamptz,
  met_in_time boolean not null,
  suspensions text[] not null,
  suspended_from date,
  suspend_reason text not null,
  constraint clock_history_pk primary key (district, clock_id, version),
  constraint clock_history_clock_fk foreign key (district, clock_id) references clocks
);

-- Of clocks that changed before there was a history, only what they are now is known.
insert into clock_history
select district, id, version, '-infinity', start_time, due_time, due_date, provisional,
       calendar_version, state, end_time, met_in_time, suspensions, suspended_from, suspend_reason
  from clocks;

-- How a duty ended is a fact: whatever code runs, it is never written again.
create function keep_ended_clock() returns trigger language plpgsql as $$
begin
  raise exception 'clock % has ended', old.id using errcode = 'check_violation';
end $$;

create trigger clocks_ended_ck before update or delete on clocks
  for each row when (old.state in (2, 3)) execute function keep_ended_clock();

-- Days off by a decision of the district, over the national calendar. Adding or revoking one makes
-- the district's next closure version; a version holds the closures that it neither precedes nor
-- follows, so that dates that rest on an older one can still be explained.
create table closure_versions (
  district text not null,
  version int not null,
  constraint closure_versions_pk primary key (district)
);

create table district_closures (
  district text not null,
  id uuid not null,
  first_day date not null,
  last_day date not null,
  reason text not null,
  document text not null,
  create_time timestamptz not null,
  added_in int not null,
  revoke_time timestamptz,
  revoke_reason text not null,
  revoked_in int,
  changed_clock_count int not null,   -- by its last change
  constraint district_closures_pk primary key (district, id),
  constraint district_closures_days_ck check (first_day <= last_day)
);
