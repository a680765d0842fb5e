#include "libs/events/sequencer.h"

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "libs/base/failpoint.h"
#include "libs/base/planted.h"
#include "libs/base/status_macros.h"
#include "libs/events/command.h"
#include "libs/events/log_rows.h"
#include "libs/events/protocol.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"

namespace rectify::events {
namespace {

constexpr int kOutboxBatch = 500;

// An idle look must not write, hence the check of the outbox before the row lock; by its index,
// which skips the rows that were moved away and not yet vacuumed. A paused holder of the lock loses
// it after 2 s together with its session, so its late commit fails. Moving joins two sets of one
// size that no index could help with.
#define RECTIFY_HEAD                                                \
  "select epoch, position, chain, sysid, timeline,"                 \
  " (select system_identifier from pg_control_system()),"           \
  " substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),"           \
  " set_config('idle_in_transaction_session_timeout', '2s', true)," \
  " set_config('enable_hashjoin', 'on', true)"                      \
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
  select id, aggregate, aggregate_version, type, audience, payload, feeds
    from outbox order by id limit $1::bigint)sql"};

// The naive order of a planted bug: a transaction that drew its id earlier may commit later.
constexpr pg::Statement kReadNewer = {"events.read_newer", R"sql(
  select id, aggregate, aggregate_version, type, audience, payload, feeds from outbox
   where id > (select coalesce(max(outbox_id), 0) from event_log)
   order by id limit $1::bigint)sql"};

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

// It travels with COMMIT, so the count is checked here: a row that is gone leaves the head without
// a position, and its constraint ends the transaction.
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
    returning position, epoch, chain, aggregate, aggregate_version, type, payload, actor,
              request_id, trace, occurred_at, audience
  ), fed as (
    insert into feed_log (feed, position, event_position, chain)
    select * from unnest($6::text[], $7::bigint[], $8::bigint[], $9::bytea[])
  ), advanced as (
    update source_head
       set position = case when (select count(*) from moved) = cardinality($1::bigint[])
                           then $10::bigint end,
           chain = $11::bytea, updated_at = $5::timestamptz
     where source = $12::text
  )
  select * from logged order by position)sql"};

struct Head {
  FeedEnd end;
  Origin origin;  // of the database now
};

// `rows`: what the lock answered; nullopt when another replica has the turn or there is no work.
absl::StatusOr<std::optional<Head>> TakeTurn(pg::Tx& tx, const std::string& source, absl::Time now,
                                             const pg::Rows& rows) {
  if (rows.empty()) return std::optional<Head>();
  const pg::Row row = rows[0];
  Head head{{static_cast<int32_t>(row.Int(0)), row.Int(1), row.Bytes(2)},
            {row.Int(5), row.Text(6)}};
  const int32_t epoch = EpochAt(head.end.epoch, {row.Int(3), row.Text(4)}, head.origin);
  if (epoch != head.end.epoch && !RECTIFY_PLANTED("timeline_ignored")) {
    log::Warning("event_epoch_started",
                 {{"source", source}, {"epoch", epoch}, {"fork_position", head.end.position}});
    RETURN_IF_ERROR(tx.Exec(kAddEpoch, {source, epoch, head.end.position, head.origin.sysid,
                                        head.origin.timeline, now})
                        .status());
    RETURN_IF_ERROR(
        tx.Exec(kStoreEpoch, {source, epoch, head.origin.sysid, head.origin.timeline, now})
            .status());
    RECTIFY_FAILPOINT("sequencer.after_epoch");
    head.end.epoch = epoch;
  }
  return std::optional<Head>(std::move(head));
}

std::vector<Unsequenced> ToOutbox(const pg::Rows& rows) {
  std::vector<Unsequenced> outbox;
  outbox.reserve(static_cast<size_t>(rows.size()));
  for (const pg::Row row : rows) {
    outbox.push_back({row.Int(0), row.Text(1), row.Int(2), row.Text(3),
                      static_cast<int>(row.Int(4)), row.Bytes(5), row.TextArray(6)});
  }
  return outbox;
}

std::map<std::string, FeedEnd> ToFeedEnds(const std::string& source,
                                          const std::vector<std::string>& feeds,
                                          const pg::Rows& rows) {
  std::map<std::string, FeedEnd> ends;
  for (const std::string& feed : feeds) ends[feed].chain = GenesisChain(source, feed);
  for (const pg::Row row : rows) ends[row.Text(0)] = FeedEnd{0, row.Int(1), row.Bytes(2)};
  return ends;
}

// The ends of those that only events of the batch name: few sources have any.
absl::Status AddNamedFeeds(pg::Tx& tx, const std::string& source,
                           const std::vector<Unsequenced>& outbox,
                           std::map<std::string, FeedEnd>& ends) {
  std::set<std::string> named;
  for (const Unsequenced& event : outbox) named.insert(event.feeds.begin(), event.feeds.end());
  if (named.empty()) return absl::OkStatus();
  const std::vector<std::string> feeds(named.begin(), named.end());
  ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kReadFeedEnds, {feeds}));
  ends.merge(ToFeedEnds(source, feeds, rows));
  return absl::OkStatus();
}

absl::Status MoveRows(pg::Tx& tx, const std::string& source, const std::vector<Unsequenced>& outbox,
                      const Links& links, absl::Time now, pg::Rows* logged) {
  std::vector<int64_t> ids, positions, feed_positions, feed_events;
  std::vector<std::string> feeds;
  std::vector<pg::Bytes> chains, feed_chains;
  for (const Unsequenced& event : outbox) ids.push_back(event.id);
  for (const Link& link : links.log) {
    positions.push_back(link.position);
    chains.push_back({link.chain});
  }
  for (const FeedLink& entry : links.filtered) {
    feeds.push_back(entry.feed);
    feed_positions.push_back(entry.link.position);
    feed_events.push_back(entry.event_position);
    feed_chains.push_back({entry.link.chain});
  }
  return tx.Ask(kMove,
                {ids, positions, chains, links.head.epoch, now, feeds, feed_positions, feed_events,
                 feed_chains, links.head.position, pg::Bytes{links.head.chain}, source},
                logged);
}

}  // namespace

Sequencer::Sequencer(pg::Pool& pool, std::string source, const Clock& clock)
    : pool_(pool), source_(std::move(source)), clock_(clock) {}

// Readers learn of a fork at once, not with the first event after it.
absl::Status Sequencer::NoteFork() {
  if (fork_noted_) return absl::OkStatus();
  const auto note = [&](pg::Tx& tx) -> absl::StatusOr<bool> {
    ASSIGN_OR_RETURN(const pg::Rows rows, tx.Exec(kTryHeadAnyway, {source_}));
    ASSIGN_OR_RETURN(const std::optional<Head> head, TakeTurn(tx, source_, clock_.Now(), rows));
    return head.has_value();
  };
  ASSIGN_OR_RETURN(fork_noted_, pool_.TransactValue("events.note_fork", {}, note));
  return absl::OkStatus();
}

absl::StatusOr<int> Sequencer::Move(bool wait_for_turn, FeedSlice* fresh) {
  RETURN_IF_ERROR(NoteFork());
  const std::vector<std::string> feeds = FilteredFeedsOf(kDepartments | kDiscipline);
  FeedEnd before;
  pg::Rows logged;
  const auto move = [&](pg::Tx& tx) -> absl::StatusOr<int> {
    const absl::Time now = clock_.Now();
    // In one round trip, and yet each sees what was committed when the one before it was done: the
    // outbox and the feeds are read under the lock.
    ASSIGN_OR_RETURN(
        const std::vector<pg::Rows> rows,
        tx.ExecAll({{wait_for_turn ? kLockHead : kTryHead, {source_}},
                    {RECTIFY_PLANTED("newer_ids_only") ? kReadNewer : kReadOutbox, {kOutboxBatch}},
                    {kReadFeedEnds, {feeds}}}));
    ASSIGN_OR_RETURN(std::optional<Head> head, TakeTurn(tx, source_, now, rows[0]));
    const std::vector<Unsequenced> outbox = ToOutbox(rows[1]);
    if (!head.has_value() || outbox.empty()) return 0;
    RECTIFY_FAILPOINT("sequencer.after_read");
    before = head->end;
    std::map<std::string, FeedEnd> ends = ToFeedEnds(source_, feeds, rows[2]);
    RETURN_IF_ERROR(AddNamedFeeds(tx, source_, outbox, ends));
    const Links links = LinkBatch(outbox, std::move(head->end), std::move(ends));
    RETURN_IF_ERROR(MoveRows(tx, source_, outbox, links, now, &logged));
    RECTIFY_FAILPOINT("sequencer.after_move");
    return static_cast<int>(outbox.size());
  };
  ASSIGN_OR_RETURN(const int count, pool_.TransactValue("events.sequence", {}, move));
  if (count == 0) return count;
  RECTIFY_FAILPOINT("sequencer.after_commit");
  if (fresh != nullptr) {
    fresh->events = ToEvents(logged, 0, source_, kInternalFeed, before.chain);
    fresh->anchor = std::move(before);
  }
  metrics::Count("rectify_events_sequenced_total", {{"source", source_}}, count);
  return count;
}

absl::StatusOr<int> Sequencer::Turn() { return Move(/*wait_for_turn=*/false, nullptr); }

absl::StatusOr<int> Sequencer::Drain(FeedSlice* fresh) {
  int total = 0;
  while (true) {
    ASSIGN_OR_RETURN(const int moved, Move(/*wait_for_turn=*/true, fresh));
    total += moved;
    if (moved < kOutboxBatch) return total;  // the outbox held no more
  }
}

}  // namespace rectify::events
