#include "libs/events/sequencer.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/events/command.h"
#include "libs/events/feed.h"
#include "libs/events/log_rows.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"

namespace rectify::events {
namespace {

constexpr int kBatch = 500;

// An idle look must not write, hence the check of the outbox before the row lock; by its index,
// which skips the rows that were moved away and not yet vacuumed. A paused holder
// of the lock loses it after 2 s together with its session, so its late commit fails.
#define RECTIFY_HEAD                                               \
  "select epoch, position, chain, sysid, timeline,"                \
  " (select system_identifier from pg_control_system()),"          \
  " substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),"          \
  " set_config('idle_in_transaction_session_timeout', '2s', true)" \
  " from source_head where source = $1::text"
#define RECTIFY_IF_WORK " and (select id from outbox order by id limit 1) is not null"
constexpr pg::Statement kTryHead = {"events.try_head",
                                    RECTIFY_HEAD RECTIFY_IF_WORK " for no key update skip locked"};
constexpr pg::Statement kLockHead = {"events.lock_head",
                                     RECTIFY_HEAD RECTIFY_IF_WORK " for no key update"};
constexpr pg::Statement kTryHeadAnyway = {"events.try_head_anyway",
                                          RECTIFY_HEAD " for no key update skip locked"};
#undef RECTIFY_IF_WORK
#undef RECTIFY_HEAD

constexpr pg::Statement kReadOutbox = {"events.read_outbox", R"sql(
  select id, aggregate, aggregate_version, type, audience, payload
    from outbox order by id limit $1::bigint)sql"};

constexpr pg::Statement kReadFeedEnds = {"events.read_feed_ends", R"sql(
  select f.feed, l.position, l.chain
    from unnest($1::text[]) as f(feed)
   cross join lateral (select position, chain from feed_log
                        where feed = f.feed order by position desc limit 1) l)sql"};

constexpr pg::Statement kAddEpoch = {"events.add_epoch", R"sql(
  insert into source_epoch (source, epoch, fork_position, sysid, timeline, started_at)
  values ($1::text, $2::int, $3::bigint, $4::bigint, $5::text, $6::timestamptz))sql"};

constexpr pg::Statement kStoreEpoch = {"events.store_epoch", R"sql(
  update source_head set epoch = $2::int, sysid = $3::bigint, timeline = $4::text,
         updated_at = $5::timestamptz
   where source = $1::text)sql"};

constexpr pg::Statement kMove = {"events.move", R"sql(
  with moved as (
    delete from outbox where id = any($1::bigint[]) returning *
  ), logged as (
    insert into event_log (position, epoch, outbox_id, aggregate, aggregate_version, type, audience,
                           payload, actor, request_id, trace, occurred_at, sequenced_at, chain)
    select t.position, $4::int, m.id, m.aggregate, m.aggregate_version, m.type, m.audience,
           m.payload, m.actor, m.request_id, m.trace, m.occurred_at, $5::timestamptz, t.chain
      from moved m
      join unnest($1::bigint[], $2::bigint[], $3::bytea[]) as t(id, position, chain) on t.id = m.id
     order by t.position
  ), fed as (
    insert into feed_log (feed, position, event_position, chain)
    select * from unnest($6::text[], $7::bigint[], $8::bigint[], $9::bytea[])
  )
  update source_head
     set position = $10::bigint, chain = $11::bytea, updated_at = $5::timestamptz
   where source = $12::text
  returning (select count(*) from moved))sql"};

struct Head {
  int32_t epoch;
  int64_t position;
  std::string chain;
  int64_t sysid;
  std::string timeline;
};

struct FilteredFeed {
  int bit;
  const char* name;
};
constexpr FilteredFeed kFilteredFeeds[] = {{kDepartments, kDepartmentsFeed},
                                           {kDiscipline, kDisciplineFeed}};

// The columns of one turn's rows.
struct Batch {
  std::vector<int64_t> ids, positions;
  std::vector<pg::Bytes> chains;
  std::vector<std::string> feeds;
  std::vector<int64_t> feed_positions, feed_events;
  std::vector<pg::Bytes> feed_chains;
};

// A restored or promoted database has another system id or timeline: what it wrote before may have
// been undone for readers, so its next positions belong to a new epoch.
absl::Status StartEpoch(pg::Tx& tx, const std::string& source, absl::Time now, Head& head) {
  ++head.epoch;
  log::Warning("event_epoch_started",
               {{"source", source}, {"epoch", head.epoch}, {"fork_position", head.position}});
  RETURN_IF_ERROR(
      tx.Exec(kAddEpoch, {source, head.epoch, head.position, head.sysid, head.timeline, now})
          .status());
  return tx.Exec(kStoreEpoch, {source, head.epoch, head.sysid, head.timeline, now}).status();
}

absl::StatusOr<std::optional<Head>> TakeTurn(pg::Tx& tx, const std::string& source, absl::Time now,
                                             const pg::Statement& lock) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(lock, {source}));
  if (rows.empty()) return std::optional<Head>();
  const pg::Row row = rows[0];
  Head head{static_cast<int32_t>(row.Int(0)), row.Int(1), row.Bytes(2), row.Int(5), row.Text(6)};
  if (row.Int(3) != head.sysid || row.Text(4) != head.timeline) {
    RETURN_IF_ERROR(StartEpoch(tx, source, now, head));
  }
  return std::optional<Head>(std::move(head));
}

absl::StatusOr<std::map<std::string, FeedEnd>> FilteredEnds(pg::Tx& tx, const std::string& source,
                                                            const pg::Rows& outbox) {
  int audiences = 0;
  for (const pg::Row row : outbox) audiences |= static_cast<int>(row.Int(4));
  std::map<std::string, FeedEnd> ends;
  std::vector<std::string> names;
  for (const FilteredFeed& feed : kFilteredFeeds) {
    if ((audiences & feed.bit) == 0) continue;
    ends[feed.name].chain = GenesisChain(source, feed.name);
    names.push_back(feed.name);
  }
  if (names.empty()) return ends;
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kReadFeedEnds, {names}));
  for (const pg::Row row : rows) ends[row.Text(0)] = FeedEnd{0, row.Int(1), row.Bytes(2)};
  return ends;
}

Batch LinkEvents(const pg::Rows& outbox, Head& head, std::map<std::string, FeedEnd> ends) {
  Batch batch;
  for (const pg::Row row : outbox) {
    const std::string aggregate = row.Text(1), type = row.Text(3), payload = row.Bytes(5);
    const int64_t version = row.Int(2);
    ++head.position;
    head.chain =
        ChainHash(head.chain, head.position, head.epoch, aggregate, version, type, payload);
    batch.ids.push_back(row.Int(0));
    batch.positions.push_back(head.position);
    batch.chains.push_back({head.chain});
    for (const FilteredFeed& feed : kFilteredFeeds) {
      if ((row.Int(4) & feed.bit) == 0) continue;
      FeedEnd& end = ends[feed.name];
      ++end.position;
      end.chain = ChainHash(end.chain, end.position, head.epoch, aggregate, version, type, payload);
      batch.feeds.push_back(feed.name);
      batch.feed_positions.push_back(end.position);
      batch.feed_events.push_back(head.position);
      batch.feed_chains.push_back({end.chain});
    }
  }
  return batch;
}

}  // namespace

Sequencer::Sequencer(pg::Pool& pool, std::string source, const Clock& clock)
    : pool_(pool), source_(std::move(source)), clock_(clock) {}

// Readers learn of a fork at once, not with the first event after it.
absl::Status Sequencer::NoteFork() {
  if (fork_noted_) return absl::OkStatus();
  const auto note = [&](pg::Tx& tx) -> absl::StatusOr<bool> {
    ASSIGN_OR_RETURN(const std::optional<Head> head,
                     TakeTurn(tx, source_, clock_.Now(), kTryHeadAnyway));
    return head.has_value();
  };
  ASSIGN_OR_RETURN(fork_noted_, pool_.TransactValue("events.note_fork", {}, note));
  return absl::OkStatus();
}

absl::StatusOr<int> Sequencer::Move(bool wait_for_turn) {
  RETURN_IF_ERROR(NoteFork());
  const auto move = [&](pg::Tx& tx) -> absl::StatusOr<int> {
    const absl::Time now = clock_.Now();
    ASSIGN_OR_RETURN(std::optional<Head> head,
                     TakeTurn(tx, source_, now, wait_for_turn ? kLockHead : kTryHead));
    if (!head.has_value()) return 0;
    ASSIGN_OR_RETURN(pg::Rows outbox, tx.Exec(kReadOutbox, {kBatch}));
    if (outbox.empty()) return 0;
    ASSIGN_OR_RETURN(auto ends, FilteredEnds(tx, source_, outbox));
    const Batch batch = LinkEvents(outbox, *head, std::move(ends));
    ASSIGN_OR_RETURN(
        pg::Rows moved,
        tx.Exec(kMove, {batch.ids, batch.positions, batch.chains, head->epoch, now, batch.feeds,
                        batch.feed_positions, batch.feed_events, batch.feed_chains, head->position,
                        pg::Bytes{head->chain}, source_}));
    if (moved.empty() || moved[0].Int(0) != outbox.size()) {
      return absl::InternalError("the outbox changed under the sequencer's lock");
    }
    return outbox.size();
  };
  ASSIGN_OR_RETURN(const int count, pool_.TransactValue("events.sequence", {}, move));
  if (count > 0) metrics::Count("rectify_events_sequenced_total", {{"source", source_}}, count);
  return count;
}

absl::StatusOr<int> Sequencer::Turn() { return Move(/*wait_for_turn=*/false); }

absl::StatusOr<int> Sequencer::Drain() {
  int total = 0;
  while (true) {
    ASSIGN_OR_RETURN(const int moved, Move(/*wait_for_turn=*/true));
    if (moved == 0) return total;
    total += moved;
  }
}

}  // namespace rectify::events
