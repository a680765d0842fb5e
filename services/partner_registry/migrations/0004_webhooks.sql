-- Webhooks: where the events of a partner's feed are brought, and what became of them. All times are real.

create table webhooks (
  district text not null,
  partner uuid not null,
  id uuid not null,
  url text not null,
  state smallint not null,             -- 1 active, 2 paused, 3 stopped
  position bigint not null,            -- in the partner's feed, of the last event that was taken
  failed_attempts int not null,        -- of the next event
  next_attempt_time timestamptz not null,
  last_failure text not null,
  replay_after bigint not null,        -- the range that is brought again; 0, 0: none
  replay_to bigint not null,
  create_time timestamptz not null,
  version bigint not null,
  -- Who brings its events at present, and until when nobody else does.
  holder uuid,
  held_until timestamptz,
  constraint webhooks_district_partner_id_pk primary key (district, partner, id),
  constraint webhooks_partner_fk foreign key (district, partner) references partners (district, id),
  constraint webhooks_state_ck check (state between 1 and 3),
  constraint webhooks_replay_ck check (replay_after <= replay_to and replay_to <= position)
);
create index webhooks_district_partner_create_time on webhooks (district, partner, create_time, id);
create index webhooks_next_attempt_time on webhooks (next_attempt_time) where state = 1;

create table webhook_keys (
  webhook uuid not null,
  id uuid not null,
  kind smallint not null,              -- 1 HMAC-SHA-256, 2 Ed25519
  secret bytea not null,               -- encrypted
  create_time timestamptz not null,
  expire_time timestamptz,             -- null: the newest
  constraint webhook_keys_webhook_id_pk primary key (webhook, id)
);

create table webhook_deliveries (
  webhook uuid not null,
  position bigint not null,
  epoch int not null,
  event_type text not null,
  subject text not null,
  state smallint not null,             -- 1 failed, 2 delivered, 3 dead
  attempts int not null,
  first_attempt_time timestamptz not null,
  last_attempt_time timestamptz not null,
  last_reply text not null,
  body_sha256 bytea not null,
  constraint webhook_deliveries_webhook_position_epoch_pk primary key (webhook, position, epoch)
);
create index webhook_deliveries_dead on webhook_deliveries (webhook, position, epoch) where state = 3;
create index webhook_deliveries_last_attempt_time on webhook_deliveries (last_attempt_time)
  where state = 2;
