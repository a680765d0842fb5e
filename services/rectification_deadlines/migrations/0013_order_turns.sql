-- The turns that an order can take besides the straight way: extensions of its terms, what is
-- decided when they have ended in vain, and a second order for what is still open.

alter table orders
  add column predecessor text not null default '',
  add column successor text not null default '';

-- As served. An extension changes due_date only.
alter table order_items add column first_due_date date;
update order_items set first_due_date = due_date;

create table order_extensions (
  district text not null,
  order_id uuid not null,
  position int not null,
  state smallint not null,
  request_time timestamptz not null,
  requester text not null,
  reason text not null,
  safeguards text not null,
  wished_date date not null,
  decide_time timestamptz,
  decider text not null,
  decision text not null,
  document_number text not null,
  serve_method smallint,
  serve_time timestamptz,
  receiver bytea,                    -- personal: encrypted
  serve_officers text[],
  serve_proof text,
  serve_refusal text,
  constraint order_extensions_pk primary key (district, order_id, position),
  constraint order_extensions_order_fk foreign key (district, order_id) references orders
);

create table order_extension_items (
  district text not null,
  order_id uuid not null,
  extension_position int not null,
  position int not null,
  finding text not null,
  old_due_date date not null,
  due_date date,
  constraint order_extension_items_pk
    primary key (district, order_id, extension_position, position),
  constraint order_extension_items_extension_fk
    foreign key (district, order_id, extension_position) references order_extensions
);

create table order_decisions (
  district text not null,
  order_id uuid not null,
  position int not null,
  instrument smallint not null,
  state smallint not null,
  decide_time timestamptz not null,
  decider text not null,
  reason text not null,
  reference text not null,
  basis text not null,
  findings text[] not null,
  conclude_time timestamptz,
  outcome text not null,
  outcome_reference text not null,
  constraint order_decisions_pk primary key (district, order_id, position),
  constraint order_decisions_order_fk foreign key (district, order_id) references orders
);
