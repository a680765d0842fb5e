-- Partners: the systems of other departments, their keys, and what they have used of each minute. Times
-- of keys and minutes are real time, like those of tokens.

create table partners (
  district text not null,
  id uuid not null,
  display_name text not null,
  role smallint not null,              -- number in the contract
  posts text[] not null,               -- resource names of streets or departments
  scopes text[] not null,              -- methods, or services with .*
  requests_per_minute int not null,
  state smallint not null,             -- 1 active, 2 suspended
  version bigint not null,
  create_time timestamptz not null,
  update_time timestamptz not null,
  constraint partners_district_id_pk primary key (district, id),
  constraint partners_district_display_name_uq unique (district, display_name),
  constraint partners_state_ck check (state between 1 and 2),
  constraint partners_requests_per_minute_ck check (requests_per_minute between 1 and 60000)
);
create index partners_district_create_time_id on partners (district, create_time, id);

create table api_keys (
  district text not null,
  id uuid not null,
  partner uuid not null,
  secret_sha256 bytea not null,        -- 256 random bits need no slower hash
  networks text[] not null,
  expire_time timestamptz not null,
  create_time timestamptz not null,
  revoke_time timestamptz,
  constraint api_keys_district_id_pk primary key (district, id),
  constraint api_keys_partner_fk foreign key (district, partner) references partners (district, id)
);
create index api_keys_district_partner on api_keys (district, partner, create_time, id);
-- Who shows a key tells its id and no district.
create unique index api_keys_id on api_keys (id);

-- Survives whatever happens to a gateway or to Redis.
create table used_minutes (
  district text not null,
  partner uuid not null,
  minute timestamptz not null,
  used int not null,
  constraint used_minutes_district_partner_minute_pk primary key (district, partner, minute)
);
create index used_minutes_minute on used_minutes (minute);
