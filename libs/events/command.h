// The one way to change something: rows, audit, outbox and idempotency in one transaction, in the
// order that makes the event log right (R1: idempotency → the caller's row changes under their
// locks → audit → outbox last).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/base/clock.h"
#include "libs/pg/pool.h"
#include "libs/rpc/call.h"
#include "rectify/event/v1/event.pb.h"

namespace rectify::events {

// Which filtered feeds an event appears in besides `internal` (bit set).
enum Audience : int {
  kInternalOnly = 0,
  kDepartments = 1,
  kDiscipline = 2,
};

struct AuditRecord {
  std::string subject;                         // resource name of the thing that changed
  std::vector<std::string> related;            // other resources that it concerns
  std::string action;                          // "RecordInspection"
  std::string summary;                         // one line in Chinese for people
  std::map<std::string, std::string> details;  // no personal data
};

// What one change of the data may use. Lives inside one run of one transaction.
class Change {
 public:
  pg::Tx& sql() { return *sql_; }
  absl::Time now() const { return now_; }
  const std::string& actor() const { return actor_; }
  // A reproducible UUIDv7 for a resource made by this change; `step` tells several apart.
  std::string NewId(absl::string_view step) const;
  // A reproducible request id for a call to another service made on behalf of this change.
  std::string StepRequestId(absl::string_view step) const;

  void Audit(AuditRecord record);
  // One event = one version of the aggregate. `payload` is serialized now.
  void Emit(absl::string_view aggregate, int64_t version, const google::protobuf::Message& payload,
            int audience = kInternalOnly);
  // Tells another source's event again in named feeds of this source, each of which has positions
  // and a chain of its own: what happened and when, not who did it.
  void Forward(const event::v1::EventEnvelope& event, std::vector<std::string> feeds);
  // An event that only these feeds have.
  void EmitTo(std::vector<std::string> feeds, absl::string_view aggregate, int64_t version,
              const google::protobuf::Message& payload);

 private:
  friend class Commands;
  friend class CommandEnd;
  Change() = default;
  struct Outgoing {
    std::string aggregate, type, payload;
    int64_t version;
    int audience;
    std::vector<std::string> feeds = {};
    std::optional<absl::Time> occur_time = {};  // of another source's event
  };
  pg::Tx* sql_ = nullptr;
  absl::Time now_;
  std::string actor_, parent_, request_id_, trace_;
  std::vector<std::string> roles_;
  std::vector<AuditRecord> audit_;
  std::vector<Outgoing> outbox_;
};

// One command of a group, in the transaction that it shares with the others. Ends with exactly one
// of Answer, Refuse and Defer.
class Turn {
 public:
  Change& change() { return change_; }
  size_t index() const { return index_; }  // of its call in the group
  void Answer(const google::protobuf::Message& response) { result_ = response.SerializeAsString(); }
  // Ends this command with an error. It must not have written anything.
  void Refuse(absl::Status status) { result_ = std::move(status); }
  // It depends on another command of this transaction, so it gets a later one. Not for the first.
  void Defer() { deferred_ = true; }
  bool open() const { return !deferred_ && !result_.has_value(); }

 private:
  friend class Commands;
  Turn(size_t index, Change change) : index_(index), change_(std::move(change)) {}
  size_t index_;
  Change change_;
  bool deferred_ = false;
  std::optional<absl::StatusOr<std::string>> result_;
};

// Does the commands of a group: loads what they need as sets, judges each alone, writes what the
// good ones change as sets. An error means that the transaction as a whole can't be.
using GroupWork = std::function<absl::Status(pg::Tx&, std::vector<Turn>&)>;
// Queues what a group needs to know of the calls with these indices (pg::Tx::Ask), before anybody
// knows which of them are repeated. It travels with the claim of their request ids, which saves a
// round trip. Changes nothing.
using GroupQuestions = std::function<absl::Status(pg::Tx&, const std::vector<size_t>& indices)>;

// Why something is done without a person's request: an event or a timer.
struct Cause {
  std::string actor;   // "services/deadline"
  std::string parent;  // "venue/1/42" (source/epoch/position) or "timer/overdue/2023-02-03T00:00Z"
  std::string trace;
  std::string request_id = {};  // of the command that led to the event, if there was one
};

// Thread-safe.
class Commands {
 public:
  // `on_commit` is called after each commit that emitted events (wakes the sequencer); may be
  // empty.
  Commands(pg::Pool& pool, const Clock& clock, std::function<void()> on_commit);

  // Runs a person's or service's command. A repeated request_id of the same caller and method
  // answers with the first response, without running `fn`; with another content: INVALID_ARGUMENT
  // REQUEST_ID_REUSED. Failures are not remembered. `fn` may run several times.
  template <typename Response>
  absl::StatusOr<Response> Run(const rpc::Call& call,
                               const std::function<absl::StatusOr<Response>(Change&)>& fn) {
    Response response;
    absl::Status status = RunMessage(call, response, [&](Change& change) -> absl::Status {
      absl::StatusOr<Response> result = fn(change);
      if (!result.ok()) return result.status();
      response = *std::move(result);
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
    return response;
  }

  // Runs several calls of one method in one transaction, with the same promises for each as Run. A
  // group whose transaction fails is taken apart: each call then gets a transaction of its own, so
  // that none hurts its neighbours. Returns encoded responses in the order of the calls.
  std::vector<absl::StatusOr<std::string>> RunGroup(const std::vector<const rpc::Call*>& calls,
                                                    const GroupWork& work,
                                                    const GroupQuestions& ask = nullptr);

  // Runs an effect of an event or timer in a transaction of its own.
  absl::Status Act(const Cause& cause, absl::string_view op,
                   const std::function<absl::Status(Change&)>& fn);

  // Runs effects, one for each cause, inside a transaction that the caller owns (a consumer's, with
  // its cursor). What the changes leave behind is written together, in their order, after `fn`.
  // Returns whether events were emitted: then the caller must call `Committed` after its commit.
  // After a failure the transaction may hold part of the effects: roll back, or run this in a
  // Savepoint.
  absl::StatusOr<bool> ActWithin(pg::Tx& tx, const std::vector<Cause>& causes,
                                 const std::function<absl::Status(std::vector<Change>&)>& fn) const;
  void Committed() const;

  pg::Pool& pool() const { return pool_; }
  const Clock& clock() const { return clock_; }

 private:
  struct Group;
  absl::Status RunMessage(const rpc::Call& call, google::protobuf::Message& response,
                          const std::function<absl::Status(Change&)>& fn);
  // One transaction for the calls of these indices.
  absl::Status RunTogether(Group& group, const std::vector<size_t>& indices);
  void RunAlone(Group& group, size_t index);
  // Writes what the turns leave behind; returns whether events were emitted.
  static absl::StatusOr<bool> End(const Group& group, pg::Tx& tx, std::vector<Turn>& turns,
                                  absl::Time now);
  absl::Status TellApart(std::vector<Turn>& turns, absl::Time now);
  static Change ChangeFor(const rpc::Call& call, pg::Tx& tx, absl::Time now);
  static Change ChangeFor(const Cause& cause, pg::Tx& tx, absl::Time now);
  pg::Pool& pool_;
  const Clock& clock_;
  std::function<void()> on_commit_;
};

// Forgets requests that are older than 30 days, at most 5000 of them; returns how many. Call again
// while it returns more than 0.
absl::StatusOr<int> PurgeIdempotency(pg::Pool& pool, absl::Time now);

// The tables that every schema has (idempotency, outbox, source_head, source_epoch, event_log,
// feed_log, audit_entry, consumer_cursor, parked_event), as the first migration of each service.
pg::Migration SpineMigration(absl::string_view source);

}  // namespace rectify::events
