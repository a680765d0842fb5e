-- What a venue is used for, as the registry's events say, and the department in charge of it, which a
-- ladder may write to. Old code writes clocks without one: nobody is written to then.

create table venue_kinds (
  district text not null,
  name text not null,
  kind smallint not null,        -- VenueKind of the registry's contract
  constraint venue_kinds_district_name_pk primary key (district, name)
);

alter table clocks add column department text not null default '';
