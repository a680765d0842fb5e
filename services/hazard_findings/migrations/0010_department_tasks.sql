-- Tasks that campaigns give departments. Old code does not know the table.

create table department_tasks (
  district text not null,
  id uuid not null,
  campaign text not null,        -- resource name
  department text not null,      -- resource name in the registry
  text text not null,
  due_date date not null,
  first_due_date date not null,  -- of the assignment
  state smallint not null,       -- 1 assigned, 2 reported, 3 accepted
  report text not null,
  report_time timestamptz,
  return_reason text not null,
  return_count int not null,
  create_time timestamptz not null,
  accept_time timestamptz,
  version bigint not null,
  constraint department_tasks_district_id_pk primary key (district, id),
  constraint department_tasks_report_time_ck check (state = 1 or report_time is not null),
  constraint department_tasks_accept_time_ck check ((state = 3) = (accept_time is not null))
);
create index department_tasks_district_due_date_id on department_tasks (district, due_date, id);
create index department_tasks_district_campaign on department_tasks (district, campaign, state, due_date, id);
create index department_tasks_district_department on department_tasks (district, department, due_date, id);
