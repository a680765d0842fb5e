-- Orders, clocks, document numbers and calendars, and what this service keeps of other services'
-- venues, officers and findings. New schema; there is no older code.

-- Projections of other services' events. Names are resource names.
create table venues (
  district text not null,
  name text not null,
  display_name text not null,
  street text not null,
  closed boolean not null,
  constraint venues_pk primary key (district, name)
);

create table officers (
  district text not null,
  name text not null,
  display_name text not null,
  certificate_start date not null,
  certificate_end date not null,
  post_start date not null,
  post_end date,
  constraint officers_pk primary key (district, name)
);

create table findings (
  district text not null,
  name text not null,
  inspection text not null,
  venue text not null,
  handling_officer text not null,
  inspect_time timestamptz not null,
  hazard text not null,
  disposition smallint not null,
  close_time timestamptz,
  constraint findings_pk primary key (district, name)
);
create index findings_open_ix on findings (district, name) where close_time is null;

create table orders (
  district text not null,
  id uuid not null,
  kind smallint not null,
  inspection text not null,
  inspect_time timestamptz not null,
  venue text not null,
  party text not null,
  street text not null,
  officers text[] not null,
  document_number text not null,
  state smallint not null,
  serve_method smallint,
  serve_time timestamptz,
  receiver bytea,                    -- personal: encrypted
  serve_officers text[],
  serve_proof text,
  serve_refusal text,
  void_reason text not null,
  replacement text not null,
  open_due_date date,                -- earliest due date of an open item, for the overdue filter
  create_time timestamptz not null,
  update_time timestamptz not null,
  issue_time timestamptz,
  close_time timestamptz,
  version bigint not null,
  constraint orders_pk primary key (district, id)
) with (fillfactor = 80);
create unique index orders_document_number_uq on orders (district, document_number)
  where document_number <> '';
create index orders_newest_ix on orders (district, create_time, id);
create index orders_venue_ix on orders (district, venue, create_time, id);
create index orders_inspection_ix on orders (district, inspection);
create index orders_open_due_ix on orders (district, open_due_date) where open_due_date is not null;

create table order_items (
  district text not null,
  order_id uuid not null,
  position int not null,
  finding text not null,
  catalog_code text not null,
  description text not null,
  basis text not null,
  required_action text not null,
  term_days int not null,
  stated_due_date date,
  due_date date,                     -- as printed in the served order; never recomputed
  rectify_time timestamptz,
  constraint order_items_pk primary key (district, order_id, position),
  constraint order_items_order_fk foreign key (district, order_id) references orders
);

create table order_approvals (
  district text not null,
  order_id uuid not null,
  position int not null,
  role text not null,
  approver text not null,            -- '' while open
  approve_time timestamptz,
  opinion text not null,
  constraint order_approvals_pk primary key (district, order_id, position),
  constraint order_approvals_order_fk foreign key (district, order_id) references orders
);

create table order_reports (
  district text not null,
  order_id uuid not null,
  position int not null,
  report_time timestamptz not null,
  reporter text not null,
  statement text not null,
  constraint order_reports_pk primary key (district, order_id, position),
  constraint order_reports_order_fk foreign key (district, order_id) references orders
);

create table rechecks (
  district text not null,
  order_id uuid not null,
  position int not null,
  recheck_time timestamptz not null,
  officers text[] not null,
  constraint rechecks_pk primary key (district, order_id, position),
  constraint rechecks_order_fk foreign key (district, order_id) references orders
);

create table recheck_results (
  district text not null,
  order_id uuid not null,
  recheck_position int not null,
  position int not null,
  finding text not null,
  rectified boolean not null,
  note text not null,
  constraint recheck_results_pk primary key (district, order_id, recheck_position, position),
  constraint recheck_results_recheck_fk foreign key (district, order_id, recheck_position)
    references rechecks
);

-- The counter's row is locked from the drawing of a number until the commit of the issue, so a
-- failed issue leaves no hole.
create table document_counters (
  district text not null,
  organ text not null,
  code text not null,
  year int not null,
  last_serial bigint not null,
  constraint document_counters_pk primary key (district, organ, code, year)
) with (fillfactor = 50);

-- The register of numbers (发文登记). A number is never given twice, also after its document was
-- voided.
create table document_numbers (
  district text not null,
  organ text not null,
  code text not null,
  year int not null,
  serial bigint not null,
  number text not null,
  order_id uuid not null,
  state text not null,
  reason text not null,
  issue_time timestamptz not null,
  void_time timestamptz,
  constraint document_numbers_pk primary key (district, organ, code, year, serial),
  constraint document_numbers_state_ck check (state in ('USED', 'VOIDED'))
);
create index document_numbers_order_ix on document_numbers (district, order_id);

create table clocks (
  district text not null,
  id uuid not null,
  kind text not null,
  title text not null,
  subject text not null,
  findings text[] not null,
  owner text not null,
  venue text not null,
  reminder_ladder text not null,
  start_time timestamptz not null,
  amount int,                        -- null: the date is stated in the order
  unit smallint,
  coercive boolean,
  basis text,
  due_time timestamptz not null,
  due_date date,
  first_due_date date,
  provisional boolean not null,
  calendar_version text not null,
  state smallint not null,
  overdue_announced boolean not null,
  end_time timestamptz,
  met_in_time boolean not null,
  version bigint not null,
  constraint clocks_pk primary key (district, id)
) with (fillfactor = 80);
create index clocks_due_ix on clocks (district, due_time, id);
create index clocks_owner_ix on clocks (district, owner, due_time, id);
create index clocks_running_ix on clocks (district, subject) where state = 1;
create index clocks_findings_ix on clocks using gin (findings);
-- The timer looks for what is due next in all districts at once.
create index clocks_unannounced_ix on clocks (due_time) where state = 1 and not overdue_announced;

create table clock_changes (
  district text not null,
  clock_id uuid not null,
  position int not null,
  change_time timestamptz not null,
  old_due_date date,
  new_due_date date,
  old_calendar_version text not null,
  new_calendar_version text not null,
  reason text not null,
  constraint clock_changes_pk primary key (district, clock_id, position),
  constraint clock_changes_clock_fk foreign key (district, clock_id) references clocks
);

-- Calendars are national, so they have no district. Every version stays, because due dates rest on
-- it.
create table calendar_years (
  year int not null,
  version int not null,
  revision bigint not null,          -- counts the imports of the year
  notice text not null,
  import_time timestamptz not null,
  workday_count int not null,
  changed_clock_count int not null,
  constraint calendar_years_pk primary key (year, version)
);

create table calendar_days (
  year int not null,
  version int not null,
  day date not null,
  day_class smallint not null,
  name text not null,
  constraint calendar_days_pk primary key (year, version, day),
  constraint calendar_days_year_fk foreign key (year, version) references calendar_years
);

-- One row: tells whether a calendar in memory is still the newest, and makes imports take turns.
create table calendar_head (
  only_row boolean not null default true,
  revision bigint not null,
  constraint calendar_head_pk primary key (only_row),
  constraint calendar_head_only_row_ck check (only_row)
);
insert into calendar_head (revision) values (0);
