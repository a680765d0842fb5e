// The statements of Consumer. Used inside libs/events only.
#pragma once

#include "libs/pg/pool.h"

namespace rectify::events::sql {

constexpr pg::Statement kReadCursor = {"events.read_cursor", R"sql(
  select epoch, position, chain from consumer_cursor
   where consumer = $1::text and source = $2::text)sql"};

constexpr pg::Statement kAddCursor = {"events.add_cursor", R"sql(
  insert into consumer_cursor (consumer, source) values ($1::text, $2::text)
  on conflict do nothing)sql"};

constexpr pg::Statement kTryCursor = {"events.try_cursor", R"sql(
  select epoch, position, chain, failed_position, failed_attempts, first_failed_at
    from consumer_cursor where consumer = $1::text and source = $2::text
     for no key update skip locked)sql"};

constexpr pg::Statement kLockCursor = {"events.lock_cursor", R"sql(
  select epoch, position, chain, failed_position, failed_attempts, first_failed_at
    from consumer_cursor where consumer = $1::text and source = $2::text
     for no key update)sql"};

constexpr pg::Statement kStoreCursor = {"events.store_cursor", R"sql(
  update consumer_cursor
     set epoch = $3::int, position = $4::bigint, chain = $5::bytea, failed_position = $6::bigint,
         failed_attempts = $7::int, first_failed_at = $8::timestamptz, updated_at = $9::timestamptz
   where consumer = $1::text and source = $2::text)sql"};

constexpr pg::Statement kParkedAggregates = {"events.parked_aggregates", R"sql(
  select distinct aggregate from parked_event
   where consumer = $1::text and source = $2::text)sql"};

constexpr pg::Statement kCountParked = {"events.count_parked", R"sql(
  select count(*) from parked_event where consumer = $1::text and source = $2::text)sql"};

constexpr pg::Statement kPark = {"events.park", R"sql(
  insert into parked_event (consumer, source, position, aggregate, envelope, error, parked_at)
  values ($1::text, $2::text, $3::bigint, $4::text, $5::bytea, $6::text, $7::timestamptz))sql"};

constexpr pg::Statement kNextParked = {"events.next_parked", R"sql(
  select position, envelope from parked_event
   where consumer = $1::text and source = $2::text and aggregate <> all($3::text[])
   order by position limit 1)sql"};

constexpr pg::Statement kUnpark = {"events.unpark", R"sql(
  delete from parked_event
   where consumer = $1::text and source = $2::text and position = $3::bigint)sql"};

constexpr pg::Statement kNoteError = {"events.note_error", R"sql(
  update parked_event set error = $4::text
   where consumer = $1::text and source = $2::text and position = $3::bigint)sql"};

}  // namespace rectify::events::sql
