#include "libs/events/consumer.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/error.h"
#include "libs/base/failpoint.h"
#include "libs/base/planted.h"
#include "libs/base/status_macros.h"
#include "libs/events/consumer_sql.h"
#include "libs/events/consumer_state.h"
#include "libs/events/relay.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"

namespace rectify::events {
namespace {

using event::v1::EventEnvelope;

// Well below the connection's timeout of 5 s.
constexpr absl::Duration kLongestBlock = absl::Seconds(2);
constexpr absl::Duration kIdlePause = absl::Milliseconds(250);

Cause CauseOf(const EventEnvelope& event, const std::string& consumer) {
  return {absl::StrCat("services/", consumer),
          absl::StrCat(event.source(), "/", event.epoch(), "/", event.position()), event.trace(),
          event.request_id()};
}

// The envelopes of an XREAD reply for one stream: [[key, [[id, [field, value]], ...]]].
std::vector<EventEnvelope> ParseEntries(const redis::Reply& reply) {
  std::vector<EventEnvelope> events;
  if (reply.elements.size() != 1 || reply.elements[0].elements.size() != 2) return events;
  for (const redis::Reply& entry : reply.elements[0].elements[1].elements) {
    EventEnvelope event;
    if (entry.elements.size() != 2 || entry.elements[1].elements.size() != 2 ||
        !event.ParseFromString(entry.elements[1].elements[1].text)) {
      break;
    }
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace

Consumer::Consumer(ConsumerOptions options, Commands& commands, FeedReader& feed, Handler handler)
    : options_(std::move(options)),
      commands_(commands),
      feed_(feed),
      handler_(std::move(handler)),
      redis_(options_.redis_address) {}

absl::StatusOr<Cursor> Consumer::ReadCursor() {
  return commands_.pool().TransactValue(
      "events.cursor", {}, [&](pg::Tx& tx) -> absl::StatusOr<Cursor> {
        ASSIGN_OR_RETURN(pg::Rows rows,
                         tx.Exec(sql::kReadCursor, {options_.name, options_.source}));
        if (rows.empty()) {
          RETURN_IF_ERROR(tx.Exec(sql::kAddCursor, {options_.name, options_.source}).status());
          return Cursor{};
        }
        const pg::Row row = rows[0];
        return Cursor{static_cast<int32_t>(row.Int(0)), row.Int(1), row.Bytes(2)};
      });
}

absl::StatusOr<std::optional<Cursor>> Consumer::LockCursor(pg::Tx& tx, bool wait) {
  ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(wait ? sql::kLockCursor : sql::kTryCursor,
                                          {options_.name, options_.source}));
  if (rows.empty()) return std::optional<Cursor>();
  const pg::Row row = rows[0];
  return std::optional<Cursor>(Cursor{static_cast<int32_t>(row.Int(0)), row.Int(1), row.Bytes(2),
                                      row.OptInt(3), static_cast<int>(row.Int(4)), row.OptTime(5)});
}

Consumer::Events Consumer::ReadStream(const Cursor& cursor, absl::Duration wait) {
  std::vector<std::string> command = {"XREAD", "COUNT", absl::StrCat(options_.batch)};
  const int64_t block = absl::ToInt64Milliseconds(std::min(wait, kLongestBlock));
  if (block > 0) {  // BLOCK 0 would mean for ever
    command.push_back("BLOCK");
    command.push_back(absl::StrCat(block));
  }
  command.insert(command.end(), {"STREAMS", StreamKey(options_.source),
                                 absl::StrCat(cursor.epoch, "-", cursor.position)});
  absl::StatusOr<redis::Reply> reply = redis_.Command(command);
  if (!reply.ok()) {
    log::Debug("stream_not_readable", {{"error", std::string(reply.status().message())}});
    return {};
  }
  Events entries = ParseEntries(*reply);
  entries.resize(CountUsable(options_.source, cursor, entries));
  return entries;
}

absl::StatusOr<int> Consumer::ReadFeed(const Cursor& cursor, absl::Duration wait,
                                       bool wait_for_turn) {
  event::v1::ReadEventsRequest request;
  request.set_source(options_.source);
  request.set_feed(kInternalFeed);
  request.set_after_position(cursor.position);
  request.set_after_epoch(cursor.epoch);
  request.set_after_chain(cursor.chain);
  request.set_max_events(options_.batch);
  *request.mutable_wait() =
      google::protobuf::util::TimeUtil::MicrosecondsToDuration(absl::ToInt64Microseconds(wait));
  absl::StatusOr<event::v1::ReadEventsResponse> response = feed_.Read(request);
  NoteDivergence(cursor, response.status());
  RETURN_IF_ERROR(response.status());
  const Events events(response->events().begin(), response->events().end());
  Cursor last = cursor;
  for (const EventEnvelope& event : events) {
    if (!Follows(options_.source, last, event)) {
      return absl::DataLossError(absl::StrCat("the feed of ", options_.source,
                                              " is not linked at position ", event.position()));
    }
    last.Advance(event);
  }
  if (events.empty()) return 0;
  RECTIFY_FAILPOINT("consumer.after_feed");
  return Apply(events, wait_for_turn);
}

void Consumer::NoteDivergence(const Cursor& cursor, const absl::Status& answer) {
  const bool diverged = ReasonOf(answer) == "HISTORY_DIVERGED";
  if (diverged) {
    const std::optional<ErrorDetail> detail = DetailOf(answer);
    const auto fork = detail->metadata.find("fork_position");
    log::Error("history_diverged",
               {{"consumer", options_.name},
                {"source", options_.source},
                {"position", cursor.position},
                {"fork_position", fork == detail->metadata.end() ? "" : fork->second}});
  }
  // An answer of any other kind but OK tells nothing about the history.
  if (!diverged && !answer.ok()) return;
  const bool before = diverged_.has_value();
  diverged_ = diverged ? std::optional<std::string>(cursor.chain) : std::nullopt;
  if (before == diverged) return;
  metrics::SetGauge("rectify_events_history_diverged",
                    {{"consumer", options_.name}, {"source", options_.source}}, diverged ? 1 : 0);
}

absl::StatusOr<int> Consumer::StepOnce(absl::Duration wait) {
  ASSIGN_OR_RETURN(const Cursor cursor, ReadCursor());
  if (options_.redis_address.empty() || diverged_ == cursor.chain) {
    return ReadFeed(cursor, wait, /*wait_for_turn=*/false);
  }
  const Events events = ReadStream(cursor, wait);
  if (!events.empty()) {
    RECTIFY_FAILPOINT("consumer.after_stream");
    return Apply(events, /*wait_for_turn=*/false);
  }
  if (RECTIFY_PLANTED("trust_redis")) return 0;
  // Silence proves nothing: the relay may be down, the stream wiped or trimmed.
  return ReadFeed(cursor, absl::ZeroDuration(), /*wait_for_turn=*/false);
}

absl::StatusOr<int> Consumer::Step(absl::Duration wait) {
  const absl::Time resume = absl::Now() + std::min(wait, kIdlePause);
  absl::StatusOr<int> applied = StepOnce(wait);
  if (!applied.ok() || *applied == 0) absl::SleepFor(resume - absl::Now());
  return applied;
}

absl::StatusOr<int> Consumer::CatchUp(int64_t position) {
  int total = 0;
  if (reached_ >= position) return total;
  ASSIGN_OR_RETURN(Cursor cursor, ReadCursor());
  while (cursor.position < position) {
    ASSIGN_OR_RETURN(const int applied,
                     ReadFeed(cursor, absl::ZeroDuration(), /*wait_for_turn=*/true));
    total += applied;
    const int64_t before = cursor.position;
    ASSIGN_OR_RETURN(cursor, ReadCursor());
    if (cursor.position == before) {
      return MakeError(absl::StatusCode::kAborted,
                       {"NOT_SETTLED",
                        {"来源尚未到达该位置", "the source has not reached that position"},
                        {{"position", absl::StrCat(before)}},
                        {}});
    }
  }
  reached_ = cursor.position;
  return total;
}

absl::StatusOr<int64_t> Consumer::Position() {
  ASSIGN_OR_RETURN(const Cursor cursor, ReadCursor());
  return cursor.position;
}

absl::StatusOr<int> Consumer::Apply(const Events& events, bool wait_for_turn) {
  Outcome outcome;
  const auto run = [&](Mode mode) {
    return commands_.pool().Transact("events.consume", {}, [&](pg::Tx& tx) {
      outcome = Outcome{};
      return ApplyBatch(tx, events, wait_for_turn, mode, outcome);
    });
  };
  absl::Status status = run(Mode::kFast);
  if (!status.ok() && outcome.handler_failed) status = run(Mode::kCareful);
  RETURN_IF_ERROR(status);
  RECTIFY_FAILPOINT("consumer.after_commit");
  const metrics::Labels labels = {{"consumer", options_.name}, {"source", options_.source}};
  if (outcome.parked > 0) metrics::Count("rectify_events_parked_total", labels, outcome.parked);
  if (outcome.applied > 0) {
    metrics::Count("rectify_events_applied_total", labels, outcome.applied);
    commands_.Committed();
  }
  if (!outcome.error.ok()) return outcome.error;
  return outcome.applied + outcome.parked;
}

absl::Status Consumer::ApplyBatch(pg::Tx& tx, const Events& events, bool wait_for_turn, Mode mode,
                                  Outcome& outcome) {
  ASSIGN_OR_RETURN(std::optional<Cursor> cursor, LockCursor(tx, wait_for_turn));
  if (!cursor.has_value()) return absl::OkStatus();
  RECTIFY_FAILPOINT("consumer.after_lock");
  // A statement of its own: it must see what the last holder of the lock has parked.
  ASSIGN_OR_RETURN(pg::Rows rows,
                   tx.Exec(sql::kParkedAggregates, {options_.name, options_.source}));
  absl::flat_hash_set<std::string> parked;
  for (const pg::Row row : rows) parked.insert(row.Text(0));

  for (const EventEnvelope& event : events) {
    if (event.position() <= cursor->position) continue;
    if (!Follows(options_.source, *cursor, event)) break;
    if (parked.contains(event.aggregate())) {
      RETURN_IF_ERROR(Park(
          tx, event, absl::FailedPreconditionError("an earlier event of the aggregate is parked")));
      ++outcome.parked;
    } else if (absl::Status status = ApplyOne(tx, event, mode); status.ok()) {
      RECTIFY_FAILPOINT("consumer.after_effect");
      ++outcome.applied;
    } else {
      outcome.handler_failed = true;
      if (mode == Mode::kFast) return status;
      if (!IsPoison(*cursor, event, status)) {
        outcome.error = status;
        break;
      }
      RETURN_IF_ERROR(Park(tx, event, status));
      parked.insert(event.aggregate());
      ++outcome.parked;
    }
    cursor->Advance(event);
  }
  RETURN_IF_ERROR(StoreCursor(tx, *cursor));
  RECTIFY_FAILPOINT("consumer.after_cursor");
  return absl::OkStatus();
}

absl::Status Consumer::ApplyOne(pg::Tx& tx, const EventEnvelope& event, Mode mode) {
  const auto act_within = [&](pg::Tx& own) -> absl::Status {
    // A handler that throws must count as failed, or its event would never be parked.
    try {
      return commands_.ActWithin(own, CauseOf(event, options_.name),
                                 [&](Change& change) { return handler_(change, event); });
    } catch (const std::exception& thrown) {
      return absl::InternalError(thrown.what());
    }
  };
  if (RECTIFY_PLANTED("cursor_apart_from_effect")) {
    return commands_.pool().Transact("planted", {}, act_within);
  }
  return mode == Mode::kFast ? act_within(tx) : tx.Savepoint([&] { return act_within(tx); });
}

absl::Status Consumer::StoreCursor(pg::Tx& tx, const Cursor& cursor) {
  return tx
      .Exec(sql::kStoreCursor,
            {options_.name, options_.source, cursor.epoch, cursor.position, pg::Bytes{cursor.chain},
             cursor.failed_position, cursor.failed_attempts, cursor.first_failed_at,
             commands_.clock().Now()})
      .status();
}

}  // namespace rectify::events
