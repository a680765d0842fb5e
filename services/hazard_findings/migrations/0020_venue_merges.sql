-- Venues that turned out to be another one. What was recorded keeps the name that it was recorded
-- under; `survivor` is the name under which the venue goes on. Old code writes neither column, and
-- the defaults mean that nothing was merged.

alter table venues add column merged_into text not null default '';  -- never one that is merged itself
alter table venues add column survivor text not null
  generated always as (case merged_into when '' then name else merged_into end) stored;
create index venues_district_survivor on venues (district, survivor);
