-- Venues that turned out to be another one. What was recorded keeps the name that it was recorded
-- under; `survivor` is the name under which the venue goes on, and its clocks pass to. Old code
-- writes none of the columns, and the defaults mean that nothing was merged.

alter table venues add column merged_into text not null default '';  -- never one that is merged itself
alter table venues add column survivor text not null
  generated always as (case merged_into when '' then name else merged_into end) stored;
create index venues_district_survivor on venues (district, survivor);

-- Whose the clock was then; null for those that it is of now.
alter table clock_history
  add column former_owner text,
  add column former_venue text;
