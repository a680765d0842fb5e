-- Collective deliberations behind the decisions on orders, with every opinion.

create table order_deliberations (
  district text not null,
  order_id uuid not null,
  act smallint not null,             -- 1: extension, 2: decision on what follows
  act_position int not null,
  meet_time timestamptz not null,
  place text not null,
  chair text not null,
  minutes text not null,
  carried boolean not null,
  constraint order_deliberations_pk primary key (district, order_id, act, act_position),
  constraint order_deliberations_order_fk foreign key (district, order_id) references orders,
  constraint order_deliberations_act_ck check (act in (1, 2))
);

create table order_deliberation_people (
  district text not null,
  order_id uuid not null,
  act smallint not null,
  act_position int not null,
  position int not null,
  part smallint not null,            -- 1: took part, 2: absent, 3: recused
  officer text not null,
  agrees boolean not null,
  words text not null,               -- the opinion, or why not there
  constraint order_deliberation_people_pk
    primary key (district, order_id, act, act_position, position),
  constraint order_deliberation_people_deliberation_fk
    foreign key (district, order_id, act, act_position) references order_deliberations,
  constraint order_deliberation_people_part_ck check (part in (1, 2, 3))
);
