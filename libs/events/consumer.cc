#include "libs/events/consumer.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

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

Consumer::Consumer(ConsumerOptions options, Commands& commands, FeedReader& feed,
                   RunHandler handler)
    : options_(std::move(options)),
      commands_(commands),
      feed_(feed),
      handler_(std::move(handler)),
      redis_(options_.redis_address) {}

Consumer::RunHandler Consumer::InOrder(Handler handler) {
  return [handler = std::move(handler)](pg::Tx&, Run& run) -> absl::Status {
    for (Arrival& arrival : run) RETURN_IF_ERROR(handler(arrival.change, arrival.event));
    return absl::OkStatus();
  };
}

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

absl::StatusOr<std::optional<Consumer::Held>> Consumer::Hold(pg::Tx& tx, bool wait) {
  // Two statements in one round trip: the second sees what the last holder of the lock has parked.
  const std::vector<pg::Param> mine = {options_.name, options_.source};
  ASSIGN_OR_RETURN(const std::vector<pg::Rows> rows,
                   tx.ExecAll({{wait ? sql::kLockCursor : sql::kTryCursor, mine},
                               {sql::kParkedAggregates, mine}}));
  if (rows[0].empty()) return std::optional<Held>();
  const pg::Row row = rows[0][0];
  Held held{{static_cast<int32_t>(row.Int(0)), row.Int(1), row.Bytes(2), row.OptInt(3),
             static_cast<int>(row.Int(4)), row.OptTime(5)},
            {}};
  for (const pg::Row parked : rows[1]) held.parked.insert(parked.Text(0));
  return std::optional<Held>(std::move(held));
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
  more_in_feed_ = response.ok() && response->events_size() == options_.batch;
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

absl::StatusOr<int> Consumer::StepFrom(const Cursor& cursor, absl::Duration wait) {
  if (options_.redis_address.empty() || diverged_ == cursor.chain) {
    return ReadFeed(cursor, wait, /*wait_for_turn=*/false);
  }
  if (more_in_feed_) {
    ASSIGN_OR_RETURN(const int applied,
                     ReadFeed(cursor, absl::ZeroDuration(), /*wait_for_turn=*/false));
    if (applied > 0) return applied;
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
  absl::StatusOr<Cursor> cursor =
      left_.has_value() ? *std::exchange(left_, std::nullopt) : ReadCursor();
  absl::StatusOr<int> applied =
      cursor.ok() ? StepFrom(*cursor, wait) : absl::StatusOr<int>(cursor.status());
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
  absl::Status status = run(Mode::kTogether);
  // Also when COMMIT was refused: something that the handler has sent may be the reason.
  if (!status.ok() && (outcome.handler_failed || (outcome.acted && !IsTransient(status)))) {
    status = run(Mode::kOneByOne);
  }
  RETURN_IF_ERROR(status);
  RECTIFY_FAILPOINT("consumer.after_commit");
  const metrics::Labels labels = {{"consumer", options_.name}, {"source", options_.source}};
  if (outcome.parked > 0) metrics::Count("rectify_events_parked_total", labels, outcome.parked);
  if (outcome.applied > 0) metrics::Count("rectify_events_applied_total", labels, outcome.applied);
  if (outcome.emitted) commands_.Committed();
  if (!outcome.error.ok()) return outcome.error;
  const int passed = outcome.applied + outcome.parked;
  if (passed > 0) left_ = std::move(outcome.cursor);
  return passed;
}

absl::Status Consumer::ApplyBatch(pg::Tx& tx, const Events& events, bool wait_for_turn, Mode mode,
                                  Outcome& outcome) {
  ASSIGN_OR_RETURN(std::optional<Held> held, Hold(tx, wait_for_turn));
  if (!held.has_value()) return absl::OkStatus();
  RECTIFY_FAILPOINT("consumer.after_lock");
  Cursor& cursor = held->cursor;
  std::vector<const EventEnvelope*> together;
  for (const EventEnvelope& event : events) {
    if (event.position() <= cursor.position) continue;
    if (!Follows(options_.source, cursor, event)) break;
    absl::Status status;
    if (held->parked.contains(event.aggregate())) {
      status = absl::FailedPreconditionError("an earlier event of the aggregate is parked");
    } else if (mode == Mode::kTogether) {
      together.push_back(&event);
    } else {
      status = ApplyAlone(tx, event, outcome);
      if (!status.ok() && !IsPoison(cursor, event, status)) {
        outcome.error = status;
        break;
      }
    }
    if (status.ok()) {
      ++outcome.applied;
    } else {
      RETURN_IF_ERROR(Park(tx, event, status));
      held->parked.insert(event.aggregate());
      ++outcome.parked;
    }
    cursor.Advance(event);
  }
  if (!together.empty()) {
    outcome.acted = true;
    const absl::Status status = ActOn(tx, together, outcome);
    outcome.handler_failed = !status.ok();
    RETURN_IF_ERROR(status);
    RECTIFY_FAILPOINT("consumer.after_effect");
  }
  outcome.cursor = cursor;
  RETURN_IF_ERROR(StoreCursor(tx, cursor));
  RECTIFY_FAILPOINT("consumer.after_cursor");
  return absl::OkStatus();
}

absl::Status Consumer::ActOn(pg::Tx& tx, const std::vector<const EventEnvelope*>& events,
                             Outcome& outcome) {
  std::vector<Cause> causes;
  causes.reserve(events.size());
  for (const EventEnvelope* event : events) causes.push_back(CauseOf(*event, options_.name));
  const auto act = [&](pg::Tx& own) -> absl::Status {
    // A handler that throws must count as failed, or its event would never be parked.
    try {
      ASSIGN_OR_RETURN(const bool emitted,
                       commands_.ActWithin(own, causes, [&](std::vector<Change>& changes) {
                         Run run;
                         run.reserve(events.size());
                         for (size_t i = 0; i < events.size(); ++i) {
                           run.push_back({*events[i], changes[i]});
                         }
                         return handler_(own, run);
                       }));
      outcome.emitted = outcome.emitted || emitted;
      return absl::OkStatus();
    } catch (const std::exception& thrown) {
      return absl::InternalError(thrown.what());
    }
  };
  if (RECTIFY_PLANTED("cursor_apart_from_effect")) {
    return commands_.pool().Transact("planted", {}, act);
  }
  return act(tx);
}

absl::Status Consumer::ApplyAlone(pg::Tx& tx, const EventEnvelope& event, Outcome& outcome) {
  RETURN_IF_ERROR(tx.Savepoint([&] { return ActOn(tx, {&event}, outcome); }));
  RECTIFY_FAILPOINT("consumer.after_effect");
  return absl::OkStatus();
}

absl::Status Consumer::StoreCursor(pg::Tx& tx, const Cursor& cursor) {
  return tx.Send(sql::kStoreCursor,
                 {options_.name, options_.source, cursor.epoch, cursor.position,
                  pg::Bytes{cursor.chain}, cursor.failed_position, cursor.failed_attempts,
                  cursor.first_failed_at, commands_.clock().Now()});
}

}  // namespace rectify::events
