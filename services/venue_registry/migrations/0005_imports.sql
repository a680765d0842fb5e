-- Imports that can be resumed: how far each came, and the result of each row that it committed.

create table venue_imports (
  district text not null,
  id uuid not null,
  rows_done int not null,
  digest bytea not null,         -- chain over the header and the rows done: the file is the same
  start_time timestamptz not null,
  update_time timestamptz not null,
  constraint venue_imports_district_id_pk primary key (district, id)
);

create table venue_import_rows (
  district text not null,
  import_id uuid not null,
  n int not null,                -- place among the rows, from 1
  line int not null,             -- of the file, from 1
  result smallint not null,      -- as in the contract
  venue_id uuid,                 -- null when refused
  problems text[] not null,
  constraint venue_import_rows_district_import_id_n_pk primary key (district, import_id, n),
  constraint venue_import_rows_district_import_id_fk foreign key (district, import_id)
    references venue_imports (district, id)
);
