// Events that can't be applied: when to give up, setting them aside, and trying them again.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/failpoint.h"
#include "libs/base/status_macros.h"
#include "libs/base/text.h"
#include "libs/events/consumer.h"
#include "libs/events/consumer_sql.h"
#include "libs/events/consumer_state.h"
#include "libs/log/log.h"

namespace rectify::events {
namespace {

using event::v1::EventEnvelope;

std::string Describe(const absl::Status& error) {
  std::string text = absl::StatusCodeToString(error.code());
  if (IsCleanUtf8(error.message())) absl::StrAppend(&text, ": ", error.message());
  const std::optional<ErrorDetail> detail = DetailOf(error);
  if (detail.has_value() && detail->metadata.count("log_id") > 0) {
    absl::StrAppend(&text, " (log_id ", detail->metadata.at("log_id"), ")");
  }
  return text;
}

}  // namespace

bool Consumer::IsPoison(Cursor& cursor, const EventEnvelope& event, const absl::Status& error) {
  log::Warning("event_not_applied", {{"consumer", options_.name},
                                     {"source", options_.source},
                                     {"position", event.position()},
                                     {"type", event.type()},
                                     {"error", Describe(error)}});
  return NoteFailure(cursor, event.position(), error, options_.poison, commands_.clock().Now());
}

absl::Status Consumer::Park(pg::Tx& tx, const EventEnvelope& event, const absl::Status& error) {
  log::Error("event_parked", {{"consumer", options_.name},
                              {"source", options_.source},
                              {"position", event.position()},
                              {"aggregate", event.aggregate()},
                              {"error", Describe(error)}});
  RETURN_IF_ERROR(tx.Exec(sql::kPark, {options_.name, options_.source, event.position(),
                                       event.aggregate(), pg::Bytes{event.SerializeAsString()},
                                       Describe(error), commands_.clock().Now()})
                      .status());
  RECTIFY_FAILPOINT("consumer.after_park");
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Consumer::CountParked() {
  return commands_.pool().TransactValue(
      "events.count_parked", {.access = pg::Access::kReadOnly},
      [&](pg::Tx& tx) -> absl::StatusOr<int64_t> {
        ASSIGN_OR_RETURN(pg::Rows rows,
                         tx.Exec(sql::kCountParked, {options_.name, options_.source}));
        return rows[0].Int(0);
      });
}

absl::StatusOr<int> Consumer::ReplayParked() {
  std::vector<std::string> stuck;
  int applied = 0;
  while (true) {
    std::string aggregate;
    ASSIGN_OR_RETURN(const Replay replay,
                     commands_.pool().TransactValue("events.replay", {}, [&](pg::Tx& tx) {
                       return ReplayNext(tx, stuck, aggregate);
                     }));
    if (replay == Replay::kNothingLeft) return applied;
    if (replay == Replay::kStuck) {
      stuck.push_back(aggregate);
      continue;
    }
    ++applied;
    commands_.Committed();
  }
}

absl::StatusOr<Consumer::Replay> Consumer::ReplayNext(pg::Tx& tx,
                                                      const std::vector<std::string>& stuck,
                                                      std::string& aggregate) {
  // The cursor's lock keeps new events of the aggregate from passing the parked ones.
  RETURN_IF_ERROR(Hold(tx, /*wait=*/true).status());
  ASSIGN_OR_RETURN(pg::Rows rows,
                   tx.Exec(sql::kNextParked, {options_.name, options_.source, stuck}));
  if (rows.empty()) return Replay::kNothingLeft;
  const int64_t position = rows[0].Int(0);
  EventEnvelope event;
  if (!event.ParseFromString(rows[0].Bytes(1))) {
    return absl::DataLossError("a parked event can't be read");
  }
  aggregate = event.aggregate();
  Outcome outcome;
  const absl::Status status = ApplyAlone(tx, event, outcome);
  if (status.ok()) {
    RECTIFY_FAILPOINT("consumer.after_replay");
    RETURN_IF_ERROR(tx.Exec(sql::kUnpark, {options_.name, options_.source, position}).status());
    RECTIFY_FAILPOINT("consumer.after_unpark");
    return Replay::kApplied;
  }
  if (IsTransient(status)) return status;
  RETURN_IF_ERROR(
      tx.Exec(sql::kNoteError, {options_.name, options_.source, position, Describe(status)})
          .status());
  return Replay::kStuck;
}

}  // namespace rectify::events
