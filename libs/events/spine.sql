-- What every service's schema has: repeatable commands, the event log, the audit trail and the
-- cursors of consumers. @source@ is replaced by the service's name. No statement calls now().

create table idempotency (
  caller text not null,
  method text not null,
  request_id uuid not null,
  fingerprint bytea not null,
  response bytea,
  created_at timestamptz not null,
  primary key (caller, method, request_id)
);
-- Only the purge reads by time, and rows lie in the table in that order.
create index idempotency_created_at on idempotency
  using brin (created_at) with (pages_per_range = 16, autosummarize = on);

-- Committed events that have no position yet; a row lives for milliseconds. `id` is drawn while the
-- aggregate's row is locked, so for one aggregate a later version has a higher id.
create table outbox (
  id bigint generated always as identity (cache 1) primary key,
  aggregate text not null,
  aggregate_version bigint not null,
  type text not null,
  audience smallint not null,
  feeds text[] not null default '{}',  -- named ones, besides those of the audience
  payload bytea not null,
  actor text not null,
  request_id uuid,
  trace text not null,
  occurred_at timestamptz not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, fillfactor = 80);

-- One row: the sequencer's lock, its state and its fence. sysid and timeline tell whether the
-- history may have been forked by a restore or a failover since the last turn.
create table source_head (
  source text primary key,
  epoch int not null,
  position bigint not null,
  chain bytea not null check (octet_length(chain) = 32),
  sysid bigint not null,
  timeline text not null,
  updated_at timestamptz
) with (fillfactor = 20);

insert into source_head (source, epoch, position, chain, sysid, timeline)
select '@source@', 1, 0, sha256(convert_to('rectify/@source@', 'UTF8')),
       (select system_identifier from pg_control_system()),
       substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8);

-- One row per fork: positions up to fork_position are common with the earlier epochs.
create table source_epoch (
  source text not null,
  epoch int not null,
  fork_position bigint not null,
  sysid bigint not null,
  timeline text not null,
  started_at timestamptz not null,
  primary key (source, epoch)
);

-- Append-only. No unique key besides the position: one bad row must not stall a whole source.
create table event_log (
  position bigint primary key,
  epoch int not null,
  outbox_id bigint not null,
  aggregate text not null,
  aggregate_version bigint not null,
  type text not null,
  audience smallint not null,
  payload bytea not null,
  actor text not null,
  request_id uuid,
  trace text not null,
  occurred_at timestamptz not null,
  sequenced_at timestamptz not null,
  chain bytea not null check (octet_length(chain) = 32)
);
create index event_log_aggregate on event_log (aggregate, aggregate_version);

-- The filtered feeds: dense positions and a chain of their own over a part of event_log.
create table feed_log (
  feed text not null,
  position bigint not null,
  event_position bigint not null,
  chain bytea not null check (octet_length(chain) = 32),
  primary key (feed, position)
);

-- Append-only.
create table audit_entry (
  id bigint generated always as identity primary key,
  occurred_at timestamptz not null,
  actor text not null,
  roles text[] not null,
  action text not null,
  subject text not null,
  related text[] not null,
  summary text not null,
  details jsonb not null,
  request_id uuid,
  trace text not null
);
-- The short pending list bounds what a search has to read besides the index itself.
create index audit_entry_subjects on audit_entry
  using gin (array_prepend(subject, related)) with (gin_pending_list_limit = 256);

-- How far this service has applied another source's events. The failed_* columns count the tries of
-- the one event that can't be applied at present.
create table consumer_cursor (
  consumer text not null,
  source text not null,
  epoch int not null default 0,
  position bigint not null default 0,
  chain bytea not null default '',
  failed_position bigint,
  failed_attempts int not null default 0,
  first_failed_at timestamptz,
  updated_at timestamptz,
  primary key (consumer, source)
) with (fillfactor = 20);

-- Events that could not be applied, and the later ones of the same aggregates, kept for a replay in
-- order.
create table parked_event (
  consumer text not null,
  source text not null,
  position bigint not null,
  aggregate text not null,
  envelope bytea not null,
  error text not null,
  parked_at timestamptz not null,
  primary key (consumer, source, position)
);
