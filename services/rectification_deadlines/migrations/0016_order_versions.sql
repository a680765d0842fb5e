-- Orders after each of their changes, for questions as of a day. Append-only. Versions that were
-- there before this table are recorded by the service when it starts.
create table order_versions (
  district text not null,
  order_id uuid not null,
  version bigint not null,
  record_time timestamptz not null,
  state smallint not null,
  document_number text not null,
  open_due_date date,
  message bytea not null,            -- rectify.deadline.v1.Order, persons masked
  constraint order_versions_pk primary key (district, order_id, version),
  constraint order_versions_order_fk foreign key (district, order_id) references orders
);

-- What an order was is a fact: whatever code runs, it is never written again.
create function keep_order_version() returns trigger language plpgsql as $$
begin
  raise exception 'version % of order % is kept', old.version, old.order_id
    using errcode = 'check_violation';
end $$;

create trigger order_versions_kept_ck before update or delete on order_versions
  for each row execute function keep_order_version();
