-- Clocks of duties that any event can tell of, and of every clock what its events carry, so that
-- they can be read without asking anybody. The defaults are for clocks that started before.
alter table clocks
  add column subject_title text not null default '',
  add column side smallint not null default 1,
  add column handling_officer text not null default '',
  add column party text not null default '',
  add column street text not null default '',
  -- Ended suspensions as ISO 8601 intervals with the reason: 2023-02-03/2023-02-10 检测鉴定
  add column suspensions text[] not null default '{}',
  add column suspended_from date,
  add column suspend_reason text not null default '';

update clocks set side = case
  when owner like '%/venues/%' then 2
  when owner like '%/departments/%' or owner like '%/streets/%' then 3
  else 1 end;

-- A suspended clock (state 4) is open too: the next event of its subject may end or resume it.
drop index clocks_running_ix;
create index clocks_open_ix on clocks (district, subject) where state in (1, 4);
